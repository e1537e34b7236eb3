"""What any field of any AWS resource names: regions, ARNs, buckets and hosts."""

import json
from typing import Any

import pytest
from hoheit_policy import Gap, Provider, Resource, Verdict, report
from support import residency as r

HOME = Provider(type="pulumi:providers:aws", name="home", inputs={"region": "eu-central-1"})
BUCKET = "aws:s3/bucket:Bucket"
NEW = "aws:service/new:New"
"""Of a service that no table knows."""


def aws(type_: str, inputs: Any, name: str = "it", **changes: Any) -> Resource:
    return r.other(type_, inputs, name, provider=HOME, **changes)


def verdicts(*resources: Resource, **declared: Any) -> set[tuple[Verdict, str]]:
    view = r.view(*resources, **declared)
    return {(one.verdict, one.path) for one in report(view).findings if one.rule == "LOC-14"}


def says(inputs: Any, *others: Resource, **declared: Any) -> set[tuple[Verdict, str]]:
    return verdicts(aws(NEW, inputs), *others, **declared)


@pytest.mark.parametrize(
    "value",
    [
        "us-east-1",
        "us-gov-west-1",
        "us-east-1a",
        "eu-central-1-waw-1a",
        "com.amazonaws.us-east-1.s3",
        "arn:aws:lambda:us-east-1:123456789012:function:f",
        "https://bedrock-runtime.us-east-1.amazonaws.com",
        json.dumps({"Target": {"Arn": "arn:aws:events:us-west-2:1:event-bus/b"}}),
        "a,us-east-1,b",
    ],
)
def test_a_region_elsewhere_fails_in_whatever_field_and_form(value: str) -> None:
    assert {verdict for verdict, _ in says({"deep": [{"field": value}]})} == {Verdict.FAIL}


@pytest.mark.parametrize(
    "value",
    [
        "eu-west-1",
        "arn:aws:sns:eu-north-1:123456789012:t",
        "https://sqs.eu-central-1.amazonaws.com/1/q",
        "com.amazonaws.eu-central-1.s3",
    ],
)
def test_an_allowed_region_passes(value: str) -> None:
    assert {verdict for verdict, _ in says({"field": value})} == {Verdict.PASS}


@pytest.mark.parametrize(
    "value",
    [
        "ml-data-1",
        "eu-data-2",
        "my-us-east-1-copy",
        "v1.2.3",
        "t3.large",
        "2012-10-17",
        Gap.UNKNOWN,
        7,
    ],
)
def test_what_names_no_place_is_not_asked(value: Any) -> None:
    assert says({"field": value}) == {(Verdict.NOT_APPLICABLE, "")}


def test_a_code_that_looks_like_a_region_and_is_in_no_table_fails() -> None:
    assert says({"field": "eu-central-9"}) == {(Verdict.FAIL, "field")}


@pytest.mark.parametrize("gap", [Gap.UNKNOWN, Gap.SECRET, 7, True])
def test_a_field_for_a_place_that_cannot_be_read_is_unknown(gap: Any) -> None:
    assert says({"peers": [{"homeRegion": gap}]}) == {(Verdict.UNKNOWN, "peers[0].homeRegion")}
    assert says({"password": gap}) == {(Verdict.NOT_APPLICABLE, "")}


def test_what_the_state_shows_counts_as_well() -> None:
    one = aws(NEW, {}, outputs={"homeRegion": "us-east-1"})
    assert verdicts(one) == {(Verdict.FAIL, "outputs.homeRegion")}


def test_an_outpost_is_wherever_its_owner_put_it() -> None:
    found = says({"outpostArn": "arn:aws:outposts:eu-central-1:1:outpost/op-1"})
    assert (Verdict.UNKNOWN, "outpostArn") in found


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outputLocation", "s3://spare/x/"),
        ("targetBucket", "spare"),
        ("s3BucketName", "spare"),
        ("anything", "arn:aws:s3:::spare/key"),
    ],
)
def test_a_bucket_that_is_not_in_the_stack_is_unknown(field: str, value: str) -> None:
    assert says({field: value}) == {(Verdict.UNKNOWN, field)}


@pytest.mark.parametrize(
    ("region", "verdict"), [("eu-west-1", Verdict.PASS), ("us-east-1", Verdict.FAIL)]
)
def test_a_bucket_of_the_stack_is_where_it_is(region: str, verdict: Verdict) -> None:
    spare = aws(BUCKET, {"bucket": "spare", "region": region}, "spare")
    assert (verdict, "targetBucket") in says({"targetBucket": "spare"}, spare)


def test_a_public_service_is_seen_without_a_scheme() -> None:
    inputs = {"environment": {"variables": {"LLM": "api.openai.com"}}}
    assert says(inputs) == {(Verdict.UNKNOWN, "environment.variables.LLM")}


def test_a_host_that_nobody_declared_is_unknown() -> None:
    assert says({"url": "https://logs.example.org/x"}) == {(Verdict.UNKNOWN, "url")}


@pytest.mark.parametrize(("country", "verdict"), [("DE", Verdict.PASS), ("US", Verdict.FAIL)])
def test_a_declared_host_is_where_it_is_declared(country: str, verdict: Verdict) -> None:
    endpoints = {"logs.example.org": r.location(country)}
    assert says({"url": "https://logs.example.org/x"}, endpoints=endpoints) == {(verdict, "url")}


def test_tags_and_policies_of_rights_put_nothing_anywhere() -> None:
    assert says({"tags": {"copy": "us-east-1"}}) == {(Verdict.NOT_APPLICABLE, "")}
    granted = aws("aws:iam/policy:Policy", {"policy": '{"Resource": "arn:aws:s3:::spare"}'})
    assert verdicts(granted) == {(Verdict.NOT_APPLICABLE, "")}


def test_what_another_rule_asks_about_is_said_once() -> None:
    table = aws("aws:dynamodb/table:Table", {"replicas": [{"regionName": "us-east-1"}]})
    assert verdicts(table) == {(Verdict.NOT_APPLICABLE, "")}
