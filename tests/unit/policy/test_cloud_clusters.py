"""NET-01 and ENC-01: what is asked of an EKS cluster."""

from typing import Any

import pytest
from hoheit_policy import Gap, Provider, Resource, Verdict
from support import residency as r

HOME = Provider(type="pulumi:providers:aws", name="home", inputs={"region": "eu-central-1"})
GAPS = (Gap.UNKNOWN, Gap.SECRET, Gap.WRONG)
KEY = "arn:aws:kms:eu-central-1:123456789012:key/a"
PUBLIC = "endpointPublicAccess"


def cluster(inputs: Any, **changes: Any) -> Resource:
    return r.other("aws:eks/cluster:Cluster", inputs, **{"provider": HOME, **changes})


def reached(**config: Any) -> Resource:
    return cluster({"vpcConfig": {"subnetIds": ["a", "b"], **config}})


def ranges(*cidrs: Any) -> Resource:
    return reached(endpointPublicAccess=True, publicAccessCidrs=list(cidrs))


def test_an_endpoint_is_private_only_where_somebody_says_so() -> None:
    assert r.worst("NET-01", reached(endpointPublicAccess=False)) is Verdict.PASS
    assert r.worst("NET-01", reached(endpointPrivateAccess=True)) is Verdict.FAIL
    assert r.worst("NET-01", cluster({})) is Verdict.FAIL
    assert r.worst("NET-01", reached(endpointPublicAccess=True)) is Verdict.FAIL
    assert r.worst("NET-01", ranges()) is Verdict.FAIL


@pytest.mark.parametrize("gap", [*GAPS, "false", 0, []])
def test_whether_an_endpoint_is_public_has_to_be_readable(gap: Any) -> None:
    assert r.worst("NET-01", reached(endpointPublicAccess=gap)) is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("cidrs", "verdict"),
    [
        (["192.0.2.0/24"], Verdict.PASS),
        (["192.0.2.0/24", "2001:db8::/32"], Verdict.PASS),
        (["192.0.2.0/24", "0.0.0.0/0"], Verdict.FAIL),
        (["::/0"], Verdict.FAIL),
        (["0.0.0.0/1", "128.0.0.0/1"], Verdict.FAIL),
        (["10.0.0.0/8", "11.0.0.0/8"], Verdict.FAIL),
        (["192.0.2.7/24"], Verdict.UNKNOWN),
        (["office"], Verdict.UNKNOWN),
        ([7], Verdict.UNKNOWN),
        *((["192.0.2.0/24", gap], Verdict.UNKNOWN) for gap in GAPS),
        ([Gap.UNKNOWN, "0.0.0.0/0"], Verdict.FAIL),
    ],
)
def test_a_public_endpoint_is_for_named_ranges(cidrs: list[Any], verdict: Verdict) -> None:
    assert r.worst("NET-01", ranges(*cidrs)) is verdict


def test_a_cluster_that_is_only_read_is_judged_by_what_it_shows() -> None:
    shown = {"vpcConfig": {PUBLIC: False}}
    assert r.worst("NET-01", cluster({}, outputs=shown, external=True)) is Verdict.PASS
    assert r.worst("NET-01", cluster({}, outputs=shown)) is Verdict.FAIL


def encrypted(key: Any, *resources: Any, **changes: Any) -> Resource:
    config = {"provider": {"keyArn": key}, "resources": list(resources or ("secrets",))}
    return cluster({"encryptionConfig": config}, **changes)


@pytest.mark.parametrize(
    ("key", "verdict"),
    [
        (KEY, Verdict.PASS),
        ("arn:aws:kms:eu-west-1:123456789012:key/a", Verdict.FAIL),
        ("arn:aws:kms:eu-central-1:123456789012:alias/aws/ebs", Verdict.FAIL),
        ("alias/aws/ebs", Verdict.FAIL),
        ("alias/platform", Verdict.PASS),
        ("arn:aws:s3:::bucket", Verdict.UNKNOWN),
        ("", Verdict.FAIL),
        (Gap.MISSING, Verdict.FAIL),
        (7, Verdict.UNKNOWN),
        *((gap, Verdict.UNKNOWN) for gap in GAPS),
    ],
)
def test_the_key_is_of_the_customer_and_where_the_cluster_is(key: Any, verdict: Verdict) -> None:
    assert r.worst("ENC-01", encrypted(key)) is verdict


def test_without_a_key_secrets_are_not_encrypted_with_one() -> None:
    assert r.worst("ENC-01", cluster({})) is Verdict.FAIL
    assert r.worst("ENC-01", cluster({"encryptionConfig": {"provider": {}}})) is Verdict.FAIL


@pytest.mark.parametrize("gap", [*GAPS, 7])
def test_what_is_encrypted_has_to_be_readable(gap: Any) -> None:
    assert r.worst("ENC-01", encrypted(KEY, gap)) is Verdict.UNKNOWN
    assert r.worst("ENC-01", encrypted(KEY, "configmaps")) is Verdict.FAIL
    assert r.worst("ENC-01", cluster({"encryptionConfig": gap})) is Verdict.UNKNOWN


def test_a_key_of_a_cluster_in_an_unknown_region_is_unknown() -> None:
    assert r.worst("ENC-01", encrypted(KEY, provider=None)) is Verdict.UNKNOWN
    shown = {"region": "eu-central-1"}
    assert r.worst("ENC-01", encrypted(KEY, provider=None, outputs=shown)) is Verdict.PASS


def test_an_exemption_takes_a_public_endpoint() -> None:
    exemption = {
        "rule": "NET-01",
        "resource": "*Cluster::one",
        "owner": "platform team",
        "reason": "ticket 7",
        "until": "2027-03-31",
    }
    assert r.worst("NET-01", reached(), exemptions=[exemption]) is Verdict.EXEMPT
