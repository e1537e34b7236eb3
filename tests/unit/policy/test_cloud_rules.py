"""LOC-06 to LOC-10, GLB, OPQ and GOV-01: what else is asked of cloud resources."""

from typing import Any

import pytest
from hoheit_policy import Gap, Phase, Provider, Resource, Verdict, judge_resource
from support import residency as r

HOME = Provider(type="pulumi:providers:aws", name="home", inputs={"region": "eu-central-1"})
SERVER = "hcloud:index/server:Server"
GAPS = (Gap.UNKNOWN, Gap.SECRET, Gap.WRONG)
NOT_WELL = (Verdict.FAIL, Verdict.UNKNOWN)


def aws(type_: str, inputs: Any, **changes: Any) -> Resource:
    return r.other(f"aws:{type_}", inputs, **{"provider": HOME, **changes})


def hcloud(type_: str, inputs: Any, **changes: Any) -> Resource:
    return r.other(f"hcloud:index/{type_}", inputs, **changes)


@pytest.mark.parametrize(
    ("zone", "verdict"),
    [
        ("eu-central-1a", Verdict.PASS),
        ("us-east-1a", Verdict.FAIL),
        ("eu-central-1-waw-1a", Verdict.FAIL),
        ("euc1-az1", Verdict.FAIL),
        ("eu-nowhere-1a", Verdict.FAIL),
        (Gap.UNKNOWN, Verdict.UNKNOWN),
        (Gap.SECRET, Verdict.UNKNOWN),
        (3, Verdict.UNKNOWN),
    ],
)
def test_a_zone_is_in_the_country_of_its_region(zone: Any, verdict: Verdict) -> None:
    assert r.worst("LOC-06", aws("ec2/subnet:Subnet", {"availabilityZone": zone})) is verdict
    zones = {"availabilityZones": ["eu-west-1a", zone]}
    assert r.worst("LOC-06", aws("rds/cluster:Cluster", zones)) is verdict


def test_a_resource_that_names_no_zone_is_not_asked() -> None:
    assert r.worst("LOC-06", aws("ec2/subnet:Subnet", {})) is Verdict.NOT_APPLICABLE


PLACED = [
    ("LOC-07", "server:Server", "location", "fsn1", "ash"),
    ("LOC-07", "server:Server", "datacenter", "nbg1-dc3", "ash-dc1"),
    ("LOC-08", "volume:Volume", "location", "hel1", "hil"),
    ("LOC-09", "loadBalancer:LoadBalancer", "location", "fsn1", "sin"),
    ("LOC-09", "loadBalancer:LoadBalancer", "networkZone", "eu-central", "us-east"),
    ("LOC-10", "primaryIp:PrimaryIp", "location", "fsn1", "ash"),
    ("LOC-10", "floatingIp:FloatingIp", "homeLocation", "fsn1", "ash"),
    ("LOC-10", "networkSubnet:NetworkSubnet", "networkZone", "eu-central", "ap-southeast"),
    ("LOC-10", "storageBox:StorageBox", "location", "fsn1", "ash"),
]


@pytest.mark.parametrize(("rule", "type_", "field", "home", "abroad"), PLACED)
def test_a_resource_of_hetzner_names_an_allowed_location(
    rule: str, type_: str, field: str, home: str, abroad: str
) -> None:
    assert r.worst(rule, hcloud(type_, {field: home})) is Verdict.PASS
    assert r.worst(rule, hcloud(type_, {field: abroad})) is Verdict.FAIL
    assert r.worst(rule, hcloud(type_, {field: "xyz1"})) is Verdict.FAIL
    assert r.worst(rule, hcloud(type_, {})) is Verdict.FAIL
    for gap in (*GAPS, 7, {"a": 1}):
        assert r.worst(rule, hcloud(type_, {field: gap})) is Verdict.UNKNOWN


def test_a_location_of_hetzner_is_reported_once() -> None:
    """By LOC-07; LOC-01 and LOC-02 leave it out."""
    for inputs in ({}, {"location": "ash"}, {"location": Gap.SECRET}):
        found = judge_resource(hcloud("server:Server", inputs), r.view(profile="eu"))
        assert [x.rule for x in found if x.verdict in NOT_WELL and x.rule != "GOV-04"] == [
            "LOC-07",
            *["GOV-01"] * 4,
        ]


@pytest.mark.parametrize(
    ("rule", "type_", "field", "target"),
    [
        ("LOC-08", "volume:Volume", "serverId", "server:Server"),
        ("LOC-10", "primaryIp:PrimaryIp", "assigneeId", "server:Server"),
        ("LOC-10", "floatingIp:FloatingIp", "serverId", "server:Server"),
        ("LOC-10", "snapshot:Snapshot", "serverId", "server:Server"),
        (
            "LOC-10",
            "storageBoxSnapshot:StorageBoxSnapshot",
            "storageBoxId",
            "storageBox:StorageBox",
        ),
    ],
)
def test_what_lies_beside_another_resource_is_where_that_is(
    rule: str, type_: str, field: str, target: str
) -> None:
    def beside(location: str) -> list[Resource]:
        other = hcloud(target, {"location": location}, id="42", name="other")
        return [hcloud(type_, {field: 42}), other]

    assert r.worst(rule, *beside("fsn1")) is Verdict.PASS
    assert r.worst(rule, *beside("ash")) is Verdict.FAIL
    assert r.worst(rule, hcloud(type_, {field: 7}), *beside("fsn1")[1:]) is Verdict.FAIL


def test_a_location_that_the_state_shows_against_what_was_asked_for_fails() -> None:
    moved = hcloud("server:Server", {"location": "fsn1"}, outputs={"location": "ash"})
    assert r.worst("LOC-07", moved) is Verdict.FAIL


def test_half_of_a_network_zone_is_abroad_for_one_country() -> None:
    balancer = hcloud("loadBalancer:LoadBalancer", {"networkZone": "eu-central"})
    assert r.worst("LOC-09", balancer, profile="de-only") is Verdict.FAIL


@pytest.mark.parametrize(
    ("rule", "type_"),
    [
        ("GLB-01", "cloudfront/distribution:Distribution"),
        ("GLB-01", "cloudfront/distributionTenant:DistributionTenant"),
        ("GLB-02", "globalaccelerator/accelerator:Accelerator"),
        ("GLB-02", "globalaccelerator/endpointGroup:EndpointGroup"),
    ],
)
def test_a_service_all_over_the_world_is_for_profiles_that_allow_the_world(
    rule: str, type_: str
) -> None:
    prices = aws(type_, {"priceClass": "PriceClass_100"})
    assert r.worst(rule, prices, profile="gdpr-adequate") is Verdict.FAIL
    assert r.worst(rule, prices, profile="local") is Verdict.PASS
    assert r.worst(rule, prices, profile=None) is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "type_",
    [
        "aws:cloudformation/stack:Stack",
        "aws:cloudcontrol/resource:Resource",
        "aws-native:s3:Bucket",
        "kubernetes:helm.sh/v3:Release",
        "kubernetes:yaml/v2:ConfigGroup",
        "kubernetes:serving.kserve.io/v1beta1:InferenceService",
        "command:local:Command",
        "pulumi-python:dynamic:Resource",
    ],
)
def test_what_hides_other_resources_is_unknown(type_: str) -> None:
    assert r.worst("OPQ-01", r.other(type_, {})) is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "resource",
    [
        hcloud("server:Server", {"userData": "#!/bin/sh"}),
        aws("ec2/launchTemplate:LaunchTemplate", {"userData": Gap.SECRET}),
        aws("ec2/instance:Instance", {"userDataBase64": Gap.UNKNOWN}),
        aws("ec2/instance:Instance", {"userData": 7}),
    ],
)
def test_a_program_that_a_machine_starts_with_is_unknown(resource: Resource) -> None:
    assert r.worst("OPQ-01", resource) is Verdict.UNKNOWN


def test_a_machine_without_user_data_hides_nothing() -> None:
    assert r.worst("OPQ-01", hcloud("server:Server", {"userData": ""})) is Verdict.NOT_APPLICABLE


def test_what_is_only_read_is_judged_like_what_is_made() -> None:
    def read(**changes: Any) -> Resource:
        return aws("rds/instance:Instance", {}, external=True, **changes)

    assert r.worst("OPQ-02", read()) is Verdict.PASS
    assert r.worst("OPQ-02", read(outputs={"region": "us-east-1"})) is Verdict.FAIL
    assert r.worst("OPQ-02", read(provider=None)) is Verdict.FAIL
    assert r.worst("OPQ-02", aws("rds/instance:Instance", {})) is Verdict.NOT_APPLICABLE


def test_what_is_read_and_shows_no_place_is_not_passed() -> None:
    assert r.worst("OPQ-02", r.other("azure:x/y:Z", {}, external=True)) is Verdict.FAIL


def test_an_object_that_is_read_from_a_cluster_is_where_the_cluster_is() -> None:
    read = r.kubernetes("core/v1:ConfigMap", {}, external=True)
    abroad = {r.CLUSTER: r.cluster(location=r.location("US"))}
    assert r.worst("OPQ-02", read) is Verdict.PASS
    assert r.worst("OPQ-02", read, clusters=abroad) is Verdict.FAIL


TAGS = {"data-class": "personal", "owner": "ml", "retention": "30d", "art30-record": "7"}


def tagged(tags: Any, **changes: Any) -> Resource:
    return aws("s3/bucket:Bucket", {"tags": tags}, **changes)


@pytest.mark.parametrize("tag", TAGS)
def test_a_store_says_what_it_holds(tag: str) -> None:
    assert r.worst("GOV-01", tagged(TAGS)) is Verdict.PASS
    assert r.worst("GOV-01", hcloud("volume:Volume", {"labels": TAGS})) is Verdict.PASS
    without = {name: value for name, value in TAGS.items() if name != tag}
    assert r.worst("GOV-01", tagged(without)) is Verdict.UNKNOWN
    assert r.worst("GOV-01", tagged({**TAGS, tag: " "})) is Verdict.UNKNOWN
    for gap in (*GAPS, 7):
        assert r.worst("GOV-01", tagged({**TAGS, tag: gap})) is Verdict.UNKNOWN


def test_a_provider_tags_what_it_makes() -> None:
    tags = Provider(type="pulumi:providers:aws", name="p", inputs={"defaultTags": {"tags": TAGS}})
    assert r.worst("GOV-01", aws("s3/bucket:Bucket", {}, provider=tags)) is Verdict.PASS
    assert r.worst("GOV-01", tagged({"owner": Gap.SECRET}, provider=tags)) is Verdict.UNKNOWN
    assert r.worst("GOV-01", tagged(Gap.UNKNOWN)) is Verdict.UNKNOWN


def test_a_thing_that_keeps_no_data_needs_no_tags() -> None:
    assert r.worst("GOV-01", aws("ec2/subnet:Subnet", {})) is Verdict.NOT_APPLICABLE


def test_a_rule_says_nothing_in_a_phase_that_is_not_its_own() -> None:
    computed = aws("s3/bucket:Bucket", {"region": Gap.UNKNOWN})
    for phase in Phase:
        seen = {one.rule for one in judge_resource(computed, r.view(computed, phase=phase))}
        assert ("LOC-03" in seen) is (phase is Phase.PREVIEW)
