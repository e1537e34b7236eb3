"""ENC-02, ENC-04, NET-02, NET-05 and GOV-03: buckets, key stores, logs, gateways, guardrails."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hoheit_policy import Gap, Phase, Provider, Resource, Verdict, judge_stack
from support import residency as r

HOME = Provider(type="pulumi:providers:aws", name="home", inputs={"region": "eu-central-1"})
KEY = "arn:aws:kms:eu-central-1:123456789012:key/a"
GAPS = (Gap.UNKNOWN, Gap.SECRET, Gap.WRONG)


def aws(type_: str, inputs: Any, name: str = "one", **changes: Any) -> Resource:
    return r.other(f"aws:{type_}", inputs, name, **{"provider": HOME, **changes})


def bucket(inputs: Any = None, **changes: Any) -> Resource:
    return aws("s3/bucket:Bucket", inputs or {}, "data", **{"id": "data", **changes})


def rule(algorithm: Any = "aws:kms", key: Any = KEY) -> Any:
    return {
        "applyServerSideEncryptionByDefault": {"sseAlgorithm": algorithm, "kmsMasterKeyId": key}
    }


def beside(of: Any = "data", **told: Any) -> Resource:
    token = "BucketServerSideEncryptionConfiguration"
    inputs = {"bucket": of, "rules": [rule(**told)]}
    return aws(f"s3/b{token[1:]}:{token}", inputs, "sse")


def test_a_bucket_is_encrypted_beside_it_or_inside() -> None:
    assert r.worst("ENC-02", bucket(), beside()) is Verdict.PASS
    inside = {"serverSideEncryptionConfiguration": {"rule": rule()}}
    assert r.worst("ENC-02", bucket(inside)) is Verdict.PASS
    old = [{"rules": [{"applyServerSideEncryptionByDefaults": [*rule().values()]}]}]
    v2 = aws("s3/bucketV2:BucketV2", {"serverSideEncryptionConfigurations": old})
    assert r.worst("ENC-02", v2) is Verdict.PASS


def test_a_bucket_of_which_nothing_says_so_has_a_key_of_aws() -> None:
    assert r.worst("ENC-02", bucket()) is Verdict.FAIL
    assert r.worst("ENC-02", bucket(), beside(algorithm="AES256")) is Verdict.FAIL
    assert r.worst("ENC-02", bucket(), beside(key=Gap.MISSING)) is Verdict.FAIL
    inside = {"serverSideEncryptionConfiguration": {"rule": rule("AES256")}}
    assert r.worst("ENC-02", bucket(inside)) is Verdict.FAIL


@pytest.mark.parametrize("of", [*GAPS, 7, "other"])
def test_encryption_of_a_bucket_that_nobody_sees_is_not_taken_for_that_of_another(of: Any) -> None:
    assert r.worst("ENC-02", bucket(), beside(of)) is Verdict.UNKNOWN


@pytest.mark.parametrize("gap", GAPS)
def test_encryption_that_cannot_be_read_is_unknown(gap: Gap) -> None:
    assert r.worst("ENC-02", bucket({"serverSideEncryptionConfiguration": gap})) is Verdict.UNKNOWN
    assert r.worst("ENC-02", bucket(), beside(key=gap)) is Verdict.UNKNOWN


def test_a_key_store_outside_is_at_a_declared_address() -> None:
    def store(url: Any) -> Verdict:
        return r.worst("ENC-04", aws("kms/customKeyStore:CustomKeyStore", url))

    assert store({"xksProxyUriEndpoint": "https://objects.example.com"}) is Verdict.PASS
    assert store({"xksProxyUriEndpoint": "https://keys.example.org"}) is Verdict.UNKNOWN
    assert store({"xksProxyUriEndpoint": Gap.SECRET}) is Verdict.UNKNOWN
    assert store({"customKeyStoreType": "AWS_CLOUDHSM"}) is Verdict.NOT_APPLICABLE


KINDS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]


@pytest.mark.parametrize(
    ("kinds", "verdict"),
    [
        (KINDS, Verdict.PASS),
        (KINDS[1:], Verdict.FAIL),
        ([], Verdict.FAIL),
        (Gap.MISSING, Verdict.FAIL),
        *((gap, Verdict.UNKNOWN) for gap in (*GAPS, 7)),
        *(([*KINDS[1:], gap], Verdict.UNKNOWN) for gap in (*GAPS, 7)),
    ],
)
def test_a_cluster_logs_all_kinds(kinds: Any, verdict: Verdict) -> None:
    found = aws("eks/cluster:Cluster", {"enabledClusterLogTypes": kinds})
    assert r.worst("NET-02", found) is verdict


@pytest.mark.parametrize(
    ("days", "verdict"),
    [
        (365, Verdict.PASS),
        (365.0, Verdict.PASS),
        (0, Verdict.PASS),
        (Gap.MISSING, Verdict.PASS),
        (180, Verdict.FAIL),
        (7, Verdict.FAIL),
        *((gap, Verdict.UNKNOWN) for gap in (*GAPS, "365", True)),
    ],
)
def test_logs_of_a_cluster_are_kept_for_half_a_year(days: Any, verdict: Verdict) -> None:
    group = {"name": "/aws/eks/main/cluster", "retentionInDays": days}
    assert r.worst("NET-02", aws("cloudwatch/logGroup:LogGroup", group)) is verdict
    other = {**group, "name": "/app"}
    assert r.worst("NET-02", aws("cloudwatch/logGroup:LogGroup", other)) is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("type_", "inputs", "verdict"),
    [
        ("internetGateway:InternetGateway", {}, Verdict.UNKNOWN),
        ("egressOnlyInternetGateway:EgressOnlyInternetGateway", {}, Verdict.UNKNOWN),
        ("natGateway:NatGateway", {}, Verdict.UNKNOWN),
        ("natGateway:NatGateway", {"connectivityType": "public"}, Verdict.UNKNOWN),
        ("natGateway:NatGateway", {"connectivityType": Gap.SECRET}, Verdict.UNKNOWN),
        ("natGateway:NatGateway", {"connectivityType": "private"}, Verdict.PASS),
        ("subnet:Subnet", {}, Verdict.NOT_APPLICABLE),
    ],
)
def test_a_way_to_the_internet_is_unknown(type_: str, inputs: Any, verdict: Verdict) -> None:
    assert r.worst("NET-05", aws(f"ec2/{type_}", inputs)) is verdict


def denial(regions: Any, **more: Any) -> Any:
    condition = {"StringNotEquals": {"aws:RequestedRegion": regions}}
    return {"Statement": [{"Effect": "Deny", "Condition": condition, **more}]}


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (denial(["eu-central-1", "eu-west-1"]), Verdict.PASS),
        (denial("eu-central-1"), Verdict.PASS),
        (denial(["eu-central-1", "us-east-1"]), Verdict.FAIL),
        (denial(["eu-*"]), Verdict.FAIL),
        (denial(["us-east-1"], Effect="Allow"), Verdict.NOT_APPLICABLE),
        ({"Statement": [{"Effect": "Deny"}]}, Verdict.NOT_APPLICABLE),
    ],
)
def test_a_guardrail_leaves_allowed_regions_open(content: Any, verdict: Verdict) -> None:
    for given in (content, json.dumps(content)):
        found = aws("organizations/policy:Policy", {"content": given})
        assert r.worst("GOV-03", found) is verdict


@pytest.mark.parametrize(
    "content",
    [
        *(gap for gap in (*GAPS, 7, "not json", [])),
        *(denial([gap]) for gap in (*GAPS, 7)),
        denial(["eu-central-1"], Effect=Gap.SECRET),
        {"Statement": Gap.SECRET},
    ],
)
def test_a_guardrail_that_cannot_be_read_is_unknown(content: Any) -> None:
    found = aws("organizations/policy:Policy", {"content": content})
    assert r.worst("GOV-03", found) is Verdict.UNKNOWN


def test_a_bucket_of_an_incomplete_program_may_still_be_encrypted() -> None:
    seen = r.view(bucket(), phase=Phase.PREVIEW, requested_rules=["ENC-02"])
    (found,) = [x for x in judge_stack(replace(seen, complete=False)) if x.rule == "ENC-02"]
    assert (found.verdict, found.late) == (Verdict.UNKNOWN, True)
