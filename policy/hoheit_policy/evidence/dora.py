"""Rows for the register of information under DORA, as far as a state shows them."""

from __future__ import annotations

from typing import Any


def dora(kept: list[dict[str, Any]], flows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the location columns of template B_02.02, one row for each country.

    The columns and their multiplication by country are those of the implementing regulation
    (EU) 2024/2956. Identifiers of entities and contracts are the institution's to declare.
    """
    rows: list[dict[str, Any]] = []
    for entry in kept:
        rows += [
            {
                "item": entry["name"],
                "b_02_02_0130_service": None,
                "b_02_02_0150_storage": country,
                "b_02_02_0160_processing": None,
            }
            for country in _countries(entry)
        ]
    for flow in flows:
        rows += [
            {
                "item": f"{flow['host']}:{flow['port']}",
                "b_02_02_0130_service": country,
                "b_02_02_0150_storage": None,
                "b_02_02_0160_processing": None,
            }
            for country in _countries(flow)
        ]
    return rows


def _countries(entry: dict[str, Any]) -> list[str | None]:
    value = entry["fields"]["country"]["value"]
    return [None] if value is None else list(value.split(" / "))
