"""What a model service and its mirror keep and whom they contact, as data, and all of it joined."""

from itertools import permutations
from typing import Any

from hoheit import (
    DataClass,
    Egress,
    Fact,
    Location,
    ModelWeights,
    OnDestroy,
    Phase,
    Register,
    Source,
    SourceKind,
    StorageChoice,
    Store,
    joined,
)
from hoheit._service_register import (
    mirror_recipients,
    mirror_stores,
    registry_recipients,
    service_recipients,
    service_stores,
)
from hoheit.location import UNKNOWN
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
    pulled = images().references("vllm", "gateway", "weights_fetcher")
    return contacts(service_recipients("mistral", weights, pulled, STORE))


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
    found = mirror_recipients(hub_weights(), {"the image of the job": FETCHER}, STORE, hub())
    assert contacts(found) == [
        OUR_REGISTRY,
        ("model hub", "huggingface.co", Phase.BUILD),
        OBJECT_STORE,
    ]


def test_a_recipient_is_where_somebody_declared_it_to_be() -> None:
    there = hub(
        endpoint="https://hub.example.internal:8443/hf", location=declared_location(country="US")
    )
    _, fetch, keep = mirror_recipients(
        hub_weights(), {"the image of the job": FETCHER}, STORE, there
    )
    assert (fetch.host, fetch.port) == ("hub.example.internal", 8443)
    assert (fetch.location.country.value, keep.location.country.value) == ("US", "DE")


def test_a_registry_is_named_once_with_its_own_port() -> None:
    references = ["registry.example.internal:5000/a:1", "registry.example.internal:5000/b:1"]
    (found,) = registry_recipients("images", references)
    assert (found.host, found.port) == ("registry.example.internal", 5000)


def test_nobody_is_contacted_while_a_model_answers() -> None:
    for weights in (hub_weights(), stored_weights("s3://models/a"), stored_weights("pvc://a")):
        assert Phase.RUN not in [when for _, _, when in of_servers(weights)]


# Joined


def store(name: str = "logs", **changes: Any) -> Store:
    given: dict[str, Any] = {
        "name": name,
        "data_class": DataClass.LOGS,
        "medium": "a disk",
        "location": Location(),
        "on_destroy": OnDestroy.DELETE,
    }
    return Store(**{**given, **changes})


def contact(host: str = "a.example", **changes: Any) -> Egress:
    given: dict[str, Any] = {
        "recipient": "image registry",
        "host": host,
        "port": 443,
        "purpose": "images",
        "when": Phase.START,
        "location": Location(),
    }
    return Egress(**{**given, **changes})


def derived(value: str) -> Fact:
    return Fact(value=value, source=Source(kind=SourceKind.DERIVED, by="a resource"))


def test_what_two_parts_say_alike_stands_in_the_register_once() -> None:
    mirror = Register(stores=(store("weights"),), egress=(contact(),))
    service = Register(
        stores=(store("weights"), store("logs")), egress=(contact(), contact(purpose="other"))
    )
    register = joined([service, mirror])
    assert [one.name for one in register.stores] == ["logs", "weights"]
    assert [one.purpose for one in register.egress] == ["images", "other"]


def test_stores_that_differ_in_one_fact_are_two() -> None:
    both = Register(stores=(store(), store(retention=derived("30 days"))))
    assert len(joined([both]).stores) == 2


def test_the_order_of_a_register_does_not_depend_on_the_order_of_its_parts() -> None:
    parts = [
        Register(
            stores=(store(name), store(name, medium="another disk")),
            egress=(contact(f"{name}.example"), contact(f"{name}.example", purpose="other")),
        )
        for name in "abcd"
    ]
    expected = joined(parts)
    for order in permutations(parts):
        assert joined(order) == expected


def test_a_declared_endpoint_says_where_a_recipient_and_a_store_of_this_host_are() -> None:
    declared = declared_location(country="US", operator="Example Inc.")
    part = Register(
        stores=(store(host="a.example"), store("elsewhere")),
        egress=(contact("a.example"), contact("b.example")),
    )
    register = joined([part], {"a.example": declared})
    here, there = register.egress
    assert here.location == declared.location()
    assert here.location.country.source.kind is SourceKind.DECLARED
    assert there.location == Location()
    assert {one.name: one.location for one in register.stores} == {
        "logs": declared.location(),
        "elsewhere": Location(),
    }


def test_an_endpoint_fills_what_is_unknown_and_never_replaces_what_is_known() -> None:
    known = contact(location=Location(country=derived("FI")))
    declared = declared_location(country="US", operator="Example Inc.")
    (found,) = joined([Register(egress=(known,))], {"a.example": declared}).egress
    assert str(found.location.country) == "FI (derived)"
    assert str(found.location.operator) == "Example Inc. (declared)"
    assert str(found.location.region) == "unknown"


def test_the_unknowns_of_a_register_name_entry_and_field_and_nothing_that_is_known() -> None:
    location = declared_location(
        region="fsn1", zone="1", operator="A", controlling_jurisdiction="DE"
    )
    known = {
        name: derived("x")
        for name in ("retention", "erasure", "encryption", "key_holder", "backup", "readers")
    }
    full = store("full", location=location.location(), **known)
    half = full.model_copy(update={"name": "half", "backup": UNKNOWN})
    register = Register(stores=(full, half))
    assert [str(one) for one in register.unknowns] == ["half: backup is unknown"]
    (first, *_) = Register(egress=(contact(),)).unknowns
    assert (first.entry, first.field) == ("a.example:443 (image registry)", "location.country")
    assert len(Register(egress=(contact(),)).unknowns) == len(Location.model_fields)


def test_a_register_survives_the_way_through_json() -> None:
    register = joined(
        [Register(stores=(store(retention=derived("a day")),), egress=(contact(),))],
        {"a.example": declared_location()},
    )
    assert Register.model_validate_json(register.model_dump_json()) == register
