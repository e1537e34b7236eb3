"""Ways round the rules on clouds, on what the engine writes: each fails or is unknown, in sum."""

from typing import Any

import pytest
from hoheit_policy import Phase, Resource, Verdict, judge_resource, report
from hoheit_policy.adapters.policy_pack import safe_walk
from hoheit_policy.adapters.state import view_of
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy
from support import residency as r

NOT_WELL = {Verdict.FAIL, Verdict.UNKNOWN}
BUCKET = "aws:s3/bucket:Bucket"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
SERVER = "hcloud:index/server:Server"
CLOUD = ("LOC-01", "LOC-02", "LOC-04", "LOC-06", "LOC-07", "LOC-08", "REP-01", "OPQ-02")


def entry(type_: str, name: str, inputs: Any, **fields: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:t::t::{type_}::{name}"
    return {"urn": urn, "type": type_, "custom": True, "id": name, "inputs": inputs, **fields}


def provider(name: str, inputs: Any, package: str = "aws") -> dict[str, Any]:
    return entry(f"pulumi:providers:{package}", name, inputs)


def behind(made: dict[str, Any]) -> str:
    return f"{made['urn']}::{made['id']}"


HOME = provider("home", {"region": "eu-central-1"})
US = provider("us", {"region": "us-east-1"})


def verdicts(*entries: dict[str, Any], about: str, rules: tuple[str, ...] = CLOUD) -> set[Verdict]:
    """What the rules on clouds say of one resource of an export."""
    declared = r.view().declarations
    found = report(view_of({"deployment": {"resources": list(entries)}}, declared)).findings
    return {one.verdict for one in found if one.rule in rules and one.resource.endswith(about)}


def bucket(name: str = "data", inputs: Any = None, **fields: Any) -> dict[str, Any]:
    return entry(BUCKET, name, inputs or {}, **{"provider": behind(HOME), **fields})


def test_the_program_that_others_are_made_from_is_well() -> None:
    assert verdicts(HOME, bucket(), about="::data") == {Verdict.PASS}


def test_a_second_provider_for_one_bucket() -> None:
    one = bucket(provider=behind(US))
    assert Verdict.FAIL in verdicts(HOME, US, bucket("other"), one, about="::data")


def test_a_provider_that_a_component_hands_down() -> None:
    above = entry("team:index:Store", "store", {}, custom=False, id="")
    urn = f"urn:pulumi:t::t::team:index:Store${BUCKET}::data"
    one = bucket(urn=urn, parent=above["urn"], provider=behind(US))
    assert Verdict.FAIL in verdicts(HOME, US, above, one, about="::data")


def test_a_provider_that_is_not_in_the_state() -> None:
    gone = "urn:pulumi:t::t::pulumi:providers:aws::gone::1"
    assert verdicts(HOME, bucket(provider=gone), about="::data") & NOT_WELL


@pytest.mark.parametrize("names", [("bucket", "region"), ("region", "bucket")])
def test_an_unknown_region_beside_another_unknown_value(names: tuple[str, str]) -> None:
    raw = dict.fromkeys(names, UNKNOWN_STRING_VALUE)
    inputs = safe_walk(unknown_checking_proxy(raw))
    one = Resource(urn="u::data", type=BUCKET, name="data", inputs=inputs)
    found = judge_resource(one, r.view(one, phase=Phase.PREVIEW))
    assert {"LOC-03": Verdict.FAIL}.items() <= {x.rule: x.verdict for x in found}.items()


def test_a_certain_place_abroad_beside_an_unknown_value() -> None:
    raw = {"bucket": UNKNOWN_STRING_VALUE, "region": "us-east-1"}
    inputs = safe_walk(unknown_checking_proxy(raw))
    one = Resource(urn="u::data", type=BUCKET, name="data", inputs=inputs)
    found = judge_resource(one, r.view(one, phase=Phase.PREVIEW))
    assert any(x.rule == "LOC-01" and x.verdict is Verdict.FAIL for x in found)


def copy_to(target: str) -> dict[str, Any]:
    rules = [{"destination": {"bucket": target}}]
    return entry(REPLICATION, "copy", {"rules": rules}, provider=behind(HOME))


def test_replication_to_a_bucket_that_is_only_read() -> None:
    read = bucket("foreign", external=True)
    assert verdicts(HOME, read, copy_to("foreign"), about="::copy") & NOT_WELL
    assert verdicts(HOME, read, about="::foreign") & NOT_WELL


def test_replication_to_an_arn_that_no_resource_has() -> None:
    assert verdicts(HOME, bucket("foo2"), copy_to("arn:aws:s3:::foo"), about="::copy") & NOT_WELL


def test_replication_that_names_one_bucket_and_depends_on_another() -> None:
    copy = {**copy_to("arn:aws:s3:::foo"), "propertyDependencies": {"rules": [bucket()["urn"]]}}
    assert verdicts(HOME, bucket(), copy, about="::copy") & NOT_WELL


@pytest.mark.parametrize(
    "inputs",
    [
        {"endpoints": '[{"s3":"https://s3.us.example.org"}]'},
        {"endpoints": [{"s3": "https://s3.us-east-1.amazonaws.com"}]},
        {"endpoints": [{"s3": "https://objects.example.com@evil.example.org"}]},
        {"endpoints": [{"s3": "https://objects.example.com.evil.example.org"}]},
        {"endpoints": [{"s3": "HTTPS://EVIL.EXAMPLE.ORG"}]},
        {"endpoints": [{"s3": "https://[x"}]},
        {"httpsProxy": "proxy.example.org:3128"},
        {"__internal": {"pluginDownloadURL": "https://plugins.example.org"}},
        {"pluginDownloadURL": "https://plugins.example.org"},
    ],
)
def test_a_provider_that_sends_requests_elsewhere(inputs: Any) -> None:
    odd = provider("odd", {"region": "eu-central-1", **inputs})
    assert verdicts(odd, about="::odd") & NOT_WELL


def test_a_provider_of_hetzner_that_talks_to_another_api() -> None:
    odd = provider("odd", {"endpoint": "https://api.example.org"}, "hcloud")
    server = entry(SERVER, "work", {"location": "fsn1"}, provider=behind(odd))
    assert verdicts(odd, server, about="::odd") & NOT_WELL
    assert verdicts(odd, server, about="::work") & NOT_WELL


@pytest.mark.parametrize(
    "code",
    [
        "US-EAST-1",
        "us-east-1 ",
        "eu-central-1 ",
        "eu-central-1\n",
        "eu\u2010central\u20101",
        "\u0435u-central-1",
        "eu-central-1a",
        "eu-central-1-ham-1a",
        "eu-central-11",
        "arn:aws:s3:eu-central-1",
        "arn:aws:rds:eu-central-1:123456789012:db:a",
        "global",
        "*",
        "${region}",
        '["eu-central-1"]',
    ],
)
def test_a_region_that_only_looks_like_one(code: str) -> None:
    assert verdicts(HOME, bucket(inputs={"region": code}), about="::data") & NOT_WELL


@pytest.mark.parametrize("code", ["FSN1", "fsn1 ", "fsn1-dc14-dc1", "ash-dc1", "fsn", "eu-central"])
def test_a_location_that_only_looks_like_one(code: str) -> None:
    server = entry(SERVER, "work", {"location": code})
    assert verdicts(server, about="::work") & NOT_WELL


def test_a_state_in_which_a_bucket_is_said_to_be_a_component() -> None:
    one = bucket(provider=behind(US), custom=False)
    assert Verdict.FAIL in verdicts(US, one, about="::data")


def test_a_state_in_which_the_input_was_edited_and_the_output_was_not() -> None:
    one = bucket(inputs={"region": "eu-central-1"}, outputs={"region": "us-east-1"})
    assert Verdict.FAIL in verdicts(HOME, one, about="::data")


def test_a_volume_that_names_two_servers() -> None:
    at_home = entry(SERVER, "a", {"location": "fsn1"}, id="42")
    abroad = entry(SERVER, "b", {"location": "ash"}, id="42")
    volume = entry("hcloud:index/volume:Volume", "data", {"serverId": 42})
    assert Verdict.FAIL in verdicts(at_home, abroad, volume, about="::data")


def test_a_zone_abroad_in_a_region_at_home() -> None:
    subnet = entry(
        "aws:ec2/subnet:Subnet",
        "net",
        {"availabilityZone": "eu-central-1-waw-1a"},
        provider=behind(HOME),
    )
    assert verdicts(HOME, subnet, about="::net") & NOT_WELL
