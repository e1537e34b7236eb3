"""Where cloud resources are, by which way that was found, and LOC-03 and LOC-04."""

from typing import Any

import pytest
from hoheit_policy import Finding, Gap, Phase, Provider, Resource, Verdict, judge_resource
from hoheit_policy.adapters.state import view_of
from support import residency as r

BUCKET = "aws:s3/bucket:Bucket"
SERVER = "hcloud:index/server:Server"
VOLUME = "hcloud:index/volume:Volume"


def provider(inputs: Any, name: str = "home", package: str = "aws") -> Provider:
    return Provider(type=f"pulumi:providers:{package}", name=name, inputs=inputs)


def aws(inputs: Any = None, type_: str = BUCKET, **changes: Any) -> Resource:
    given = {"provider": provider({"region": "eu-central-1"}), **changes}
    return r.other(type_, inputs or {}, **given)


def ways(rule: str, *resources: Resource, **declared: Any) -> str:
    return "\n".join(one.provenance for one in r.judged(rule, *resources, **declared))


def in_preview(rule: str, *resources: Resource) -> list[Finding]:
    seen = r.view(*resources, phase=Phase.PREVIEW)
    return [one for each in resources for one in judge_resource(each, seen) if one.rule == rule]


@pytest.mark.parametrize(
    ("resource", "way"),
    [
        (aws({"region": "eu-west-1"}), "region of the resource"),
        (aws(), "region of provider 'home'"),
        (aws(provider=None, outputs={"region": "eu-west-1"}), "region that the state shows"),
        (
            aws(provider=None, outputs={"arn": "arn:aws:rds:eu-west-1:123456789012:db:a"}),
            "ARN in the state",
        ),
        (aws(provider=None, id="arn:aws:sns:eu-west-1:123456789012:a"), "id in the state"),
    ],
)
def test_the_way_to_a_region_is_told(resource: Resource, way: str) -> None:
    assert r.worst("LOC-01", resource) is Verdict.PASS
    assert way in ways("LOC-01", resource)


@pytest.mark.parametrize("own", [None, provider({}, "default_7_51_1"), provider({}, "home")])
def test_a_region_in_the_environment_is_never_assumed(own: Provider | None) -> None:
    found = aws(provider=own)
    assert r.worst("LOC-01", found) is Verdict.UNKNOWN
    assert "AWS_REGION" in r.messages("LOC-01", found)


@pytest.mark.parametrize("gap", [Gap.UNKNOWN, Gap.SECRET, Gap.WRONG, 7, ["eu-central-1"]])
def test_a_region_that_cannot_be_read_does_not_fall_back_to_that_of_the_provider(gap: Any) -> None:
    assert r.worst("LOC-01", aws({"region": gap})) is Verdict.UNKNOWN
    assert r.worst("LOC-01", aws(provider=provider({"region": gap}))) is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "outputs",
    [{"region": "us-east-1"}, {"arn": "arn:aws:rds:us-east-1:123456789012:db:a"}],
)
def test_a_state_that_shows_another_region_than_was_asked_for_fails(outputs: Any) -> None:
    assert r.worst("LOC-01", aws({"region": "eu-west-1"}, outputs=outputs)) is Verdict.FAIL
    assert r.worst("LOC-01", aws({"region": Gap.SECRET}, outputs=outputs)) is Verdict.FAIL


def test_an_arn_of_a_partition_has_regions_of_that_partition_only() -> None:
    odd = {"arn": "arn:aws-eusc:rds:eu-central-1:123456789012:db:a"}
    assert r.worst("LOC-01", aws(provider=None, outputs=odd)) is Verdict.FAIL


def test_a_bucket_that_is_only_read_is_not_where_the_request_went() -> None:
    read = aws(provider=provider({"region": "eu-central-1"}), external=True)
    assert r.worst("LOC-01", read) is Verdict.UNKNOWN
    assert r.worst("LOC-01", aws(external=True, outputs={"region": "us-east-1"})) is Verdict.FAIL


def volume(given: Any, **changes: Any) -> Resource:
    return r.other(VOLUME, {"serverId": given}, "data", **changes)


def server(location: str, **changes: Any) -> Resource:
    return r.other(SERVER, {"location": location}, "work", **{"id": "42", **changes})


@pytest.mark.parametrize("given", [42, 42.0, "42"])
def test_a_volume_is_where_its_server_is(given: Any) -> None:
    at_home, abroad = server("fsn1"), server("ash")
    assert r.worst("LOC-08", volume(given), at_home) is Verdict.PASS
    assert r.worst("LOC-08", volume(given), abroad) is Verdict.FAIL
    assert "serverId leads to" in ways("LOC-08", volume(given), at_home)


def test_a_volume_of_a_server_that_nobody_sees_is_not_passed() -> None:
    assert r.worst("LOC-08", volume(7), server("fsn1")) is Verdict.FAIL
    assert r.worst("LOC-08", volume(Gap.SECRET), server("fsn1")) is Verdict.UNKNOWN
    assert r.worst("LOC-08", volume(True), server("fsn1", id="1")) is Verdict.UNKNOWN


def test_what_an_id_comes_out_of_fails_a_volume_but_never_passes_it() -> None:
    at_home, abroad = server("fsn1", id=Gap.UNKNOWN), server("ash", id=Gap.UNKNOWN)
    found = volume(Gap.UNKNOWN, depends={"serverId": (at_home.urn,)})
    (place,) = [one for one in r.judged("LOC-08", found, at_home) if one.resource == found.urn]
    assert (place.verdict, place.late) == (Verdict.UNKNOWN, True)
    assert r.worst("LOC-08", found, abroad) is Verdict.FAIL


def test_a_stored_state_tells_ids_and_what_properties_come_out_of() -> None:
    urn = f"urn:pulumi:t::t::{SERVER}::work"
    entry = {
        "urn": f"urn:pulumi:t::t::{VOLUME}::data",
        "type": VOLUME,
        "id": "9",
        "inputs": {"serverId": 42},
        "propertyDependencies": {"serverId": [urn], "size": None},
    }
    (found,) = view_of({"deployment": {"resources": [entry]}}).resources
    assert (found.id, dict(found.depends)) == ("9", {"serverId": (urn,)})


@pytest.mark.parametrize(
    ("inputs", "verdict"),
    [
        ({"region": "us-east-1"}, Verdict.PASS),
        ({"region": Gap.UNKNOWN}, Verdict.FAIL),
        ({"region": Gap.SECRET}, Verdict.UNKNOWN),
        ({"region": 7}, Verdict.UNKNOWN),
        ({"region": "eu-west-1", "availabilityZones": ["eu-west-1a", Gap.UNKNOWN]}, Verdict.FAIL),
    ],
)
def test_a_region_that_a_preview_does_not_show_fails_it(inputs: Any, verdict: Verdict) -> None:
    found = {one.verdict for one in in_preview("LOC-03", aws(inputs))}
    assert next(one for one in Verdict if one in found) is verdict


def test_an_unknown_location_after_or_before_another_unknown_value_is_not_masked() -> None:
    for names in (("bucket", "region"), ("region", "bucket")):
        assert in_preview("LOC-03", aws(dict.fromkeys(names, Gap.UNKNOWN)))


def test_no_computed_location_is_left_to_ask_for_in_a_state() -> None:
    assert r.worst("LOC-03", aws({"region": Gap.UNKNOWN})) is Verdict.NOT_APPLICABLE


def test_a_location_of_hetzner_that_a_preview_does_not_show_fails_it() -> None:
    (found,) = in_preview("LOC-03", r.other(SERVER, {"location": Gap.UNKNOWN}))
    assert found.verdict is Verdict.FAIL
    assert not in_preview("LOC-03", r.other(VOLUME, {"serverId": Gap.UNKNOWN}))


def own_provider(inputs: Any, package: str = "aws") -> Resource:
    return r.other(f"pulumi:providers:{package}", inputs, "home")


@pytest.mark.parametrize(
    ("inputs", "verdict"),
    [
        ({"region": "eu-central-1"}, Verdict.PASS),
        ({"endpoints": '[{"s3":"https://objects.example.com"}]'}, Verdict.PASS),
        ({"endpoints": [{"s3": "https://objects.example.com"}]}, Verdict.PASS),
        ({"endpoints": [{"s3": "https://s3.us-east-1.amazonaws.com"}]}, Verdict.FAIL),
        ({"endpoints": [{"s3": "https://s3.example.org"}]}, Verdict.FAIL),
        ({"endpoints": [{"rds": "https://objects.example.com", "s3": "u://"}]}, Verdict.FAIL),
        ({"endpoints": [Gap.SECRET]}, Verdict.UNKNOWN),
        ({"endpoints": "not a list"}, Verdict.UNKNOWN),
        ({"endpoints": Gap.UNKNOWN}, Verdict.UNKNOWN),
        ({"httpsProxy": "http://proxy.example.org:3128"}, Verdict.FAIL),
        ({"stsRegion": "us-east-1"}, Verdict.FAIL),
        ({"stsRegion": "eu-central-1"}, Verdict.PASS),
    ],
)
def test_a_provider_of_aws_sends_requests_to_known_addresses(inputs: Any, verdict: Verdict) -> None:
    assert r.worst("LOC-04", own_provider(inputs)) is verdict


@pytest.mark.parametrize(
    ("inputs", "verdict"),
    [
        ({}, Verdict.PASS),
        ({"endpoint": "https://api.example.org/v1"}, Verdict.FAIL),
        ({"endpointHetzner": "https://objects.example.com"}, Verdict.PASS),
        ({"endpoint": Gap.SECRET}, Verdict.UNKNOWN),
    ],
)
def test_a_provider_of_hetzner_sends_requests_to_known_addresses(
    inputs: Any, verdict: Verdict
) -> None:
    assert r.worst("LOC-04", own_provider(inputs, "hcloud")) is verdict


def test_a_resource_of_hetzner_behind_another_api_is_not_where_it_says() -> None:
    evil = provider({"endpoint": "https://api.example.org/v1"}, package="hcloud")
    assert r.worst("LOC-01", r.other(SERVER, {"location": "fsn1"}, provider=evil)) is (
        Verdict.UNKNOWN
    )


def test_a_declared_object_store_behind_the_aws_provider_is_where_it_is_declared() -> None:
    home = provider({"region": "us-east-1", "endpoints": [{"s3": "https://objects.example.com"}]})
    assert r.worst("LOC-01", aws(provider=home)) is Verdict.PASS
    assert r.worst("LOC-01", aws(type_="aws:ebs/volume:Volume", provider=home)) is Verdict.FAIL


def test_a_data_center_that_contradicts_the_location_fails() -> None:
    both = {"location": "fsn1", "datacenter": "ash-dc1"}
    assert r.worst("LOC-07", r.other("hcloud:index/server:Server", both)) is Verdict.FAIL


def test_a_type_of_hetzner_that_no_table_lists_is_unknown() -> None:
    assert r.worst("LOC-02", r.other("hcloud:index/vault:Vault", {})) is Verdict.UNKNOWN
    assert r.worst("LOC-02", r.other("hcloud:index/sshKey:SshKey", {})) is Verdict.PASS


def test_the_target_of_a_load_balancer_is_a_server_of_the_stack() -> None:
    target = "hcloud:index/loadBalancerTarget:LoadBalancerTarget"
    server = r.other("hcloud:index/server:Server", {"location": "ash"}, "server", id="42")
    assert r.worst("LOC-09", r.other(target, {"serverId": 42}), server) is Verdict.FAIL
    assert r.worst("LOC-09", r.other(target, {"ip": "192.0.2.7"})) is Verdict.UNKNOWN


def test_a_subnet_is_in_the_one_zone_of_europe_whatever_part_of_it_is_allowed() -> None:
    subnet = "hcloud:index/networkSubnet:NetworkSubnet"
    europe, abroad = r.other(subnet, {"networkZone": "eu-central"}), {"networkZone": "us-east"}
    assert r.worst("LOC-10", europe, profile="de-only") is Verdict.PASS
    assert r.worst("LOC-10", r.other(subnet, abroad), profile="de-only") is Verdict.FAIL
    balancer = r.other("hcloud:index/loadBalancer:LoadBalancer", {"networkZone": "eu-central"})
    assert r.worst("LOC-09", balancer, profile="de-only") is Verdict.FAIL
