"""The Art. 30 record as JSON-LD, in the Data Privacy Vocabulary of a W3C community group.

Terms are those of DPV 2.2 (https://w3id.org/dpv). The context stands in the document, so that
nobody has to fetch one to read it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .areas import is_inside
from .canonical import stable_id
from .fields import SEVERAL

if TYPE_CHECKING:
    from .fields import Field

_CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "loc": "https://w3id.org/dpv/loc#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "hoheit": "urn:hoheit:evidence:1:",
}
_UNKNOWN = {"@id": "dpv:UnknownApplicability"}
_SAID = {
    "a_controller": ("dpv:hasDataController", "dpv:DataController"),
    "a_data_protection_officer": ("dpv:hasDataProtectionOfficer", "dpv:DataProtectionOfficer"),
    "b_purposes": ("dpv:hasPurpose", "dpv:Purpose"),
    "b_legal_basis": ("dpv:hasLegalBasis", "dpv:LegalBasis"),
    "c_data_subjects": ("dpv:hasDataSubject", "dpv:DataSubject"),
    "c_data_categories": ("dpv:hasPersonalData", "dpv:PersonalData"),
}
"""Points of the record, by the property that names them and the class of what is named."""


def linked_record(evidence: dict[str, Any]) -> dict[str, Any]:
    """Return the record; what is unknown says so, and everything else on what it rests."""
    record, cover = evidence["art30"], evidence["cover"]
    return {
        "@context": _CONTEXT,
        "@id": f"urn:uuid:{stable_id('record', cover['state_sha256'], cover['at'])}",
        "@type": "dpv:Process",
        "rdfs:label": record["processing"],
        **{name: _stated(record[key], kind) for key, (name, kind) in _SAID.items()},
        "dpv:hasRecipient": [_recipient(flow) for flow in _running(evidence["flows"])],
        "dpv:hasStorageCondition": [_store(entry) for entry in record["f_retention"]],
        "dpv:hasTechnicalOrganisationalMeasure": [
            _stated(entry[name], "dpv:TechnicalOrganisationalMeasure", entry["store"])
            for entry in record["g_measures"]
            for name in ("encryption", "backup", "readers")
        ],
    }


def _running(flows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in flows if one["when"] in (None, "run")]


def _recipient(flow: dict[str, Any]) -> dict[str, Any]:
    fields = flow["fields"]
    place = "dpv:hasCountry" if is_inside(fields["transfer"]) else "dpv:hasThirdCountry"
    codes = fields["country"]["value"]
    countries = [{"@id": f"loc:{code}"} for code in codes.split(SEVERAL)] if codes else _UNKNOWN
    return {
        "@type": "dpv:Recipient",
        "rdfs:label": flow["recipient"],
        "dpv:hasIdentifier": f"{flow['host']}:{flow['port']}",
        "dpv:hasCountry" if codes is None else place: countries,
        **_rests_on(fields["country"]),
    }


def _store(entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "@type": "dpv:StorageCondition",
        "rdfs:label": entry["store"],
        "dpv:hasDuration": _stated(entry["retention"], "dpv:StorageDuration"),
        "dpv:hasStorageCondition": _stated(entry["erasure"], "dpv:StorageDeletion"),
    }


def _stated(field: Field, kind: str, of: str = "") -> dict[str, Any]:
    about = {"hoheit:store": of} if of else {}
    if field["value"] is None:
        return {"@type": kind, "dpv:hasApplicability": _UNKNOWN, **about, **_rests_on(field)}
    return {"@type": kind, "rdfs:label": field["value"], **about, **_rests_on(field)}


def _rests_on(field: Field) -> dict[str, str]:
    said = {name: field[name] for name in ("source", "by", "as_of", "confidence")}
    return {f"hoheit:{name}": value for name, value in said.items() if value}
