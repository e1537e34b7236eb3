"""Who runs the places, and from which country they are controlled."""

from __future__ import annotations

from typing import Any

from .fields import unknown


def operators(kept: list[dict[str, Any]], flows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return every operator once with what it runs; those that nobody knows come first."""
    grouped: dict[tuple[str, str], dict[str, Any]] = {}
    named = [(one["name"], one) for one in kept]
    named += [(f"{one['host']}:{one['port']}", one) for one in flows]
    for name, entry in named:
        operator, control = entry["fields"]["operator"], entry["fields"]["jurisdiction"]
        key = (operator["value"] or "", control["value"] or "")
        row = grouped.setdefault(
            key,
            {
                "fields": {
                    "operator": operator,
                    "jurisdiction": control,
                    "contract": unknown("Art. 28 GDPR contract: nobody declared it"),
                    "attestation": unknown("report such as C5 Type 2: nobody declared it"),
                },
                "runs": [],
            },
        )
        if name not in row["runs"]:
            row["runs"].append(name)
    return [grouped[key] for key in sorted(grouped)]
