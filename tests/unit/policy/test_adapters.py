"""What adapters make of the engine's words: exports, previews, proxies of the policy SDK."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from hoheit_policy import DeclarationsError, Gap, Phase, Verdict, report
from hoheit_policy.adapters.policy_pack import Memory, policies, safe_walk
from hoheit_policy.adapters.state import view_of
from hoheit_policy.adapters.wire import read_wire
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, unknown_checking_proxy
from support import residency as r

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = {SIGNATURE: "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc"}
K8S = "urn:pulumi:t::t::pulumi:providers:kubernetes::p"


def entry(urn: str, type_: str, **fields: Any) -> dict[str, Any]:
    return {"urn": urn, "type": type_, "custom": True, **fields}


PROVIDER = entry(
    K8S, "pulumi:providers:kubernetes", inputs={"clusterIdentifier": "main", "context": "main"}
)
SERVICE = entry(
    "urn:pulumi:t::t::kubernetes:core/v1:Service::front",
    "kubernetes:core/v1:Service",
    inputs={"spec": {"type": "LoadBalancer"}},
    provider=f"{K8S}::some-id",
)
GUARD = entry(
    "urn:pulumi:t::t::hoheit:index:ResidencyGuard::guard",
    "hoheit:index:ResidencyGuard",
    custom=False,
    inputs={"declarations": r.declarations()},
)


def export(*resources: Any, **deployment: Any) -> dict[str, Any]:
    return {"version": 3, "deployment": {"resources": list(resources), **deployment}}


def test_an_export_is_read_with_its_providers_and_declarations() -> None:
    view = view_of(export(GUARD, PROVIDER, SERVICE))
    service = view.resources[-1]
    assert view.declarations.profile == "eu"
    assert view.phase is Phase.STATE
    assert view.cluster_of(service.provider).key == "main"
    failed = {(x.rule, x.resource) for x in report(view).findings if x.verdict is Verdict.FAIL}
    assert failed == {("NET-07", SERVICE["urn"])}


def test_the_word_of_a_reviewer_counts_more_than_that_of_the_program() -> None:
    theirs = r.view(profile="de-only").declarations
    assert view_of(export(GUARD), theirs).declarations.profile == "de-only"


def test_what_waits_to_be_deleted_is_not_judged() -> None:
    assert not view_of(export({**SERVICE, "delete": True})).resources


def test_what_was_only_read_is_judged_too() -> None:
    bucket = entry(
        "urn:pulumi:t::t::aws:s3/bucket:Bucket::foreign",
        "aws:s3/bucket:Bucket",
        external=True,
        inputs={},
        outputs={"region": "us-east-1"},
    )
    findings = report(view_of(export(GUARD, bucket))).findings
    assert any(one.rule == "LOC-01" and one.verdict is Verdict.FAIL for one in findings)


def test_a_preview_is_read_by_what_it_will_leave() -> None:
    steps = [
        {"op": "create", "newState": GUARD},
        {"op": "create", "newState": SERVICE},
        {"op": "delete", "oldState": PROVIDER},
    ]
    view = view_of({"steps": steps})
    assert view.phase is Phase.PREVIEW
    assert [one.name for one in view.resources] == ["guard", "front"]


def test_two_guards_that_declare_different_things_are_refused() -> None:
    lax = {**GUARD, "urn": f"{GUARD['urn']}-lax"}
    lax["inputs"] = {"declarations": r.declarations(profile="local")}
    for guards in ((GUARD, lax), (lax, GUARD)):
        with pytest.raises(DeclarationsError, match="two guards of this program declare"):
            view_of(export(*guards))
    same = {**GUARD, "urn": f"{GUARD['urn']}-again"}
    assert view_of(export(GUARD, same)).declarations.profile == "eu"


def test_another_document_is_refused() -> None:
    with pytest.raises(ValueError, match="pulumi stack export"):
        view_of({"resources": []})


def test_the_secrets_provider_of_an_export_is_judged() -> None:
    providers = {"type": "service", "state": {"url": "https://api.pulumi.com"}}
    facts = view_of(export(GUARD, secrets_providers=providers)).state
    assert (facts.secrets_kind, facts.secrets_url) == ("service", "https://api.pulumi.com")


@pytest.mark.parametrize(
    ("wire", "read"),
    [
        (SECRET, Gap.SECRET),
        ("[secret]", Gap.SECRET),
        (UNKNOWN_STRING_VALUE, Gap.UNKNOWN),
        (f"http://{UNKNOWN_STRING_VALUE}/x", Gap.UNKNOWN),
        ({SIGNATURE: "c44067f5952c0a294b673a41bacd8c17", "text": "x"}, Gap.WRONG),
        (3.0, 3),
        ([{"a": SECRET}], [{"a": Gap.SECRET}]),
    ],
)
def test_marks_of_the_engine_become_gaps(wire: Any, read: Any) -> None:
    assert read_wire(wire) == read


def test_a_walk_through_proxies_loses_nothing_but_what_is_unknown() -> None:
    given = {
        "aaa": UNKNOWN_STRING_VALUE,
        "list": [1.0, UNKNOWN_STRING_VALUE, {"deep": UNKNOWN_STRING_VALUE, "known": "x"}],
        "object": {"region": "us-east-1"},
    }
    walked = safe_walk(unknown_checking_proxy(given))
    assert walked == {
        "aaa": Gap.UNKNOWN,
        "list": [1, Gap.UNKNOWN, {"deep": Gap.UNKNOWN, "known": "x"}],
        "object": {"region": "us-east-1"},
    }
    assert type(walked["object"]) is dict


def test_an_asset_is_no_text() -> None:
    assert safe_walk({"a": object()}) == {"a": Gap.WRONG}


def test_the_pack_has_a_policy_that_prevents_for_each_rule_on_resources() -> None:
    names = [policy.name for policy in policies()]
    assert len(names) == len(set(names))
    assert {"NET-07", "NET-07-stack", "NET-07-report", "NET-03-stack"} <= set(names)
    assert "NET-03" not in names


def test_a_resource_without_provider_is_a_component_to_the_pack() -> None:
    args: Any = SimpleNamespace(
        urn="u", resource_type="kubernetes:yaml/v2:ConfigGroup", name="n", props={}, provider=None
    )
    assert not Memory().see(args).custom


def test_an_export_with_secrets_can_be_judged_and_printed() -> None:
    hidden = {**SERVICE, "inputs": {"spec": SECRET}}
    text = json.dumps(report(view_of(export(GUARD, hidden))).plain())
    assert "ciphertext" not in text
    assert "v1:abc" not in text
