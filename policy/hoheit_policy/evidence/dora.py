"""Rows for the register of information under DORA, as far as a state shows them."""

from __future__ import annotations

import csv
from io import StringIO
from itertools import product
from typing import Any

from .fields import SEVERAL

_SERVICE, _STORAGE, _PROCESSING = (
    "b_02_02_0130_service",
    "b_02_02_0150_storage",
    "b_02_02_0160_processing",
)
_HEAD = ("item", "contract", "B_02.02.0130", "B_02.02.0150", "B_02.02.0160", "source")
_UNKNOWN = "unknown"
_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet takes for the beginning of a formula."""


def dora(kept: list[dict[str, Any]], flows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the location columns of template B_02.02; several countries multiply rows.

    The columns and their multiplication are those of the implementing regulation (EU) 2024/2956.
    Identifiers of entities are the institution's to add.
    """
    rows: list[dict[str, Any]] = []
    for entry in kept:
        # A store holds data; at any other place data is worked on as well.
        columns = (_STORAGE,) if entry["kind"] != "place" else (_STORAGE, _PROCESSING)
        rows += _rows(entry["name"], entry, columns)
    for flow in flows:
        rows += _rows(f"{flow['host']}:{flow['port']}", flow, (_SERVICE,))
    return rows


def dora_csv(evidence: dict[str, Any]) -> bytes:
    """Return the rows as CSV; what is not known says so, and no cell is left for a formula."""
    contracts = {
        one["fields"]["operator"]["value"]: one["fields"]["contract"]["value"]
        for one in evidence["operators"]
    }
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEAD)
    for row in evidence["dora"]:
        cells = (
            row["item"],
            contracts.get(row["operator"]) or _UNKNOWN,
            *(row[column] or _UNKNOWN for column in (_SERVICE, _STORAGE, _PROCESSING)),
            row["source"],
        )
        writer.writerow([_harmless(cell) for cell in cells])
    return text.getvalue().encode()


def _rows(item: str, entry: dict[str, Any], columns: tuple[str, ...]) -> list[dict[str, Any]]:
    country = entry["fields"]["country"]
    known: list[str | None] = country["value"].split(SEVERAL) if country["value"] else [None]
    return [
        {
            "item": item,
            "operator": entry["fields"]["operator"]["value"],
            _SERVICE: None,
            _STORAGE: None,
            _PROCESSING: None,
            **dict(zip(columns, countries, strict=True)),
            "source": country["source"],
        }
        for countries in product(known, repeat=len(columns))
    ]


def _harmless(cell: str) -> str:
    text = " ".join(cell.split())
    return f"'{text}" if text.startswith(_FORMULA) else text
