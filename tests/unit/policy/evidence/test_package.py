"""What a package says of a state."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest
from hoheit_policy import Verdict, report
from hoheit_policy.adapters.state import view_of
from hoheit_policy.evidence import package, remembered
from hoheit_policy.evidence.canonical import digest
from hoheit_policy.evidence.texts import HEADINGS
from hoheit_policy.rule_ids import RULE_IDS
from support import evidence as ev
from support import residency as r


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return read(package(ev.inputs()), "evidence.json")


@pytest.fixture(scope="module")
def page() -> str:
    return package(ev.inputs())["evidence.html"].decode()


def read(files: dict[str, bytes], name: str) -> Any:
    return json.loads(files[name])


def test_the_order_of_keys_changes_nothing() -> None:
    def made(*names: str) -> dict[str, bytes]:
        state = ev.state()
        data = {name: f"https://{name}.example.net" for name in names}
        entry = ev.entry("kubernetes:core/v1:ConfigMap", "hosts", inputs={"data": data})
        state["deployment"]["resources"].append(entry)
        return package(ev.inputs(state=state))

    assert made("a", "z") == made("z", "a")


def test_the_same_inputs_are_the_same_bytes_in_another_process() -> None:
    program = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from support import evidence as ev\n"
        "from hoheit_policy.evidence import package\n"
        "from hoheit_policy.evidence.canonical import digest\n"
        "for name, content in sorted(package(ev.inputs()).items()): print(name, digest(content))"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "TZ": zone},
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(runs) == 1
    assert f"state.json {digest(package(ev.inputs())['state.json'])}" in runs.pop()


def test_the_verdicts_are_those_of_the_check_of_the_state(found: dict[str, Any]) -> None:
    inputs = ev.inputs()
    expected = report(view_of(inputs.state, today=inputs.today))
    assert found["counts"] == expected.counts
    assert found["outcome"] == Verdict.FAIL


def test_every_field_has_source_date_and_confidence(found: dict[str, Any]) -> None:
    entries = [e for name in ("kept", "flows", "operators", "models") for e in found[name]]
    fields = [field for one in entries for field in one["fields"].values()]
    assert len(fields) > 50
    for field in fields:
        assert field.keys() == {"value", "source", "by", "as_of", "confidence"}
        known = field["value"] is not None
        assert known == (field["source"] != "unknown") == (field["confidence"] != "none"), field
        assert known == (field["as_of"] is not None), field


def test_declared_derived_and_read_are_told_apart(found: dict[str, Any]) -> None:
    places = {one["name"]: one["fields"]["country"] for one in found["kept"]}
    assert places["cluster 'main' (main)"]["source"] == "declared"
    assert places["cluster 'main' (main)"]["as_of"] == "2026-11-02"
    assert places["AWS resource (foreign)"]["source"] == "state"
    assert places["AWS resource (foreign)"]["as_of"] == "2026-11-25"


def test_a_store_says_what_nobody_said_of_it(found: dict[str, Any]) -> None:
    (store,) = [one for one in found["kept"] if one["kind"] == "store"]
    assert store["fields"]["retention"]["value"] == "30 days"
    assert store["fields"]["backup"] == {
        "value": None,
        "source": "unknown",
        "by": "nobody said so",
        "as_of": None,
        "confidence": "none",
    }


def test_what_cannot_be_looked_into_is_listed(found: dict[str, Any]) -> None:
    scope = found["completeness"]
    assert [one["resource"].rpartition("::")[2] for one in scope["opaque"]] == ["chart"]
    assert [urn.rpartition("::")[2] for urn in scope["external"]] == ["foreign"]
    assert scope["secrets"] > 5
    assert scope["pending_operations"] == 1


def test_the_declarations_of_a_reviewer_count_and_are_enclosed() -> None:
    files = package(ev.inputs(reviewer=r.declarations(profile="local")))
    assert read(files, "declarations.json")["by"] == "reviewer"
    assert read(files, "evidence.json")["cover"]["profile"] == "local"


def test_the_cover_names_engine_and_providers(found: dict[str, Any]) -> None:
    assert found["cover"]["engine"] == "v3.259.0"
    assert found["cover"]["providers"] == ["kubernetes unknown"]


def test_an_exemption_alone_is_a_warning_in_the_statement() -> None:
    urns = [one["urn"] for one in ev.state()["deployment"]["resources"]]
    exempted = [
        {"rule": rule, "resource": urn, "owner": "o", "reason": "r", "until": "2026-12-31"}
        for rule in RULE_IDS
        for urn in (*urns, "stack")
    ]
    files = package(ev.inputs(reviewer=r.declarations(exemptions=exempted)))
    assert read(files, "evidence.json")["outcome"] == "PASS"
    assert read(files, "statement.intoto.json")["predicate"]["result"] == "WARNED"


def test_an_expired_exemption_is_judged_at_the_time_of_the_evidence() -> None:
    exemption = {
        "rule": "LOC-01",
        "resource": "*Bucket::foreign",
        "owner": "data protection officer",
        "reason": "public data",
        "until": "2026-11-30",
    }
    declared = r.declarations(exemptions=[exemption])
    before = read(package(ev.inputs(reviewer=declared)), "evidence.json")
    after = read(package(ev.inputs(reviewer=declared, at="2026-12-01T00:00:00Z")), "evidence.json")
    assert before["counts"]["EXEMPT"] > 0
    assert after["counts"]["EXEMPT"] == 0
    assert after["exemptions"][0]["expired"]


def test_a_new_country_a_new_recipient_and_a_changed_verdict_are_shown() -> None:
    state = ev.state()
    bucket = state["deployment"]["resources"].pop()
    assert bucket["urn"].endswith("foreign")
    first = package(ev.inputs(state=state, register={"stores": [ev.STORE], "egress": []}))
    before = remembered(read(first, "evidence.json"), digest(first["statement.intoto.json"]))
    other = {**ev.EGRESS, "host": "elsewhere.example.com"}
    register = {"stores": [ev.STORE], "egress": [other]}
    changes = read(package(ev.inputs(register=register, previous=before)), "evidence.json")[
        "changes"
    ]
    assert changes["countries"] == {"new": ["US"], "gone": []}
    assert changes["recipients"]["new"] == ["elsewhere.example.com:443"]
    added = [one for one in changes["verdicts"] if one["finding"].startswith("LOC-01")]
    assert (None, "FAIL") in [(one["before"], one["after"]) for one in added]


def test_the_page_asks_nothing_of_anybody(page: str) -> None:
    assert not re.findall(r"(?i)<(?:script|link|img|iframe|object|embed|base|form|video)\b", page)
    assert not re.findall(r"(?i)\b(?:src|href|action|background|poster|srcset)\s*=", page)
    assert not re.findall(r"(?i)url\(|@import|\bon\w+\s*=", page)
    assert "default-src 'none'" in page


def test_the_page_has_every_section_in_both_languages_and_in_order(page: str) -> None:
    places = [page.index(f">{text.de}<") for text in HEADINGS.values()]
    assert places == sorted(places)
    assert all(f">{text.en}<" in page for text in HEADINGS.values())


def test_the_first_page_counts_what_is_unknown_and_says_what_is_not_proven(
    page: str, found: dict[str, Any]
) -> None:
    first = page[: page.index('id="summary"')]
    for verdict, count in found["counts"].items():
        assert f'<li class="{verdict}"><b>{count}</b>' in first
    assert "kein Rechtsgutachten" in first
    assert "no legal advice" in first


def test_what_a_state_says_is_escaped() -> None:
    state = ev.state()
    state["deployment"]["resources"].append(
        ev.entry("aws:s3/bucket:Bucket", "<script>alert(1)</script>", inputs={"region": "<b>"})
    )
    page = package(ev.inputs(state=state))["evidence.html"].decode()
    assert "<script" not in page
    assert "<b>&#39;" not in page
    assert "&lt;script&gt;alert(1)" in page
