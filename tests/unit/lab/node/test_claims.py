"""Which claims the node's provisioner serves, and what it makes of them."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hoheit_lab.node.storage.claims import (
    ASKED,
    SELECTED_NODE,
    is_ours,
    is_released,
    refusal,
    volume,
    waits,
)
from hoheit_lab.node.storage.classes import CLASS, PROVISIONER, SIZED_CLASS, storage_classes

Object = dict[str, Any]
NODE = "lab-real-0"


def claim(**spec: Any) -> Object:
    return {
        "metadata": {
            "name": "data",
            "namespace": "shop",
            "uid": "0e7c",
            "annotations": {ASKED: PROVISIONER, SELECTED_NODE: NODE},
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
            "storageClassName": CLASS,
            **spec,
        },
    }


def made(of: Object) -> Object:
    return volume(of, storage_classes()[0], NODE, Path("/lab/node/volumes/pvc-0e7c"))


def test_a_claim_waits_once_its_pod_has_a_node() -> None:
    assert waits(claim(), NODE)


def test_a_claim_of_a_class_that_binds_at_once_waits_for_no_pod() -> None:
    early = claim()
    del early["metadata"]["annotations"][SELECTED_NODE]
    assert waits(early, NODE)


def _not_asked(one: Object) -> None:
    del one["metadata"]["annotations"][ASKED]


def _no_annotations(one: Object) -> None:
    del one["metadata"]["annotations"]


def _simulated(one: Object) -> None:
    one["metadata"]["annotations"][ASKED] = "hoheit-lab/simulated"


def _other_node(one: Object) -> None:
    one["metadata"]["annotations"][SELECTED_NODE] = "lab-node-0"


def _served(one: Object) -> None:
    one["spec"]["volumeName"] = "pvc-0e7c"


def _going(one: Object) -> None:
    one["metadata"]["deletionTimestamp"] = "2026-11-26T00:00:00Z"


@pytest.mark.parametrize(
    "change", [_not_asked, _no_annotations, _simulated, _other_node, _served, _going]
)
def test_other_claims_are_left_alone(change: Any) -> None:
    other = deepcopy(claim())
    change(other)
    assert not waits(other, NODE)


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        ({"volumeMode": "Block"}, "volumeMode Block: "),
        ({"dataSource": {"kind": "VolumeSnapshot", "name": "last"}}, "dataSource: "),
        ({"dataSourceRef": {"kind": "Backup", "name": "last"}}, "dataSourceRef: "),
        ({"selector": {"matchLabels": {"disk": "fast"}}}, "selector: "),
    ],
)
def test_what_a_directory_cannot_be_is_refused_by_name(spec: Object, named: str) -> None:
    reason = refusal(claim(**spec))
    assert reason is not None
    assert reason.startswith(named)


def test_an_ordinary_claim_is_not_refused() -> None:
    assert refusal(claim(volumeMode="Filesystem")) is None


def test_a_volume_belongs_to_its_claim_alone() -> None:
    made_for = made(claim())["spec"]["claimRef"]
    assert (made_for["namespace"], made_for["name"], made_for["uid"]) == ("shop", "data", "0e7c")


def test_asking_twice_gives_the_same_volume() -> None:
    assert made(claim()) == made(claim())


def test_a_volume_holds_pods_on_the_node_that_has_its_directory() -> None:
    spec = made(claim())["spec"]
    assert spec["local"] == {"path": "/lab/node/volumes/pvc-0e7c"}
    (term,) = spec["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert term["matchExpressions"] == [
        {"key": "kubernetes.io/hostname", "operator": "In", "values": [NODE]}
    ]


def test_only_a_released_volume_that_is_to_be_deleted_goes() -> None:
    one = made(claim())
    for phase in ("Pending", "Available", "Bound"):
        assert not is_released(one | {"status": {"phase": phase}})
    assert not is_released(one)
    assert is_released(one | {"status": {"phase": "Released"}})
    one["spec"]["persistentVolumeReclaimPolicy"] = "Retain"
    assert not is_released(one | {"status": {"phase": "Released"}})


def test_volumes_of_others_are_not_ours() -> None:
    one = made(claim())
    assert is_ours(one)
    one["metadata"]["annotations"]["pv.kubernetes.io/provisioned-by"] = "hoheit-lab/simulated"
    assert not is_ours(one)
    assert not is_ours({"metadata": {"name": "by-hand"}})


def test_pods_with_such_a_volume_never_go_to_a_simulated_node() -> None:
    assert {each["metadata"]["name"] for each in storage_classes()} == {CLASS, SIZED_CLASS}
    for storage_class in storage_classes():
        assert storage_class["volumeBindingMode"] == "WaitForFirstConsumer"
        (topology,) = storage_class["allowedTopologies"]
        assert topology["matchLabelExpressions"] == [{"key": "hoheit-lab/node", "values": ["real"]}]
