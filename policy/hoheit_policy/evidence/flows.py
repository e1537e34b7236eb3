"""Who receives something: recipients of the register, and declared endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hoheit_facts import COUNTRIES

from hoheit_policy.places import located
from hoheit_policy.register_places import split_port

from .fields import Field, of_fact, unknown
from .keeping import place_fields

if TYPE_CHECKING:
    from .inputs import Inputs

_HTTPS = 443


def flows(inputs: Inputs) -> list[dict[str, Any]]:
    """Return every recipient that is declared or registered, once by host and port."""
    contacts: list[dict[str, Any]] = (inputs.register or {}).get("egress") or []
    found = [_contact(contact, inputs) for contact in contacts]
    seen = {(one["host"], one["port"]) for one in found}
    for text, location in (inputs.declarations.endpoints or {}).items():
        host, port = split_port(text)
        if (host, port or _HTTPS) in seen:
            continue
        place = located(host, text, location, inputs.today)
        facts = place.location
        fields = {
            "country": of_fact(location.country, inputs) if facts else unknown(place.why_unknown),
            "operator": of_fact(location.operator, inputs),
            "jurisdiction": of_fact(location.controlling_jurisdiction, inputs),
        }
        found.append(
            {
                "recipient": host,
                "host": host,
                "port": port or _HTTPS,
                "purpose": None,
                "when": None,
                "fields": {**fields, "transfer": transfer(fields["country"])},
            }
        )
    return found


def _contact(contact: dict[str, Any], inputs: Inputs) -> dict[str, Any]:
    fields = place_fields(contact, inputs)
    return {
        "recipient": contact.get("recipient", "unknown"),
        "host": str(contact.get("host", "")).lower(),
        "port": contact.get("port"),
        "purpose": contact.get("purpose"),
        "when": contact.get("when"),
        "fields": {**fields, "transfer": transfer(fields["country"])},
    }


def transfer(country: Field) -> Field:
    """Return whether a country is a third one in the sense of the GDPR, as sure as the country."""
    code = country["value"]
    if code is None:
        return unknown("the country is unknown")
    known = COUNTRIES.get(code)
    if known is None:
        return unknown(f"the table of countries has no '{code}'")
    if known.eea:
        text = "EEA: no transfer to a third country"
    elif known.adequacy == "full":
        text = "third country with an adequacy decision (Art. 45 GDPR)"
    elif known.adequacy:
        text = f"third country, adequacy {known.adequacy}; basis to be declared"
    else:
        text = "third country without an adequacy decision; basis (Art. 46, 49) to be declared"
    return {**country, "value": text, "by": f"table of countries, {code}; {country['by']}"}
