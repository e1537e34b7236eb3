"""A package in which every section of the page has something to show."""

from typing import Any

from hoheit_policy.evidence import Inputs, package, remembered
from hoheit_policy.evidence.collect import evidence

from . import evidence as ev
from . import residency as r


def said(value: str, evidence_: str = "record of processing 12") -> dict[str, Any]:
    source = {**r.SOURCE, "by": "data protection officer", "evidence": evidence_}
    return {"value": value, "source": source}


def paper(reference: str, **fields: Any) -> dict[str, Any]:
    return {"reference": reference, "source": r.SOURCE, **fields}


RECORD: dict[str, Any] = {
    "processing": {
        "controller": said("Beispiel Bank AG, Musterstraße 1, Frankfurt"),
        "data_protection_officer": said("datenschutz@example.com"),
        "purposes": said("Antworten auf Fragen zu eigenen Unterlagen"),
        "legal_basis": said("Art. 6(1)(b) DSGVO"),
        "data_subjects": said("Kunden, Beschäftigte"),
        "data_categories": said("Name, Kundennummer, Inhalt der Anfrage"),
    },
    "stores": {
        "prompts of the gateway": {
            "retention": said("never"),
            "erasure": said("täglicher Lauf, Betriebshandbuch 4"),
            "readers": said("Betriebsteam, zwei Personen"),
        },
        "*::data": {"backup": said("täglich, zweites Rechenzentrum in Berlin")},
    },
    "recipients": {"objects.example.com": {"contract": paper("AVV 31", signed_on="2026-02-01")}},
    "operators": {
        "Example GmbH": {
            "contract": paper("AVV 7", signed_on="2025-11-01"),
            "attestation": paper("C5 Typ 2, 2026", valid_until="2027-06-30"),
        }
    },
    "models": {
        "mistral": {
            "licence": said("Apache-2.0", "model card"),
            "role": said("Betreiber (Art. 3 Nr. 4)"),
        }
    },
}
EXEMPTIONS = [
    {
        "rule": "TEL-01",
        "resource": "*Deployment::app",
        "owner": "platform team",
        "approver": "head of information security",
        "reason": "own image, ticket 42",
        "until": "2027-03-31",
    },
    {
        "rule": "OPQ-01",
        "resource": "*Release::chart",
        "owner": "platform team",
        "reason": "chart read, ticket 43",
        "until": "2026-11-01",
    },
]


def inputs() -> Inputs:
    declared = r.declarations(profile="de-only", record=RECORD, exemptions=EXEMPTIONS)
    state = ev.state()
    del state["deployment"]["resources"][-1]
    first = evidence(ev.inputs(state=state, at="2026-11-25T10:00:00Z"))
    return ev.inputs(
        reviewer=declared, previous=remembered(first, "ab" * 32), commit="0123456789abcdef"
    )


def page() -> bytes:
    return package(inputs())["evidence.html"]
