"""For every rule: what cannot be read at a leaf that could fail it is no pass."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hoheit_policy import RULES, Gap, Phase, Verdict, View, judge_stack
from hoheit_policy.rule_ids import ON_REQUEST, RULE_IDS
from hoheit_policy.testing import Path, held_at, leaves, put
from hypothesis import given, settings
from hypothesis import strategies as st
from support import residency as r
from support.benign import BENIGN, REGION, built

GAPS = (Gap.UNKNOWN, Gap.SECRET, Gap.WRONG)
WRONG_TYPES = (7.5, True, [3], {"zz": 1})
POISONS = (
    "us-east-1",
    "us-east-1a",
    "ash",
    "us-east",
    "US",
    "arn:aws:rds:us-east-1:123456789012:db:a",
    "arn:aws-cn:rds:cn-north-1:123456789012:db:a",
    "https://api.openai.com",
    "https://abroad.example.net",
    "docker.io/library/x:1",
    "global.amazon.nova-pro-v1:0",
    "0.0.0.0/0",
    "*",
    "LoadBalancer",
    "slow",
    "0",
    "",
    True,
    99,
)
"""Values that are bad at one leaf or another: a leaf at which one of them is, is decisive."""
PLACE = {"region", "stores"}
"""The provider's region counts then; a component without stores keeps nothing."""
MAY_BE_ABSENT: dict[str, set[str]] = {
    "LOC-01": PLACE,
    "LOC-02": PLACE,
    "GOV-04": PLACE,
    # What is not written down cannot be computed; LOC-02 asks where the resource is.
    "LOC-03": {"availabilityZones", "location", "region"},
    # Requests go to the cloud itself then.
    "LOC-04": {"endpoint", "endpoints", "s3", "stsRegion"},
    # Nothing is named then.
    "LOC-05": {"monitoringRoleArn"},
    # The cloud chooses one within the region.
    "LOC-06": {"availabilityZone", "availabilityZones"},
    # Nothing is named then.
    "LOC-14": {"homeRegion"},
    # LOC-12 fails then.
    "LOC-11": {"kubeconfig"},
    # Nothing is copied then, or to where the resource is; Pulumi refuses rules without destination.
    "REP-01": {"destination", "encryptionConfiguration", "region", "rules"},
    "REP-02": {"details", "region", "regions"},
    "REP-03": {"status"},
    "REP-04": {"destinations", "rule"},
    "REP-05": {"multiRegion"},
    "REP-06": {"replicas"},
    "REP-07": {"replicateSourceDb", "sourceRegion"},
    "REP-08": {"copyActions", "destinationRegion", "rules"},
    "REP-09": {"destination", "replicas"},
    "REP-10": {"policy"},
    "REP-11": {"region"},
    "GLB-04": {"latencyRoutingPolicies"},
    "GLB-03": {"scope"},
    "AI-01": {"modelSource"},
    "AI-03": {"loggingConfig", "region", "s3Config"},
    # Public then, for the ranges that are named.
    "NET-01": {"endpointPublicAccess"},
    # Samples stay where Prometheus is.
    "TEL-07": {"remoteWrite", "spec"},
    # TLS is the default.
    "IMG-04": {"plainHttp"},
    # Kubernetes refuses a Deployment without a template.
    "NET-03": {"spec", "template"},
    # Kept for ever then; a group of another name is not of a cluster.
    "NET-02": {"name", "retentionInDays"},
    "ENC-04": {"xksProxyUriEndpoint"},
    "GOV-03": {"Condition", "Statement", "StringNotEquals", "aws:RequestedRegion"},
    "NET-04": {"cidrBlocks", "egress"},
    "NET-06": {"peerRegion", "remoteDomainInfo"},
    # A Service is of type ClusterIP then.
    "NET-07": {"type"},
    # An object without addresses leads nowhere.
    "NET-09": {"addresses", "endpoints"},
    "EGR-01": {"args"},
    "EGR-02": {"url"},
    # Any node may be chosen then, of those that the cluster has.
    "WRK-05": {"spec", "nodeSelector", REGION},
    "OPQ-01": {"userData"},
    # Nothing is registered then.
    "REG-01": {"stores"},
    "REG-02": {"egress", "stores"},
}
"""Fields without which a rule still passes: their absence says something that is documented."""
QUIET = (
    "AI-02",
    "AI-04",
    "GLB-01",
    "GLB-02",
    "GLB-06",
    "GLB-07",
    "LOC-13",
    "OPQ-01",
    "TEL-12",
)
"""Rules that pass nothing of a benign program: they ask about what is not in it."""
NETS = {"LOC-14": "homeRegion", "EGR-02": "url", "WRK-05": REGION}
"""Rules that look at everything, with the field of their program that is a place by its name. What
cannot be read elsewhere may be anything, and they say nothing of it: no pass either."""
HOLDERS = ("inputs", "outputs", "provider")
NOT_WELL = {Verdict.FAIL, Verdict.UNKNOWN}
every_rule = pytest.mark.parametrize("rule", [one for one in RULE_IDS if BENIGN[one]])

VIEW = r.view(
    clusters={
        r.CLUSTER: r.cluster(
            storage_classes={
                "fast": {"encrypted": True, "location": r.location()},
                "slow": {"encrypted": False},
            }
        )
    },
    requested_rules=ON_REQUEST,
)
PREVIEW = replace(VIEW, phase=Phase.PREVIEW)


def view_for(rule: str) -> View:
    (found,) = [one for one in RULES if one.id == rule]
    return VIEW if Phase.STATE in found.phases else PREVIEW


def verdicts(rule: str, trees: list[Any]) -> set[Verdict]:
    (found,) = [one for one in RULES if one.id == rule]
    view = replace(view_for(rule), resources=tuple(built(trees)))
    return {one.verdict for one in judge_stack(view, [found])}


def paths(trees: list[Any]) -> Iterator[Path]:
    """The path of every leaf, and of everything that holds one."""
    seen: set[Path] = set()
    for index, tree in enumerate(trees):
        for holder in HOLDERS:
            for leaf in leaves(tree.get(holder) or {}, (index, holder)):
                for end in range(3, len(leaf) + 1):
                    if leaf[:end] not in seen and leaf[1:3] != ("provider", "type"):
                        seen.add(leaf[:end])
                        yield leaf[:end]


@cache
def decisive(rule: str) -> dict[Path, Any]:
    """Leaves at which some value fails the rule, each with such a value."""
    found: dict[Path, Any] = {}
    for path in paths(BENIGN[rule]):
        if path[-1] != NETS.get(rule, path[-1]):
            continue
        for poison in POISONS:
            if verdicts(rule, put(BENIGN[rule], path, poison)) & NOT_WELL:
                found[path] = poison
                break
    return found


def test_every_rule_has_a_benign_program() -> None:
    assert BENIGN.keys() == set(RULE_IDS)
    assert {rule for rule, trees in BENIGN.items() if not trees} <= set(QUIET)


@every_rule
def test_a_benign_program_passes_and_has_leaves_that_could_fail_it(rule: str) -> None:
    found = verdicts(rule, BENIGN[rule])
    assert not found & NOT_WELL
    assert Verdict.PASS in found or rule in QUIET
    assert decisive(rule)


@every_rule
def test_a_gap_at_a_leaf_that_could_fail_a_rule_is_no_pass(rule: str) -> None:
    for path in decisive(rule):
        for gap in GAPS:
            assert verdicts(rule, put(BENIGN[rule], path, gap)) & NOT_WELL, (path, gap)


@every_rule
def test_a_wrong_type_at_a_leaf_that_could_fail_a_rule_is_no_pass(rule: str) -> None:
    for path in decisive(rule):
        for value in WRONG_TYPES:
            if not _fits(path, value, held_at(BENIGN[rule], path)):
                assert verdicts(rule, put(BENIGN[rule], path, value)) & NOT_WELL, (path, value)


def _fits(path: Path, value: Any, held: Any) -> bool:
    """An argument may be any number or truth value to Kubernetes, a field of no table a map."""
    if path[-1] in ("url", REGION) or (path[-1] == "homeRegion" and isinstance(value, dict)):
        return True
    return isinstance(value, type(held)) or (path[-2:-1] == ("args",) and not has_items(value))


def has_items(value: Any) -> bool:
    return isinstance(value, list | dict)


@every_rule
def test_a_missing_leaf_that_could_fail_a_rule_is_no_pass(rule: str) -> None:
    optional = MAY_BE_ABSENT.get(rule, set())
    for path in decisive(rule):
        is_field = isinstance(path[-1], str) and path[-2:] != ("provider", "inputs")
        if is_field and path[-1] not in optional:
            assert verdicts(rule, put(BENIGN[rule], path, Gap.MISSING)) & NOT_WELL, path


@every_rule
@settings(max_examples=40)
@given(data=st.data())
def test_gaps_elsewhere_never_hide_what_fails(rule: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(decisive(rule), key=str)))
    trees = put(BENIGN[rule], path, decisive(rule)[path])
    for _ in range(data.draw(st.integers(min_value=1, max_value=3))):
        others = [one for one in paths(trees) if rule not in NETS or one != path[: len(one)]]
        other = data.draw(st.sampled_from(others))
        trees = put(trees, other, data.draw(st.sampled_from(GAPS)))
    assert verdicts(rule, trees) & NOT_WELL
