"""WRK-05: regions that selectors, affinities and topologies bind to."""

from typing import Any

import pytest
from hoheit_policy import Gap, Resource, Verdict
from support import residency as r

KEY = "topology.kubernetes.io/region"


def pod(value: Any) -> Resource:
    return r.workload(r.pod(r.container(), nodeSelector={KEY: value}))


def volume(value: Any) -> Resource:
    term = {"matchExpressions": [{"key": KEY, "operator": "In", "values": [value]}]}
    affinity = {"required": {"nodeSelectorTerms": [term]}}
    return r.kubernetes("core/v1:PersistentVolume", {"spec": {"nodeAffinity": affinity}})


def storage_class(value: Any) -> Resource:
    term = {"matchLabelExpressions": [{"key": "topology.ebs.csi.aws.com/zone", "values": [value]}]}
    return r.kubernetes("storage.k8s.io/v1:StorageClass", {"allowedTopologies": [term]})


@pytest.mark.parametrize("make", [pod, volume, storage_class])
@pytest.mark.parametrize(
    ("value", "verdict"),
    [
        ("eu-central-1", Verdict.PASS),
        ("eu-central-1a", Verdict.PASS),
        ("nbg1", Verdict.PASS),
        ("fsn1-dc14", Verdict.PASS),
        ("us-east-1", Verdict.FAIL),
        ("us-east-1b", Verdict.FAIL),
        ("ash", Verdict.FAIL),
        ("ash-dc1", Verdict.FAIL),
        (Gap.UNKNOWN, Verdict.UNKNOWN),
    ],
)
def test_a_known_region_is_judged_wherever_nodes_are_chosen(
    make: Any, value: Any, verdict: Verdict
) -> None:
    assert r.worst("WRK-05", make(value)) is verdict


def test_a_name_of_the_cluster_itself_is_not_asked() -> None:
    assert r.verdicts("WRK-05", pod("hall-2")) == {Verdict.NOT_APPLICABLE}
