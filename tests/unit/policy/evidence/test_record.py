"""What only people can say: shown with its source, and unknown where nobody did."""

import json
from typing import Any

import pytest
from hoheit_policy import DeclarationsError, read_declarations
from hoheit_policy.evidence import Answer, package, verify, worst
from hoheit_policy.evidence.collect import evidence
from support import evidence as ev
from support import evidence_example as ex
from support import residency as r

SAID_BY_NOBODY = (None, "unknown")


def found(**record: Any) -> dict[str, Any]:
    return evidence(ev.inputs(reviewer=r.declarations(profile="de-only", record=record)))


def answer(field: dict[str, Any]) -> tuple[str | None, str]:
    return field["value"], field["source"]


def store(said: dict[str, Any], name: str) -> dict[str, Any]:
    (entry,) = [one for one in said["kept"] if one["name"].startswith(name)]
    return entry["fields"]


def operator(said: dict[str, Any]) -> dict[str, Any]:
    named = [one["fields"] for one in said["operators"]]
    (entry,) = [one for one in named if one["operator"]["value"] == "Example GmbH"]
    return entry


def test_what_nobody_said_is_unknown_everywhere() -> None:
    said = evidence(ev.inputs())
    fields = [value for value in said["art30"].values() if "confidence" in value]
    assert len(fields) == 6
    fields += [operator(said)[name] for name in ("contract", "attestation")]
    fields += [said["flows"][0]["fields"]["contract"]]
    fields += [
        field
        for model in said["models"]
        for name, field in model["fields"].items()
        if name != "name"
    ]
    assert {answer(field) for field in fields} == {SAID_BY_NOBODY}


def test_each_value_that_somebody_says_is_one_less_that_is_unknown() -> None:
    before, after = found(), found(processing={"purposes": ex.said("answers")})
    assert after["unknown_fields"] == before["unknown_fields"] - 1
    assert after["cover"]["declarations_sha256"] != before["cover"]["declarations_sha256"]


def test_what_somebody_said_has_the_name_the_day_and_the_evidence() -> None:
    said = found(processing={"purposes": ex.said("answers")})
    assert said["art30"]["b_purposes"] == {
        "value": "answers",
        "source": "declared",
        "by": "data protection officer: record of processing 12",
        "as_of": "2026-11-02",
        "confidence": "medium",
    }
    assert answer(said["art30"]["a_controller"]) == SAID_BY_NOBODY


@pytest.mark.parametrize(
    ("paper", "value", "why"),
    [
        ({"attestation": ex.paper("C5", valid_until="2026-11-26")}, "C5, 2026-11-26", ""),
        ({"attestation": ex.paper("C5", valid_until="2026-11-25")}, None, "until 2026-11-25"),
        ({"contract": ex.paper("7", signed_on="2026-11-26")}, "7, 2026-11-26", ""),
        ({"contract": ex.paper("7", signed_on="2026-11-27")}, None, "a day to come"),
        ({"contract": ex.paper("?", signed_on="2026-11-26")}, None, "'unknown'"),
    ],
)
def test_a_paper_counts_on_the_days_on_which_it_does(
    paper: dict[str, Any], value: str | None, why: str
) -> None:
    (name,) = paper
    field = operator(found(operators={"Example GmbH": paper}))[name]
    assert field["value"] == value
    assert why in field["by"]


@pytest.mark.parametrize(
    ("review", "expected"),
    [("2026-11-26", "Art. 46: clauses 4, 2026-11-26"), ("2026-11-25", None)],
)
def test_a_basis_of_transfer_counts_until_its_review_is_due(
    review: str, expected: str | None
) -> None:
    abroad = {"objects.example.com": r.location("US", "US", "Example Inc.")}
    basis = ex.paper("clauses 4", article="46", review_by=review)
    record = {"recipients": {"objects.example.com": {"transfer_basis": basis}}}
    declared = r.declarations(endpoints=abroad, record=record)
    (flow,) = evidence(ev.inputs(reviewer=declared, register=None))["flows"]
    assert flow["fields"]["basis"]["value"] == expected


def test_a_recipient_in_the_eea_needs_no_basis_and_one_of_unknown_country_does() -> None:
    inside, nowhere = r.location(), {"operator": r.location()["operator"]}
    declared = r.declarations(endpoints={"a.example.com": inside, "b.example.com": nowhere})
    flows = evidence(ev.inputs(reviewer=declared, register=None))["flows"]
    assert [one["fields"]["basis"]["value"] for one in flows] == ["none is needed", None]


def test_a_store_is_meant_by_its_name_or_by_a_pattern_of_its_urn() -> None:
    said = found(
        stores={
            "prompts of the gateway": {"readers": ex.said("two people")},
            "*PersistentVolumeClaim::data": {"backup": ex.said("daily")},
        }
    )
    assert store(said, "prompts")["readers"]["value"] == "two people"
    assert store(said, "volume")["backup"]["value"] == "daily"
    assert answer(store(said, "cluster")["backup"]) == SAID_BY_NOBODY


def test_what_a_component_registers_counts_before_the_record() -> None:
    record = {"stores": {"prompts of the gateway": {"retention": ex.said("never")}}}
    assert store(found(**record), "prompts")["retention"]["value"] == "30 days"
    broken = {"stores": [{**ev.STORE, "retention": {"value": 30}}], "egress": []}
    declared = r.declarations(record=record)
    said = evidence(ev.inputs(register=broken, reviewer=declared))
    assert answer(store(said, "prompts")["retention"]) == SAID_BY_NOBODY


def test_the_approver_of_an_exemption_is_shown_and_nobody_where_none_is_named() -> None:
    shown = evidence(ex.inputs())["exemptions"]
    assert [one["approver"] for one in shown] == ["head of information security", None]


def test_a_record_travels_in_the_package_and_is_checked_with_it() -> None:
    files = package(ex.inputs())
    enclosed = json.loads(files["declarations.json"])["declarations"]["record"]
    assert enclosed["processing"]["controller"]["value"].startswith("Beispiel Bank AG")
    assert worst(verify(files, None)) is Answer.UNKNOWN  # for want of a signature alone
    assert [one.what for one in verify(files, None) if one.answer is Answer.GOOD][-1] == (
        "evaluation"
    )


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ({"procesing": {}}, "record.procesing: unknown field; did you mean 'processing'?"),
        (
            {"operators": {"o": {"attestation": ex.paper("C5")}}},
            "record.operators.o.attestation.valid_until: ",
        ),
        (
            {"recipients": {"h": {"transfer_basis": ex.paper("x", article="47")}}},
            "record.recipients.h.transfer_basis.article: ",
        ),
        (
            {"operators": {"o": {"contract": {"reference": "7", "signed_on": "2026-01-01"}}}},
            "record.operators.o.contract.source: ",
        ),
        (
            {
                "operators": {
                    "o": {"contract": {**ex.paper("7", signed_on="2026-01-01"), "source": {}}}
                }
            },
            "an unknown fact has none",
        ),
        ({"processing": {"purposes": {"value": "x"}}}, "record.processing.purposes: "),
    ],
)
def test_a_wrong_record_is_refused_by_its_path(record: dict[str, Any], message: str) -> None:
    with pytest.raises(DeclarationsError) as refused:
        read_declarations({"record": record})
    assert message in str(refused.value)
