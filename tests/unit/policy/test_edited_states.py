"""States that somebody edited, broke or wrote with another version: none reads as well."""

from typing import Any

import pytest
from hoheit_policy import Report, Verdict, report
from hoheit_policy.adapters.entries import StateError
from hoheit_policy.adapters.state import view_of
from support import residency as r

BUCKET = "aws:s3/bucket:Bucket"
AWS = "pulumi:providers:aws"
SERVER = "hcloud:index/server:Server"
TAGS = {"data-class": "personal", "owner": "ml", "retention": "30d", "art30-record": "7"}


def entry(type_: str, name: str, inputs: Any, **fields: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:t::t::{type_}::{name}"
    return {"urn": urn, "type": type_, "custom": True, "id": name, "inputs": inputs, **fields}


def behind(made: dict[str, Any], identity: str | None = None) -> str:
    return f"{made['urn']}::{identity or made['id']}"


HOME = entry(AWS, "home", {"region": "eu-central-1"})
ABROAD = entry(AWS, "home", {"region": "us-east-1"}, id="other")
US = entry(AWS, "us", {"region": "us-east-1"})
HCLOUD = entry("pulumi:providers:hcloud", "default_1_43_3", {})


def bucket(**fields: Any) -> dict[str, Any]:
    return {**entry(BUCKET, "data", {"tags": TAGS}, provider=behind(HOME)), **fields}


def judged(*entries: Any, **deployment: Any) -> Report:
    document = {"version": 3, "deployment": {"resources": list(entries), **deployment}}
    return report(view_of(document, r.view().declarations, today=r.TODAY))


def about(found: Report, name: str) -> set[Verdict]:
    return {one.verdict for one in found.findings if one.resource.endswith(f"::{name}")}


def test_the_state_that_others_are_made_from_stops_nothing() -> None:
    found = judged(HOME, bucket(), HCLOUD, server())
    assert about(found, "data") == {Verdict.PASS}
    assert not found.stopping


def server(**fields: Any) -> dict[str, Any]:
    return {
        **entry(SERVER, "work", {"location": "fsn1", "labels": TAGS}, provider=behind(HCLOUD)),
        **fields,
    }


@pytest.mark.parametrize(
    "entries",
    [
        (HOME, bucket(provider=behind(HOME, "another"))),
        (HOME, bucket(provider=behind(US))),
        (HOME, bucket(provider="urn")),
        (HOME, bucket(provider={"urn": HOME["urn"]})),
        (HCLOUD, bucket(provider=behind(HCLOUD))),
        (HOME, bucket(provider=None)),
        (ABROAD, bucket(provider=behind(ABROAD))),
        (HOME, bucket(custom=False, provider=behind(HOME), outputs={"region": "us-east-1"})),
        (HOME, bucket(custom=False, id=None, provider=None)),
        (HOME, bucket(custom="false", provider=None)),
        (HOME, bucket(provider=None, inputs=None, external=True)),
        (HOME, bucket(id="arn:aws:s3:us-east-1:1:x")),
        (HOME, bucket(outputs={"arn": "arn:aws:s3:us-east-1:1:x"})),
    ],
)
def test_an_edited_entry_of_a_bucket_is_no_pass(entries: tuple[dict[str, Any], ...]) -> None:
    found = judged(*entries)
    assert {one.verdict for one in found.stopping} & {Verdict.FAIL, Verdict.UNKNOWN}
    assert about(found, "data") & {Verdict.FAIL, Verdict.UNKNOWN}


@pytest.mark.parametrize("reference", [behind(HCLOUD, "another"), behind(US), "", 7])
def test_a_provider_of_which_nobody_sees_where_its_requests_go_is_no_pass(reference: Any) -> None:
    found = judged(HCLOUD, server(provider=reference))
    assert about(found, "work") & {Verdict.FAIL, Verdict.UNKNOWN}


def test_a_provider_whose_settings_were_edited_and_whose_outputs_were_not() -> None:
    odd = {**HOME, "outputs": {"region": "us-east-1"}}
    assert Verdict.FAIL in about(judged(odd), "home")


def test_of_two_providers_of_one_urn_the_one_with_the_id_counts() -> None:
    gone = {**ABROAD, "delete": True}
    assert about(judged(HOME, gone, bucket()), "data") == {Verdict.PASS}
    assert Verdict.FAIL in about(judged(HOME, gone, bucket(provider=behind(gone))), "data")


def test_what_waits_to_be_deleted_exists_until_then() -> None:
    found = judged(HOME, US, bucket(), bucket(provider=behind(US), delete=True))
    failed = [one for one in found.stopping if one.verdict is Verdict.FAIL and one.rule == "LOC-01"]
    assert any("it waits to be deleted" in one.message for one in failed)


def test_what_waits_to_be_deleted_makes_nothing_else_pass() -> None:
    spec = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    deny = {"metadata": {"namespace": "apps"}, "spec": spec}
    cluster = entry("pulumi:providers:kubernetes", "k", {"clusterIdentifier": r.CLUSTER})
    pod = {"metadata": {"namespace": "apps"}, "spec": r.pod(r.container())}
    work = entry("kubernetes:core/v1:Pod", "work", pod, provider=behind(cluster))
    policy = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
    kept = entry(policy, "deny", deny, provider=behind(cluster))

    def denies(one: dict[str, Any]) -> set[Verdict]:
        found = judged(cluster, work, one).findings
        return {x.verdict for x in found if x.rule == "NET-03" and x.path == "namespace apps"}

    assert denies(kept) == {Verdict.PASS}
    assert denies({**kept, "delete": True}) == {Verdict.FAIL}


def test_an_operation_that_was_cut_off_is_unknown() -> None:
    pending = [{"type": "creating", "resource": bucket()}]
    stopping = judged(HOME, bucket(), pending_operations=pending).stopping
    assert [(one.rule, one.verdict) for one in stopping] == [("OPQ-01", Verdict.UNKNOWN)]


SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


@pytest.mark.parametrize("value", [SECRET, "[secret]", 1.0, True, ["eu-central-1"], {}, ""])
def test_a_region_that_cannot_be_read_is_no_pass(value: Any) -> None:
    home = {**HOME, "inputs": {"region": value}}
    assert about(judged(home, bucket()), "data") & {Verdict.FAIL, Verdict.UNKNOWN}


REFUSED = {
    "no resources": ({"deployment": {"resources": 7}}, "deployment.resources is no list"),
    "a text": ({"deployment": {"resources": ["x"]}}, r"deployment.resources\[0\] is no object"),
    "no urn": ({"deployment": {"resources": [{"type": "a"}]}}, "has no urn"),
    "no type": ({"deployment": {"resources": [{"urn": "a"}]}}, "has no type"),
    "another type": (
        {"deployment": {"resources": [{**bucket(), "type": "random:index/randomId:RandomId"}]}},
        "is of type random:index/randomId:RandomId, but its URN says aws:s3/bucket:Bucket",
    ),
    "inputs": ({"deployment": {"resources": [bucket(inputs="x")]}}, "inputs that are no object"),
    "twins": ({"deployment": {"resources": [HOME, HOME]}}, "home 2 times"),
    "null": ({"version": 3, "deployment": None}, "neither `pulumi stack export`"),
    "a checkpoint": ({"version": 3, "checkpoint": {"latest": {}}}, "neither `pulumi stack export`"),
    "a list": ([], "neither `pulumi stack export`"),
    "version 2": ({"version": 2, "deployment": {}}, "version is 2"),
    "version 5": ({"version": 5, "deployment": {}}, "version is 5"),
    "pending": ({"deployment": {"pending_operations": "x"}}, "pending_operations is no list"),
    "steps": ({"steps": {}}, "steps is no list"),
    "a step without state": ({"steps": [{"op": "create"}]}, r"steps\[0\] is no object"),
    "left out": (
        {"steps": [{"op": "same", "newState": HOME}], "changeSummary": {"same": 3}},
        "leaves 2 unchanged resources out",
    ),
}


@pytest.mark.parametrize(("document", "message"), REFUSED.values(), ids=REFUSED)
def test_a_document_that_cannot_be_is_refused_with_its_place(document: Any, message: str) -> None:
    with pytest.raises(StateError, match=message):
        view_of(document)


@pytest.mark.parametrize("version", [3, 4])
def test_exports_of_both_versions_are_read(version: int) -> None:
    document = {"version": version, "deployment": {"resources": [HOME]}}
    assert [one.name for one in view_of(document).resources] == ["home"]
