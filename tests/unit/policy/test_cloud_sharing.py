"""REP-10, IMG-03 and NET-04: whom data is given to, and where packets may go."""

import json
from typing import Any

import pytest
from hoheit_policy import Gap, Provider, Resource, Verdict
from support import residency as r

HOME = Provider(type="pulumi:providers:aws", name="home", inputs={"region": "eu-central-1"})
OURS, THEIRS = "123456789012", "999999999999"
GAPS = (Gap.UNKNOWN, Gap.SECRET, Gap.WRONG)
LAUNCH = "ec2/amiLaunchPermission:AmiLaunchPermission"


def aws(type_: str, inputs: Any, **changes: Any) -> Resource:
    return r.other(f"aws:{type_}", inputs, **{"provider": HOME, **changes})


def shared(type_: str, inputs: Any, **declared: Any) -> Verdict:
    return r.worst("REP-10", aws(type_, inputs), **declared)


ACCOUNTS = [
    (LAUNCH, lambda who: {"accountId": who}),
    (
        "ec2/snapshotCreateVolumePermission:SnapshotCreateVolumePermission",
        lambda who: {"accountId": who},
    ),
    ("rds/snapshot:Snapshot", lambda who: {"sharedAccounts": [OURS, who]}),
    ("rds/clusterSnapshotCopy:ClusterSnapshotCopy", lambda who: {"sharedAccounts": [who]}),
    ("ram/principalAssociation:PrincipalAssociation", lambda who: {"principal": who}),
]
every_share = pytest.mark.parametrize(("type_", "build"), ACCOUNTS)


@every_share
def test_data_is_shared_with_approved_accounts(type_: str, build: Any) -> None:
    assert shared(type_, build(OURS), approved_accounts=[OURS]) is Verdict.PASS
    assert shared(type_, build(THEIRS), approved_accounts=[OURS]) is Verdict.FAIL
    assert shared(type_, build(THEIRS)) is Verdict.UNKNOWN
    assert shared(type_, build("all"), approved_accounts=[OURS]) is Verdict.FAIL


@every_share
@pytest.mark.parametrize("gap", [*GAPS, 7, "arn:aws:organizations::1:ou/a"], ids=str)
def test_an_account_that_cannot_be_read_is_unknown(type_: str, build: Any, gap: Any) -> None:
    assert shared(type_, build(gap), approved_accounts=[OURS]) is Verdict.UNKNOWN


def test_what_is_for_everybody_or_a_whole_organization() -> None:
    assert shared(LAUNCH, {"group": "all"}) is Verdict.FAIL
    assert shared(LAUNCH, {"organizationArn": "arn:aws:organizations::1:o/a"}) is Verdict.UNKNOWN
    share = "ram/resourceShare:ResourceShare"
    assert shared(share, {"allowExternalPrincipals": True}) is Verdict.FAIL
    assert shared(share, {"allowExternalPrincipals": False}) is Verdict.PASS
    assert shared(share, {"allowExternalPrincipals": "false"}) is Verdict.FAIL
    assert shared(share, {"allowExternalPrincipals": Gap.SECRET}) is Verdict.UNKNOWN


def statement(principal: Any, **more: Any) -> Any:
    return {"Statement": [{"Effect": "Allow", "Principal": principal, **more}]}


@pytest.mark.parametrize(
    ("document", "verdict"),
    [
        (statement({"AWS": f"arn:aws:iam::{OURS}:root"}), Verdict.PASS),
        (statement({"Service": "logs.amazonaws.com"}), Verdict.PASS),
        (statement({"AWS": [OURS]}), Verdict.PASS),
        (statement({"AWS": [OURS, THEIRS]}), Verdict.FAIL),
        (statement("*"), Verdict.FAIL),
        (statement({"AWS": "*"}), Verdict.FAIL),
        (statement({"AWS": ["x", "*"]}), Verdict.FAIL),
        ({"Statement": statement("*")["Statement"][0]}, Verdict.FAIL),
        (statement("*", Effect="Deny"), Verdict.PASS),
        (statement("*", Condition={"Bool": {}}), Verdict.UNKNOWN),
        (statement({"CanonicalUser": "79a59d"}), Verdict.UNKNOWN),
        (statement({}), Verdict.UNKNOWN),
        ({"Statement": [{"Effect": "Allow", "NotPrincipal": "x"}]}, Verdict.UNKNOWN),
        ({}, Verdict.UNKNOWN),
        *((statement(gap), Verdict.UNKNOWN) for gap in GAPS),
        *((statement({"AWS": gap}), Verdict.UNKNOWN) for gap in (*GAPS, 7)),
        *((gap, Verdict.UNKNOWN) for gap in (*GAPS, 7, "not json")),
    ],
)
def test_a_policy_gives_to_those_that_it_names(document: Any, verdict: Verdict) -> None:
    for policy in (document, json.dumps(document)) if _plain(document) else (document,):
        bucket = {"policy": policy}
        found = shared("s3/bucketPolicy:BucketPolicy", bucket, approved_accounts=[OURS])
        assert found is verdict


def _plain(document: Any) -> bool:
    return "Gap." not in repr(document) and isinstance(document, dict)


@pytest.mark.parametrize(
    ("url", "verdict"),
    [
        ("registry.example.com", Verdict.PASS),
        ("ghcr.io", Verdict.FAIL),
        ("registry.example.com.evil.org", Verdict.FAIL),
        ("mirror.example.com", Verdict.FAIL),
        ("", Verdict.UNKNOWN),
        *((gap, Verdict.UNKNOWN) for gap in (*GAPS, 7, Gap.MISSING)),
    ],
)
def test_a_cache_fetches_from_an_approved_registry(url: Any, verdict: Verdict) -> None:
    cache = aws("ecr/pullThroughCacheRule:PullThroughCacheRule", {"upstreamRegistryUrl": url})
    approved = ["registry.example.com", "mirror.example.com/library"]
    assert r.worst("IMG-03", cache, approved_registries=approved) is verdict
    if verdict is Verdict.PASS:
        assert r.worst("IMG-03", cache, approved_registries=None) is Verdict.UNKNOWN


RANGES = [
    ("10.0.0.0/8", Verdict.PASS),
    ("fd00::/8", Verdict.PASS),
    ("0.0.0.0/0", Verdict.FAIL),
    ("::/0", Verdict.FAIL),
    ("0.0.0.0/1", Verdict.UNKNOWN),
    ("203.0.113.0/24", Verdict.UNKNOWN),
    ("everybody", Verdict.UNKNOWN),
    *((gap, Verdict.UNKNOWN) for gap in (*GAPS, 7)),
]


@pytest.mark.parametrize(("range_", "verdict"), RANGES)
def test_packets_go_out_to_private_ranges(range_: Any, verdict: Verdict) -> None:
    outward = {"direction": "out", "destinationIps": [range_]}
    for found in (
        aws("ec2/securityGroup:SecurityGroup", {"egress": [{"cidrBlocks": [range_]}]}),
        aws("ec2/securityGroupRule:SecurityGroupRule", {"type": "egress", "cidrBlocks": [range_]}),
        aws("vpc/securityGroupEgressRule:SecurityGroupEgressRule", {"cidrIpv4": range_}),
        r.other("hcloud:index/firewall:Firewall", {"rules": [{"direction": "in"}, outward]}),
    ):
        assert r.worst("NET-04", found) is verdict


def test_what_lets_packets_in_is_not_asked() -> None:
    inward = {"type": "ingress", "cidrBlocks": ["0.0.0.0/0"]}
    found = aws("ec2/securityGroupRule:SecurityGroupRule", inward)
    assert r.worst("NET-04", found) is Verdict.NOT_APPLICABLE
    for gap in (*GAPS, Gap.MISSING, 7):
        odd = aws("ec2/securityGroupRule:SecurityGroupRule", {**inward, "type": gap})
        assert r.worst("NET-04", odd) is Verdict.FAIL
        inside = {"type": gap, "cidrBlocks": ["10.0.0.0/8"]}
        odd = aws("ec2/securityGroupRule:SecurityGroupRule", inside)
        assert r.worst("NET-04", odd) is Verdict.UNKNOWN


def test_a_list_of_prefixes_says_nothing_of_where_it_leads() -> None:
    found = aws("ec2/securityGroup:SecurityGroup", {"egress": [{"prefixListIds": ["pl-1"]}]})
    assert r.worst("NET-04", found) is Verdict.UNKNOWN


@pytest.mark.parametrize("rules", [Gap.MISSING, [], [{"direction": "in"}]])
def test_a_firewall_of_hetzner_without_a_rule_lets_everything_out(rules: Any) -> None:
    assert r.worst("NET-04", r.other("hcloud:index/firewall:Firewall", {"rules": rules})) is (
        Verdict.FAIL
    )


@pytest.mark.parametrize("rules", [*GAPS, 7, [Gap.SECRET], [{"direction": Gap.UNKNOWN}]])
def test_a_firewall_of_hetzner_that_cannot_be_read_is_unknown(rules: Any) -> None:
    found = r.other("hcloud:index/firewall:Firewall", {"rules": rules})
    assert r.worst("NET-04", found) is Verdict.UNKNOWN


def test_an_exemption_takes_an_open_firewall() -> None:
    exemption = {
        "rule": "NET-04",
        "resource": "*Firewall::one",
        "owner": "platform team",
        "reason": "ticket 7",
        "until": "2027-03-31",
    }
    found = r.other("hcloud:index/firewall:Firewall", {})
    assert r.worst("NET-04", found, exemptions=[exemption]) is Verdict.EXEMPT


@pytest.mark.parametrize(
    ("acl", "verdict"),
    [
        ("private", Verdict.PASS),
        ("log-delivery-write", Verdict.PASS),
        ("public-read", Verdict.FAIL),
        ("authenticated-read", Verdict.FAIL),
        (Gap.UNKNOWN, Verdict.UNKNOWN),
        (7, Verdict.UNKNOWN),
    ],
)
@pytest.mark.parametrize("type_", ["bucket:Bucket", "bucketAcl:BucketAcl"])
def test_an_acl_that_gives_a_bucket_to_others_fails(type_: str, acl: Any, verdict: Verdict) -> None:
    assert shared(f"s3/{type_}", {"acl": acl}) is verdict


def test_a_grant_to_a_group_is_one_to_everybody() -> None:
    grant = {"uri": "http://acs.amazonaws.com/groups/global/AllUsers", "permissions": ["READ"]}
    assert shared("s3/bucket:Bucket", {"grants": [grant]}) is Verdict.FAIL
