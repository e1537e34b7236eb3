"""Weights on a volume that all pods of a service share."""

from typing import Any

from support import components, samples
from support.manifests import manifest
from support.monitor import Monitor, run
from support.served import server, volume

CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
SHARED: dict[str, Any] = {
    "simulated": True,
    "model_cache_storage_class": "shared",
    "storage_classes": [
        {
            "name": "shared",
            "read_write_many": True,
            "encryption": "LUKS",
            "key_holder": "platform team",
            "location": samples.declared_location(),
        }
    ],
}


def built(**changes: Any) -> Monitor:
    def program() -> None:
        on = components.cluster(capabilities=SHARED)
        components.service(on=components.pool(on=on), **changes)

    return run(program)


def test_a_class_that_many_pods_can_write_to_gives_all_pods_one_copy() -> None:
    monitor = built()
    claim = manifest(monitor.one(CLAIM))
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert claim["spec"]["storageClassName"] == "shared"
    assert claim["spec"]["resources"]["requests"]["storage"] == "5Gi"
    mounted = volume(monitor, "weights")["persistentVolumeClaim"]
    assert mounted == {"claimName": claim["metadata"]["name"]}


def test_the_fetcher_writes_to_the_copy_and_the_engine_only_reads_it() -> None:
    pod = server(built())
    by_name = {one["name"]: one for one in (*pod["initContainers"], *pod["containers"])}

    def mount(name: str) -> dict[str, Any]:
        (found,) = [one for one in by_name[name]["volumeMounts"] if one["name"] == "weights"]
        return found

    assert "readOnly" not in mount("weights")
    assert mount("vllm")["readOnly"] is True


def test_other_weights_are_another_claim_so_that_old_pods_keep_theirs() -> None:
    names = {
        built(weights=samples.hub_weights(revision=revision)).one(CLAIM).name
        for revision in ("a" * 40, "b" * 40)
    }
    assert len(names) == 2
    assert all(name.startswith("mistral-weights-") for name in names)


def test_weights_that_nobody_copies_need_no_claim() -> None:
    weights = samples.stored_weights("pvc://claim/mistral")
    assert built(weights=weights, hub=None).of_type(CLAIM) == []


def test_a_class_for_one_pod_makes_a_volume_with_each_pod() -> None:
    capabilities = {"simulated": True, "model_cache_storage_class": "local-nvme"}

    def program() -> None:
        on = components.cluster(capabilities=capabilities)
        components.service(on=components.pool(on=on))

    monitor = run(program)
    assert monitor.of_type(CLAIM) == []
    assert "ephemeral" in volume(monitor, "weights")


def test_weights_off_the_node_take_none_of_its_disk() -> None:
    def asked(monitor: Monitor) -> str:
        return server(monitor)["containers"][0]["resources"]["requests"]["ephemeral-storage"]

    shared, own = asked(built()), asked(run(components.service))
    assert int(own.removesuffix("Gi")) == int(shared.removesuffix("Gi")) + 5


def test_the_copy_is_in_the_register_with_what_is_known_of_its_disks() -> None:
    (told,) = [values for urn, values in built().outputs if "VllmService::" in urn]
    (copy,) = [one for one in told["stores"] if one["name"] == "mistral: weights of all pods"]
    assert copy["medium"] == "shared volume of storage class shared"
    assert copy["location"]["country"]["value"] == "DE"
    assert copy["encryption"]["value"] == "LUKS"
    assert copy["key_holder"]["value"] == "platform team"
    assert copy["on_destroy"] == "delete"
