"""Who receives something: recipients of the register, and declared endpoints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hoheit_policy.record import RecipientRecord
from hoheit_policy.register_places import split_port

from .areas import is_inside, transfer
from .fields import Field, of_fact, of_paper
from .keeping import place_fields

if TYPE_CHECKING:
    from .inputs import Inputs

NOT_NEEDED = "none is needed"
"""Basis of what is no transfer to a third country."""

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
        fields = {
            "country": of_fact(location.country, inputs),
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
                "fields": {**fields, **_said(host, port or _HTTPS, fields["country"], inputs)},
            }
        )
    return found


def _contact(contact: dict[str, Any], inputs: Inputs) -> dict[str, Any]:
    fields = place_fields(contact, inputs)
    host, port = str(contact.get("host", "")).lower(), contact.get("port")
    return {
        "recipient": contact.get("recipient", "unknown"),
        "host": host,
        "port": port,
        "purpose": contact.get("purpose"),
        "when": contact.get("when"),
        "fields": {**fields, **_said(host, port, fields["country"], inputs)},
    }


def _said(host: str, port: Any, country: Field, inputs: Inputs) -> dict[str, Field]:
    """Return what follows from the country, and what people say of a recipient."""
    known = inputs.record.recipients
    said = known.get(f"{host}:{port}") or known.get(host) or RecipientRecord()
    third = transfer(country)
    needed = not is_inside(third)
    return {
        "transfer": third,
        "basis": of_paper(said.transfer_basis, inputs)
        if needed
        else {**third, "value": NOT_NEEDED},
        "contract": of_paper(said.contract, inputs),
    }
