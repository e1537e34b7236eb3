"""The Art. 30 record as JSON-LD: published terms, and nothing unknown that passes as known."""

import json
import re
from pathlib import Path
from typing import Any

from hoheit_facts import COUNTRIES
from hoheit_policy.evidence import package
from hoheit_policy.evidence.collect import evidence
from hoheit_policy.evidence.linked_record import linked_record
from support import evidence as ev
from support import evidence_example as ex
from support import residency as r

VOCABULARY = json.loads((Path(__file__).parents[3] / "support" / "dpv_terms.json").read_text())
UNKNOWN = {"@id": "dpv:UnknownApplicability"}


def record(**changes: Any) -> dict[str, Any]:
    return linked_record(evidence(ev.inputs(**changes)))


def test_every_term_is_one_of_the_published_vocabulary() -> None:
    text = package(ex.inputs())["art30.jsonld"].decode()
    used = set(re.findall(r'"dpv:([A-Za-z]+)"', text))
    assert used <= VOCABULARY["terms"].keys()
    assert len(used) > 15


def test_every_country_of_the_table_is_one_of_the_published_vocabulary() -> None:
    assert COUNTRIES.keys() <= set(VOCABULARY["countries"])


def test_what_is_unknown_has_no_label_and_says_that_it_is_unknown() -> None:
    said = record()["dpv:hasPurpose"]
    assert said["dpv:hasApplicability"] == UNKNOWN
    assert "rdfs:label" not in said


def test_what_is_said_has_its_source_its_day_and_how_sure_it_is() -> None:
    said = linked_record(evidence(ex.inputs()))["dpv:hasPurpose"]
    assert said == {
        "@type": "dpv:Purpose",
        "rdfs:label": "Antworten auf Fragen zu eigenen Unterlagen",
        "hoheit:source": "declared",
        "hoheit:by": "data protection officer: record of processing 12",
        "hoheit:as_of": "2026-11-02",
        "hoheit:confidence": "medium",
    }


def test_a_recipient_is_in_a_country_a_third_country_or_nobody_knows_where() -> None:
    places = {
        "a.example.com": r.location(),
        "b.example.com": r.location("US", "US"),
        "c.example.com": {"operator": r.location()["operator"]},
    }
    recipients = record(register=None, reviewer=r.declarations(endpoints=places))[
        "dpv:hasRecipient"
    ]
    assert [
        {name: one.get(f"dpv:{name}") for name in ("hasCountry", "hasThirdCountry")}
        for one in recipients
    ] == [
        {"hasCountry": [{"@id": "loc:DE"}], "hasThirdCountry": None},
        {"hasCountry": None, "hasThirdCountry": [{"@id": "loc:US"}]},
        {"hasCountry": UNKNOWN, "hasThirdCountry": None},
    ]
