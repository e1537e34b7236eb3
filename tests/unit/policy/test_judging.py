"""Verdicts together: exemptions, what stops, reports, and what is printed."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hoheit_policy import (
    RULES,
    Declarations,
    DeclarationsError,
    Finding,
    Phase,
    Report,
    Resource,
    Verdict,
    View,
    judge_resource,
    report,
    sentence,
    stops,
    table,
)
from hoheit_policy.rule_ids import RULE_IDS
from support import residency as r

EXPOSED = r.kubernetes("core/v1:Service", {"spec": {"type": "LoadBalancer"}}, "front")


def exemption(**changes: Any) -> dict[str, Any]:
    given = {
        "rule": "NET-07",
        "resource": EXPOSED.urn,
        "owner": "platform team",
        "reason": "TLS and login in front",
        "until": r.TODAY.isoformat(),
    }
    return {**given, **changes}


def net_07(*exemptions: Any) -> Finding:
    (found,) = r.judged("NET-07", EXPOSED, exemptions=list(exemptions))
    return found


def test_an_exemption_holds_until_its_last_day_and_names_who_stands_for_it() -> None:
    found = net_07(exemption())
    assert found.verdict is Verdict.EXEMPT
    assert "exempted by platform team until 2026-11-25: TLS and login in front" in found.message


def test_an_expired_exemption_fails_and_says_so() -> None:
    found = net_07(exemption(until=(r.TODAY - timedelta(days=1)).isoformat()))
    assert found.verdict is Verdict.FAIL
    assert "the exemption of platform team ended on 2026-11-24" in found.message


def test_an_expired_exemption_of_something_unknown_fails_too() -> None:
    release = r.kubernetes("helm.sh/v3:Release", {})
    expired = exemption(rule="IMG-01", resource=release.urn, until="2026-01-01")
    (found,) = r.judged("IMG-01", release, exemptions=[expired])
    assert found.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({"resource": "*::front"}, Verdict.EXEMPT),
        ({"resource": "*::FRONT"}, Verdict.FAIL),
        ({"resource": "*::other"}, Verdict.FAIL),
        ({"rule": "NET-03"}, Verdict.FAIL),
    ],
)
def test_an_exemption_means_one_rule_and_the_resources_of_its_pattern(
    changes: dict[str, Any], verdict: Verdict
) -> None:
    assert net_07(exemption(**changes)).verdict is verdict


def test_an_exemption_without_an_end_in_sight_fails() -> None:
    found = net_07(exemption(until=(r.TODAY + timedelta(days=367)).isoformat()))
    assert found.verdict is Verdict.FAIL
    assert "one holds for a year at most" in found.message
    within = net_07(exemption(until=(r.TODAY + timedelta(days=366)).isoformat()))
    assert within.verdict is Verdict.EXEMPT


@pytest.mark.parametrize(
    "pattern", ["*", "**", "urn:pulumi:*", "*::*", "*e*", "*::*e*", "*::f*", "?*", "[a-z]*", "u*"]
)
def test_an_exemption_of_everything_is_refused(pattern: str) -> None:
    with pytest.raises(DeclarationsError, match=r"exemptions.0.resource: would mean more"):
        net_07(exemption(resource=pattern))


@pytest.mark.parametrize("pattern", ["*kubernetes:core/v1:Service::*", "*::fro*", EXPOSED.urn])
def test_an_exemption_of_a_type_or_a_name_holds(pattern: str) -> None:
    assert net_07(exemption(resource=pattern)).verdict is Verdict.EXEMPT


def test_what_concerns_the_whole_is_exempted_as_stack() -> None:
    of_stack = exemption(rule="LOC-13", resource="stack")
    found = r.judged("LOC-13", state=None, exemptions=[of_stack])
    assert {one.verdict for one in found} == {Verdict.PASS, Verdict.EXEMPT}


def test_a_pass_needs_no_exemption() -> None:
    quiet = r.kubernetes("core/v1:Service", {"spec": {"type": "ClusterIP"}}, "front")
    (found,) = r.judged("NET-07", quiet, exemptions=[exemption(resource="*::front")])
    assert found.verdict is Verdict.PASS


def test_an_exemption_of_nothing_is_told() -> None:
    used = exemption(until="2026-01-01")
    unused = exemption(resource="*::nowhere", until="2026-12-31")
    found = report(r.view(EXPOSED, exemptions=[used, unused]))
    assert found.plain()["unused_exemptions"] == [unused]
    assert "UNUSED exemption of NET-07 for *::nowhere by platform team until 2026-12-31" in (
        table(found)
    )
    assert table(found).count("UNUSED") == 1


def test_an_exemption_of_what_passes_is_of_nothing() -> None:
    quiet = r.kubernetes("core/v1:Service", {"spec": {"type": "ClusterIP"}}, "front")
    found = report(r.view(quiet, exemptions=[exemption(resource="*::front")]))
    assert [one.rule for one in found.unused_exemptions] == ["NET-07"]


def test_everything_lists_what_passed_and_what_that_rests_on() -> None:
    found = report(r.view(EXPOSED))
    listed = [one for one in found.plain(everything=True)["findings"] if one["verdict"] == "PASS"]
    assert len(listed) == found.counts["PASS"] > 0
    resting = "(declared by platform team on 2026-11-02: contract 7)"
    full = table(found, limit=None, everything=True)
    assert f"cluster 'main': in DE {resting}" in full
    assert "PASS LOC-01" not in table(found, limit=None)


def finding(verdict: Verdict, *, late: bool = False) -> Finding:
    return Finding(
        rule="X", verdict=verdict, resource="", path="p", message="m", provenance="", late=late
    )


@pytest.mark.parametrize(
    ("profile", "phase", "verdict", "late", "stopped"),
    [
        ("eu", Phase.PREVIEW, Verdict.FAIL, False, True),
        ("eu", Phase.PREVIEW, Verdict.UNKNOWN, False, True),
        ("eu", Phase.PREVIEW, Verdict.UNKNOWN, True, False),
        ("eu", Phase.UPDATE, Verdict.UNKNOWN, True, True),
        ("eu", Phase.STATE, Verdict.PASS, False, False),
        ("eu", Phase.STATE, Verdict.EXEMPT, False, False),
        ("eu", Phase.STATE, Verdict.NOT_APPLICABLE, False, False),
        ("local", Phase.STATE, Verdict.FAIL, False, False),
        ("local", Phase.STATE, Verdict.UNKNOWN, False, False),
        (None, Phase.PREVIEW, Verdict.FAIL, False, True),
        (None, Phase.PREVIEW, Verdict.UNKNOWN, False, True),
    ],
)
def test_what_stops_a_run(
    profile: str | None, phase: Phase, verdict: Verdict, *, late: bool, stopped: bool
) -> None:
    view = r.view(phase=phase, profile=profile)
    assert stops(finding(verdict, late=late), view) is stopped


def test_a_rule_without_anything_to_ask_is_not_applicable_and_never_a_pass() -> None:
    found = report(r.view())
    quiet = {one.rule for one in found.findings if one.verdict is Verdict.NOT_APPLICABLE}
    assert "IMG-01" in quiet
    assert "LOC-13" not in quiet


def test_nothing_at_all_is_no_success_without_declarations() -> None:
    found = report(View(declarations=Declarations(), today=r.TODAY))
    assert found.stopping
    assert found.counts["PASS"] == 0


def test_a_report_counts_every_verdict_and_lists_what_is_not_well() -> None:
    found = report(r.view(EXPOSED))
    plain = found.plain()
    assert list(plain["counts"]) == ["FAIL", "UNKNOWN", "EXEMPT", "PASS", "NOT_APPLICABLE"]
    assert sum(plain["counts"].values()) == len(found.findings)
    assert [one["rule"] for one in plain["findings"] if one["verdict"] == "FAIL"] == ["NET-07"]
    assert not [one for one in plain["findings"] if one["verdict"] == "PASS"]


def test_a_resource_alone_is_judged_before_the_others_exist() -> None:
    found = judge_resource(EXPOSED, replace(r.view(), complete=False))
    assert [one.rule for one in found if one.verdict is Verdict.FAIL] == ["NET-07"]


def test_a_sentence_names_rule_verdict_resource_path_and_the_way_out() -> None:
    (found,) = [one for one in judge_resource(EXPOSED, r.view()) if one.rule == "NET-07"]
    assert sentence(found).startswith("NET-07 FAIL Service front spec.type: LoadBalancer: public;")


def test_a_table_shows_what_failed_before_what_is_unknown_and_counts_all() -> None:
    release = r.kubernetes("helm.sh/v3:Release", {}, "chart")
    found = report(r.view(EXPOSED, release))
    lines = table(found).splitlines()
    failed, unknown = found.counts["FAIL"], found.counts["UNKNOWN"]
    assert failed
    assert unknown
    assert lines[0].startswith(
        f"Residency, profile eu: {failed} FAIL, {unknown} UNKNOWN, 0 EXEMPT, "
    )
    heads = [line.split()[0] for line in lines[1:] if not line.startswith(" ")]
    assert heads == sorted(heads, key=["FAIL", "UNKNOWN", "NOT_APPLICABLE"].index)


def test_a_long_table_says_how_much_it_leaves_out() -> None:
    many = [r.kubernetes("helm.sh/v3:Release", {}, f"chart{index}") for index in range(20)]
    found = report(r.view(*many))
    short, full = (table(found, limit=limit) for limit in (3, None))
    assert "... and 17 more" in short
    assert "more" not in full
    about = [one for one in found.findings if one.resource == many[19].urn]
    assert full.count("chart19") == len([one for one in about if one.verdict.value != "PASS"])


def test_rules_have_ids_of_their_own_and_say_everything_in_both_languages() -> None:
    assert tuple(rule.id for rule in RULES) == RULE_IDS
    assert len(set(RULE_IDS)) == len(RULE_IDS)
    for rule in RULES:
        assert rule.remediation.de != rule.remediation.en
        assert rule.of_resource or rule.of_stack
        assert rule.controls
        assert rule.phases


def test_a_report_of_no_profile_says_unknown() -> None:
    assert Report(findings=(), profile=None, stopping=()).plain()["profile"] == "unknown"


def test_the_name_of_a_nested_resource_is_its_last_one() -> None:
    nested = Resource(
        urn="urn:pulumi:s::p::a:b:C$kubernetes:core/v1:Service::front",
        type="kubernetes:core/v1:Service",
        name="front",
        inputs=EXPOSED.inputs,
    )
    (found,) = [one for one in judge_resource(nested, r.view()) if one.rule == "NET-07"]
    assert " Service front " in sentence(found)
