"""Stated storage classes against those of the cluster."""

from typing import Any

import pytest
from hoheit import Capabilities
from hoheit_cli.checks.storage import check_storage
from hoheit_cli.finding import Finding, Unread, Verdict
from support.samples import declared_location

EBS, LOCAL, HETZNER = "ebs.csi.aws.com", "rancher.io/local-path", "csi.hetzner.cloud"
Object = dict[str, Any]


def storage_class(name: str, provisioner: str = LOCAL, **changes: Any) -> Object:
    usual = {"volumeBindingMode": "WaitForFirstConsumer"}
    return {"metadata": {"name": name}, "provisioner": provisioner, **usual, **changes}


def node(zone: str) -> Object:
    return {"metadata": {"name": zone, "labels": {"topology.kubernetes.io/zone": zone}}}


def checked(
    capabilities: dict[str, Any], *classes: Object, nodes: tuple[Object, ...] = (), **more: bool
) -> dict[str, Finding]:
    needed = more.get("needed", False)
    found = check_storage(
        Capabilities.model_validate(capabilities), list(classes), list(nodes), needed=needed
    )
    return {one.subject.removeprefix("cluster.capabilities."): one for one in found}


def encryption(stated: bool | None, provisioner: str, **parameters: str) -> Finding:
    state = {"storage_classes": [{"name": "fast", "encrypted": stated}]}
    found = checked(state, storage_class("fast", provisioner, parameters=parameters))
    return found["storage_classes.fast.encrypted"]


def test_a_class_that_is_there_is_named_with_its_provisioner() -> None:
    found = checked({"storage_classes": [{"name": "fast"}]}, storage_class("fast"))
    assert found["storage_classes.fast"].verdict is Verdict.OK
    assert LOCAL in found["storage_classes.fast"].seen


def test_a_class_that_is_not_there_is_missing_and_those_that_are_there_are_named() -> None:
    annotations = {"storageclass.kubernetes.io/is-default-class": "true"}
    default = storage_class("slow") | {"metadata": {"name": "slow", "annotations": annotations}}
    found = checked({"storage_classes": [{"name": "fast"}]}, default)
    (one,) = found.values()
    assert (one.subject, one.verdict) == (
        "cluster.capabilities.storage_classes.fast",
        Verdict.MISSING,
    )
    assert "there: slow (default)" in one.seen


def test_the_class_for_weights_is_looked_for_too() -> None:
    path = "model_cache_storage_class"
    assert checked({path: "nvme"}, storage_class("nvme"))[path].verdict is Verdict.OK
    assert checked({path: "nvme"})[path].verdict is Verdict.MISSING


def test_the_class_for_compiled_kernels_is_looked_for_too() -> None:
    path = "compile_cache_storage_class"
    shared = {"storage_classes": [{"name": "shared", "read_write_many": True}], path: "shared"}
    assert checked(shared, storage_class("shared"))[path].verdict is Verdict.OK
    assert checked(shared)[path].verdict is Verdict.MISSING


def test_none_stated_is_missing_only_where_something_keeps_data_on_a_volume() -> None:
    (found,) = checked({}, storage_class("slow"), needed=True).values()
    assert (found.verdict, found.way_out) == (Verdict.MISSING, "name one of them")
    (found,) = checked({}, needed=True).values()
    assert found.way_out == "install a provisioner, and name its class"
    (found,) = checked({}, storage_class("slow"), needed=False).values()
    assert found.verdict is Verdict.OK


@pytest.mark.parametrize(
    ("stated", "provisioner", "parameters", "verdict"),
    [
        (True, EBS, {"encrypted": "true"}, Verdict.OK),
        (True, EBS, {"Encrypted": "TRUE"}, Verdict.OK),
        (True, EBS, {"encrypted": "false"}, Verdict.DIFFERS),
        (True, EBS, {}, Verdict.DIFFERS),
        (False, EBS, {}, Verdict.OK),
        (False, EBS, {"encrypted": "true"}, Verdict.DIFFERS),
        (None, EBS, {"encrypted": "true"}, Verdict.UNKNOWN),
        (True, HETZNER, {"csi.storage.k8s.io/node-publish-secret-name": "key"}, Verdict.OK),
        (True, HETZNER, {}, Verdict.DIFFERS),
        (True, LOCAL, {"encrypted": "true"}, Verdict.UNKNOWN),
        (None, LOCAL, {}, Verdict.UNKNOWN),
    ],
)
def test_encryption_is_what_the_class_asks_its_provisioner_for(
    stated: bool | None, provisioner: str, parameters: dict[str, str], verdict: Verdict
) -> None:
    assert encryption(stated, provisioner, **parameters).verdict is verdict


def test_a_class_that_does_not_ask_for_encryption_names_the_parameter_and_what_is_not_seen() -> (
    None
):
    found = encryption(True, EBS)
    assert found.way_out.startswith("take a class with the parameter encrypted: true; a default")


def test_a_class_that_nobody_described_is_to_be_described() -> None:
    assert encryption(None, EBS, encrypted="true").way_out == "state encrypted: true"


def test_what_a_declaration_says_of_the_disks_is_no_business_of_the_cluster() -> None:
    stated = {"name": "fast", "location": declared_location(), "encryption": "LUKS"}
    found = checked({"storage_classes": [stated]}, storage_class("fast"))
    assert {one.verdict for one in found.values()} == {Verdict.OK, Verdict.UNKNOWN}


def test_read_write_many_cannot_be_seen() -> None:
    stated = {"name": "fast", "read_write_many": True}
    found = checked({"storage_classes": [stated]}, storage_class("fast"))
    assert found["storage_classes.fast.read_write_many"].verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("mode", "zones", "verdicts"),
    [
        ("Immediate", ("a", "b"), [Verdict.OK, Verdict.UNKNOWN, Verdict.DIFFERS]),
        ("Immediate", ("a", "a"), [Verdict.OK, Verdict.UNKNOWN]),
        ("WaitForFirstConsumer", ("a", "b"), [Verdict.OK, Verdict.UNKNOWN]),
    ],
)
def test_a_volume_that_is_bound_before_its_pod_is_a_fault_only_across_zones(
    mode: str, zones: tuple[str, ...], verdicts: list[Verdict]
) -> None:
    found = check_storage(
        Capabilities.model_validate({"storage_classes": [{"name": "fast"}]}),
        [storage_class("fast", volumeBindingMode=mode)],
        [node(zone) for zone in zones],
        needed=False,
    )
    assert [one.verdict for one in found] == verdicts


def test_classes_that_may_not_be_read_are_unknown() -> None:
    (found,) = check_storage(Capabilities(), Unread(why="forbidden"), [], needed=True)
    assert (found.verdict, found.seen) == (Verdict.UNKNOWN, "could not be asked: forbidden")
