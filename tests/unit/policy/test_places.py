"""LOC-01, LOC-02 and GOV-04: where things are, whether that is known, and who runs them."""

from typing import Any

import pytest
from hoheit_facts import HCLOUD_FIELDS
from hoheit_policy import Gap, Provider, Resource, Verdict
from support import residency as r

AWS = "aws:s3/bucket:Bucket"


def aws(region: Any = None, provider: Any = None, type_: str = AWS) -> Resource:
    inputs = {} if region is None else {"region": region}
    own = Provider(type="pulumi:providers:aws", name="p", inputs=provider or {})
    return r.other(type_, inputs, provider=own)


@pytest.mark.parametrize(
    ("region", "profile", "verdict"),
    [
        ("eu-central-1", "de-only", Verdict.PASS),
        ("eu-west-1", "de-only", Verdict.FAIL),
        ("eu-west-1", "eu", Verdict.PASS),
        ("eu-west-2", "eu", Verdict.FAIL),
        ("eu-west-2", "gdpr-adequate", Verdict.PASS),
        ("eu-central-2", "eea", Verdict.FAIL),
        ("eu-central-2", "dach-plus", Verdict.PASS),
        ("us-east-1", "gdpr-adequate", Verdict.FAIL),
        ("eusc-de-east-1", "de-only", Verdict.PASS),
        ("eu-nowhere-9", "eu", Verdict.FAIL),
    ],
)
def test_the_country_of_an_aws_region_decides(region: str, profile: str, verdict: Verdict) -> None:
    assert r.worst("LOC-01", aws(region), profile=profile) is verdict


def test_a_resource_without_a_region_takes_that_of_its_provider() -> None:
    assert r.worst("LOC-01", aws(provider={"region": "us-east-1"})) is Verdict.FAIL
    assert r.worst("LOC-01", aws("eu-west-1", {"region": "us-east-1"})) is Verdict.PASS


def test_a_second_provider_for_one_resource_does_not_escape() -> None:
    home = aws(provider={"region": "eu-central-1"})
    assert r.worst("LOC-01", home, aws(provider={"region": "us-east-1"})) is Verdict.FAIL


def test_a_default_provider_whose_region_nobody_sees_is_no_pass() -> None:
    assert r.worst("LOC-01", aws()) is Verdict.UNKNOWN
    assert r.worst("LOC-02", aws()) is Verdict.FAIL


def test_endpoints_of_a_provider_outweigh_its_region() -> None:
    endpoints = '[{"s3": "https://s3.us.example.org"}]'
    found = aws(provider={"region": "eu-central-1", "endpoints": endpoints})
    assert r.worst("LOC-01", found) is Verdict.UNKNOWN
    assert r.worst("LOC-01", aws("eu-central-1", {"endpoints": "[]"})) is Verdict.PASS


@pytest.mark.parametrize(
    ("type_", "inputs", "verdict"),
    [
        ("hcloud:index/server:Server", {"location": "fsn1"}, Verdict.PASS),
        ("hcloud:index/server:Server", {"datacenter": "nbg1-dc3"}, Verdict.PASS),
        ("hcloud:index/server:Server", {"location": "hel1"}, Verdict.FAIL),
        ("hcloud:index/server:Server", {}, Verdict.FAIL),
        ("hcloud:index/volume:Volume", {"serverId": 42}, Verdict.FAIL),
        ("hcloud:index/loadBalancer:LoadBalancer", {"networkZone": "eu-central"}, Verdict.FAIL),
        ("hcloud:index/loadBalancer:LoadBalancer", {"location": "nbg1"}, Verdict.PASS),
        ("hcloud:index/storageBox:StorageBox", {"location": "ash"}, Verdict.FAIL),
        ("hcloud:index/snapshot:Snapshot", {"serverId": 42}, Verdict.FAIL),
        ("hcloud:index/floatingIp:FloatingIp", {"homeLocation": "sin"}, Verdict.FAIL),
    ],
)
def test_the_location_of_a_hetzner_resource_decides(
    type_: str, inputs: dict[str, Any], verdict: Verdict
) -> None:
    rule = HCLOUD_FIELDS[type_].rule
    assert r.worst(rule, r.other(type_, inputs), profile="de-only") is verdict


def test_an_output_shows_where_a_resource_without_location_ended_up() -> None:
    found = r.other("hcloud:index/server:Server", {}, outputs={"location": "ash"})
    assert "in US" in r.messages("LOC-07", found)


def test_a_cluster_is_where_its_declaration_says() -> None:
    provider = r.other("pulumi:providers:kubernetes", {"context": "main"}, "p")
    abroad = {"main": r.cluster(location=r.location("US"))}
    assert r.worst("LOC-01", provider) is Verdict.PASS
    assert r.worst("LOC-01", provider, clusters=abroad) is Verdict.FAIL
    assert r.worst("LOC-02", provider, clusters={}) is Verdict.FAIL


def test_a_declared_cluster_that_nothing_uses_is_judged_too() -> None:
    abroad = {"spare": r.cluster(location=r.location("US"))}
    assert r.worst("LOC-01", clusters=abroad) is Verdict.FAIL


def test_the_current_kubeconfig_context_is_no_known_cluster() -> None:
    found = r.kubernetes("core/v1:ConfigMap", {}, provider=None)
    assert r.worst("LOC-02", found) is Verdict.FAIL


def test_a_volume_is_where_its_storage_class_is() -> None:
    claim = r.kubernetes("core/v1:PersistentVolumeClaim", {"spec": {"storageClassName": "fast"}})
    abroad = {"fast": {"encrypted": True, "location": r.location("US")}}
    away = {r.CLUSTER: r.cluster(storage_classes=abroad)}
    assert r.worst("LOC-01", claim) is Verdict.PASS
    assert r.worst("LOC-01", claim, clusters=away) is Verdict.FAIL
    assert r.worst("LOC-02", claim, clusters={}) is Verdict.FAIL


@pytest.mark.parametrize(
    ("annotation", "verdict"),
    [
        ({"load-balancer.hetzner.cloud/location": "ash"}, Verdict.FAIL),
        ({"load-balancer.hetzner.cloud/network-zone": "us-east"}, Verdict.FAIL),
        ({"load-balancer.hetzner.cloud/location": "fsn1"}, Verdict.PASS),
        ({"load-balancer.hetzner.cloud/location": Gap.UNKNOWN}, Verdict.UNKNOWN),
    ],
)
def test_a_load_balancer_that_only_an_annotation_makes_is_judged(
    annotation: dict[str, Any], verdict: Verdict
) -> None:
    service = r.kubernetes("core/v1:Service", {"metadata": {"annotations": annotation}})
    assert r.worst("LOC-01", service) is verdict


def test_every_store_of_a_component_is_judged() -> None:
    stores = [{"name": "a", "location": r.location()}, {"name": "b", "location": {}}]
    found = r.judged("LOC-02", r.component(stores=stores))
    assert {one.path: one.verdict for one in found if one.resource} == {
        "stores[0].location": Verdict.PASS,
        "stores[1].location": Verdict.FAIL,
    }


def test_a_location_that_is_no_location_is_unknown() -> None:
    bad = {"country": {"value": "DE"}}
    found = r.component(stores=[{"name": "a", "location": bad}])
    assert r.worst("LOC-02", found) is Verdict.UNKNOWN


def contact(when: Any, **changes: Any) -> dict[str, Any]:
    given = {"host": "hub.example.org", "port": 443, "when": when, "location": r.location("US")}
    return {**given, **changes}


def test_only_who_is_contacted_at_run_time_can_get_data_of_users() -> None:
    assert r.worst("LOC-01", r.component(egress=[contact("start")])) is Verdict.PASS
    assert r.worst("LOC-01", r.component(egress=[contact("run")])) is Verdict.FAIL
    assert r.worst("LOC-01", r.component(egress=[contact(Gap.UNKNOWN)])) is Verdict.FAIL


def test_a_declared_endpoint_locates_a_recipient_that_its_component_does_not() -> None:
    found = r.component(egress=[contact("run", location={})])
    assert r.worst("LOC-02", found) is Verdict.FAIL
    known = {"hub.example.org:443": r.location()}
    assert r.worst("LOC-02", found, endpoints=known) is Verdict.PASS


@pytest.mark.parametrize(
    ("endpoints", "verdict"),
    [
        ({"hub.example.org": r.location()}, Verdict.PASS),
        ({"hub.example.org:8443": r.location()}, Verdict.FAIL),
        ({"Hub.example.org:443": r.location()}, Verdict.PASS),
        ({"hub.example.org": r.location("US"), "hub.example.org:443": r.location()}, Verdict.PASS),
        ({"hub.example.org": r.location(), "hub.example.org:443": r.location("US")}, Verdict.FAIL),
    ],
)
def test_a_declaration_for_one_port_does_not_answer_for_another(
    endpoints: Any, verdict: Verdict
) -> None:
    found = r.component(egress=[contact("run", location={})])
    rules = [r.worst(rule, found, endpoints=endpoints) for rule in ("LOC-01", "LOC-02")]
    assert (Verdict.FAIL in rules) is (verdict is Verdict.FAIL)


def test_a_declared_endpoint_fills_what_is_unknown_and_replaces_nothing() -> None:
    country = {"country": r.location("US")["country"]}
    store = {"name": "a", "host": "objects.example.com", "location": country}
    assert r.worst("GOV-04", r.component(stores=[store])) is Verdict.PASS
    assert r.worst("LOC-01", r.component(stores=[store])) is Verdict.FAIL


def test_an_operator_abroad_fails_where_the_profile_asks_for_one_at_home() -> None:
    found = aws("eu-central-1")
    assert r.worst("GOV-04", found, profile="eu") is Verdict.PASS
    assert r.worst("GOV-04", found, profile="eu-operated") is Verdict.FAIL
    assert "controlled from US" in r.messages("GOV-04", found, profile="eu-operated")


def test_an_operator_that_nobody_names_is_unknown() -> None:
    nameless = {"country": r.location()["country"]}
    found = r.component(stores=[{"name": "a", "location": nameless}])
    assert r.worst("LOC-01", found) is Verdict.PASS
    assert r.worst("GOV-04", found) is Verdict.UNKNOWN


def test_without_a_profile_no_place_passes() -> None:
    assert r.worst("LOC-01", aws("eu-central-1"), profile=None) is Verdict.UNKNOWN
    assert r.worst("GOV-04", aws("eu-central-1"), profile=None) is Verdict.UNKNOWN


@pytest.mark.parametrize("text", ["", " ", "unknown", "Unknown ", "UNKNOWN", "?"])
@pytest.mark.parametrize(
    ("field", "rule"),
    [("country", "LOC-01"), ("operator", "GOV-04"), ("controlling_jurisdiction", "GOV-04")],
)
def test_a_fact_that_says_nothing_is_unknown(field: str, rule: str, text: str) -> None:
    empty = {**r.location(), field: {"value": text, "source": r.SOURCE}}
    found = r.component(stores=[{"name": "a", "location": empty}])
    assert r.worst(rule, found) is Verdict.UNKNOWN
    assert r.worst(rule, clusters={"main": r.cluster(location=empty)}) is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"declared_on": "2026-11-26"}, "2026-11-26, which is a day to come"),
        ({"by": " "}, "does not say by whom"),
        ({"evidence": "\t"}, "has no evidence"),
        ({"kind": "derived", "by": " "}, "does not say by whom"),
    ],
)
def test_a_declaration_that_nobody_stands_for_does_not_count(
    change: dict[str, Any], why: str
) -> None:
    source = {**r.SOURCE, **change}
    place = {name: {**fact, "source": source} for name, fact in r.location().items()}
    found = r.component(stores=[{"name": "a", "location": place}])
    for rule in ("LOC-01", "GOV-04"):
        assert r.worst(rule, found) is Verdict.UNKNOWN
    assert why in r.messages("LOC-01", found)
    assert r.worst("LOC-13", state={"backend": "file:///s", "location": place}) is Verdict.UNKNOWN


def test_a_declaration_counts_from_its_own_day_on() -> None:
    today = {**r.SOURCE, "declared_on": r.TODAY.isoformat()}
    place = {name: {**fact, "source": today} for name, fact in r.location().items()}
    assert r.worst("GOV-04", clusters={"main": r.cluster(location=place)}) is Verdict.PASS


def test_an_endpoint_fills_what_a_component_says_nothing_of() -> None:
    blank = {**r.location(), "operator": {"value": " ", "source": r.SOURCE}}
    found = r.component(stores=[{"name": "a", "host": "objects.example.com", "location": blank}])
    assert r.worst("GOV-04", found) is Verdict.PASS
