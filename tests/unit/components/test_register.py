"""What a model service and its mirror keep and whom they contact, as data."""

from hoheit import (
    DataClass,
    Egress,
    Location,
    ModelWeights,
    OnDestroy,
    Phase,
    SourceKind,
    StorageChoice,
    Store,
)
from hoheit._service_register import (
    mirror_recipients,
    mirror_stores,
    registry_recipients,
    service_recipients,
    service_stores,
)
from support.samples import (
    DIGEST,
    FETCHER,
    declared_location,
    hub,
    hub_weights,
    images,
    object_store,
    stored_weights,
)

NODES = declared_location(country="FI").location()
STORE = object_store(location=declared_location(), encryption="AES-256")
NODE_DISK = StorageChoice(storage_class=None)
OUR_REGISTRY = ("image registry", "registry.example.internal", Phase.START)
PUBLIC_REGISTRY = ("image registry", "docker.io", Phase.START)
OBJECT_STORE = ("object store, bucket models", "objects.example.internal", Phase.START)


def stores(
    weights: ModelWeights, storage: StorageChoice = NODE_DISK
) -> dict[DataClass, list[Store]]:
    found = service_stores("mistral", weights, storage, nodes=NODES, control_plane=Location())
    return {kind: [store for store in found if store.data_class is kind] for kind in DataClass}


def contacts(found: tuple[Egress, ...]) -> list[tuple[str, str, Phase]]:
    return [(one.recipient, one.host, one.when) for one in found]


def of_servers(weights: ModelWeights) -> list[tuple[str, str, Phase]]:
    return contacts(service_recipients("mistral", weights, images().references, STORE))


def test_prompts_rest_only_in_memory_on_the_nodes_and_go_with_the_pod() -> None:
    (prompts,) = stores(hub_weights())[DataClass.PROMPTS]
    assert "memory" in prompts.medium
    assert prompts.location.country.value == "FI"
    assert prompts.on_destroy is OnDestroy.DELETE


def test_weights_rest_on_the_nodes_disk_or_on_a_claim_and_go_with_the_pod() -> None:
    (on_disk,) = stores(hub_weights())[DataClass.WEIGHTS]
    assert (on_disk.medium, on_disk.on_destroy) == ("emptyDir on the node's disk", OnDestroy.DELETE)
    nvme = StorageChoice(storage_class="local-nvme")
    (on_claim,) = stores(hub_weights(), nvme)[DataClass.WEIGHTS]
    assert on_claim.medium == "ephemeral volume of storage class local-nvme"


def test_weights_that_a_mirror_brought_outlive_a_destroy() -> None:
    (kept,) = mirror_stores(STORE, "models/a/b")
    assert (kept.data_class, kept.on_destroy) == (DataClass.WEIGHTS, OnDestroy.RETAIN)
    assert kept.location.country.value == "DE"
    assert kept.encryption.source.kind is SourceKind.DECLARED
    assert "models/a/b" in kept.name


def test_weights_of_a_claim_are_nobodys_copy() -> None:
    assert stores(stored_weights("pvc://claim/x"))[DataClass.WEIGHTS] == []


def test_what_nobody_stated_about_a_store_is_unknown_and_never_assumed() -> None:
    (logs,) = stores(hub_weights())[DataClass.LOGS]
    assert logs.retention.source.kind is SourceKind.UNKNOWN
    (key,) = stores(hub_weights())[DataClass.CREDENTIALS]
    assert key.location.country.source.kind is SourceKind.UNKNOWN
    (kept,) = mirror_stores(object_store(), "models/a/b")
    assert kept.encryption.source.kind is SourceKind.UNKNOWN


def test_what_a_service_derives_names_the_service() -> None:
    (prompts,) = stores(hub_weights())[DataClass.PROMPTS]
    assert prompts.retention.source.kind is SourceKind.DERIVED
    assert prompts.retention.source.by == "VllmService 'mistral'"


def test_servers_that_pull_contact_the_registries_and_the_object_store() -> None:
    for weights in (hub_weights(), stored_weights("s3://models/a")):
        assert of_servers(weights) == [PUBLIC_REGISTRY, OUR_REGISTRY, OBJECT_STORE]


def test_servers_with_weights_of_a_claim_contact_the_registries_only() -> None:
    assert of_servers(stored_weights("pvc://claim/x")) == [PUBLIC_REGISTRY, OUR_REGISTRY]


def test_the_registry_of_mounted_weights_is_a_recipient_too() -> None:
    weights = stored_weights(f"oci://a.example/b@{DIGEST}")
    assert of_servers(weights) == [
        ("image registry", "a.example", Phase.START),
        PUBLIC_REGISTRY,
        OUR_REGISTRY,
    ]


def test_only_the_mirror_contacts_the_hub_and_only_while_building() -> None:
    found = mirror_recipients(hub_weights(), FETCHER, STORE, hub())
    assert contacts(found) == [
        OUR_REGISTRY,
        ("model hub", "huggingface.co", Phase.BUILD),
        OBJECT_STORE,
    ]


def test_a_recipient_is_where_somebody_declared_it_to_be() -> None:
    there = hub(
        endpoint="https://hub.example.internal:8443/hf", location=declared_location(country="US")
    )
    _, fetch, keep = mirror_recipients(hub_weights(), FETCHER, STORE, there)
    assert (fetch.host, fetch.port) == ("hub.example.internal", 8443)
    assert (fetch.location.country.value, keep.location.country.value) == ("US", "DE")


def test_a_registry_is_named_once_with_its_own_port() -> None:
    references = ["registry.example.internal:5000/a:1", "registry.example.internal:5000/b:1"]
    (found,) = registry_recipients("images", references)
    assert (found.host, found.port) == ("registry.example.internal", 5000)


def test_nobody_is_contacted_while_a_model_answers() -> None:
    for weights in (hub_weights(), stored_weights("s3://models/a"), stored_weights("pvc://a")):
        assert Phase.RUN not in [when for _, _, when in of_servers(weights)]
