"""What a model service keeps and whom it contacts, as data."""

from hoheit import DataClass, Egress, Location, OnDestroy, Phase, SourceKind, Store
from hoheit._service_register import service_egress, service_stores
from support.samples import (
    DIGEST,
    declared_location,
    hub,
    hub_weights,
    images,
    object_store,
    stored_weights,
)

NODES = declared_location(country="FI").location()
STORE = object_store(location=declared_location(), encryption="AES-256")


def stores(weights: object) -> dict[DataClass, list[Store]]:
    found = service_stores(
        "mistral",
        weights,  # pyright: ignore[reportArgumentType]
        STORE,
        nodes=NODES,
        control_plane=Location(),
    )
    return {kind: [store for store in found if store.data_class is kind] for kind in DataClass}


def contacts(weights: object) -> dict[Phase, Egress]:
    found = service_egress(
        "mistral",
        weights,  # pyright: ignore[reportArgumentType]
        images(),
        store=STORE,
        hub=hub(),
    )
    return {egress.when: egress for egress in found if egress.recipient != "image registry"}


def test_prompts_rest_only_in_memory_on_the_nodes_and_go_with_the_pod() -> None:
    (prompts,) = stores(hub_weights())[DataClass.PROMPTS]
    assert "memory" in prompts.medium
    assert prompts.location.country.value == "FI"
    assert prompts.on_destroy is OnDestroy.DELETE


def test_weights_rest_on_the_node_and_outlive_a_destroy_in_the_object_store() -> None:
    on_node, in_store = stores(hub_weights())[DataClass.WEIGHTS]
    assert (on_node.location.country.value, in_store.location.country.value) == ("FI", "DE")
    assert (on_node.on_destroy, in_store.on_destroy) == (OnDestroy.DELETE, OnDestroy.RETAIN)
    assert in_store.encryption.source.kind is SourceKind.DECLARED


def test_weights_of_a_claim_are_nobodys_copy() -> None:
    assert stores(stored_weights("pvc://claim/x"))[DataClass.WEIGHTS] == []


def test_what_nobody_stated_about_a_store_is_unknown_and_never_assumed() -> None:
    (logs,) = stores(hub_weights())[DataClass.LOGS]
    assert logs.retention.source.kind is SourceKind.UNKNOWN
    (key,) = stores(hub_weights())[DataClass.CREDENTIALS]
    assert key.location.country.source.kind is SourceKind.UNKNOWN


def test_the_hub_is_contacted_while_building_and_the_object_store_at_start() -> None:
    found = contacts(hub_weights())
    assert found[Phase.BUILD].host == "huggingface.co"
    assert found[Phase.START].host == "objects.example.internal"


def test_nobody_is_contacted_while_a_model_answers() -> None:
    for weights in (hub_weights(), stored_weights("s3://models/a"), stored_weights("pvc://a")):
        assert Phase.RUN not in contacts(weights)


def test_weights_that_are_there_already_contact_no_hub() -> None:
    assert set(contacts(stored_weights("s3://models/a"))) == {Phase.START}
    assert contacts(stored_weights(f"oci://a.example/b@{DIGEST}")) == {}


def test_registries_of_all_images_are_recipients_too() -> None:
    found = service_egress(
        "mistral", stored_weights("pvc://claim/x"), images(), store=None, hub=None
    )
    assert {egress.host for egress in found} == {"docker.io", "registry.example.internal"}
