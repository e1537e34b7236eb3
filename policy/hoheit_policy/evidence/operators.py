"""Who runs the places, and from which country they are controlled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hoheit_policy.record import OperatorRecord

from .fields import of_paper

if TYPE_CHECKING:
    from .inputs import Inputs


def operators(
    inputs: Inputs, kept: list[dict[str, Any]], flows: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return every operator once with what it runs; those that nobody knows come first."""
    grouped: dict[tuple[str, str], dict[str, Any]] = {}
    named = [(one["name"], one) for one in kept]
    named += [(f"{one['host']}:{one['port']}", one) for one in flows]
    for name, entry in named:
        operator, control = entry["fields"]["operator"], entry["fields"]["jurisdiction"]
        key = (operator["value"] or "", control["value"] or "")
        said = inputs.record.operators.get(key[0], OperatorRecord())
        row = grouped.setdefault(
            key,
            {
                "fields": {
                    "operator": operator,
                    "jurisdiction": control,
                    "contract": of_paper(said.contract, inputs),
                    "attestation": of_paper(said.attestation, inputs),
                },
                "runs": [],
            },
        )
        if name not in row["runs"]:
            row["runs"].append(name)
    return [grouped[key] for key in sorted(grouped)]
