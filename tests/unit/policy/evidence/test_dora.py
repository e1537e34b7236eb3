"""Rows for the DORA register: one for each country, and nothing that a spreadsheet runs."""

import csv
import io
from typing import Any

import pytest
from hoheit_policy.evidence.dora import dora, dora_csv
from support import evidence as ev

HEAD = ["item", "contract", "B_02.02.0130", "B_02.02.0150", "B_02.02.0160", "source"]


def entry(name: str, country: str | None, kind: str = "store") -> dict[str, Any]:
    source = "state" if country else "unknown"
    fields = {"country": {"value": country, "source": source}, "operator": {"value": "Example"}}
    return {"name": name, "kind": kind, "fields": fields}


def rows(*kept: dict[str, Any], contract: str | None = None) -> list[list[str]]:
    named = {"operator": {"value": "Example"}, "contract": {"value": contract}}
    document = {"dora": dora(list(kept), []), "operators": [{"fields": named}]}
    return list(csv.reader(io.StringIO(dora_csv(document).decode())))


def test_several_countries_multiply_rows() -> None:
    assert rows(entry("s", "DE / FI"))[1:] == [
        ["s", "unknown", "unknown", "DE", "unknown", "state"],
        ["s", "unknown", "unknown", "FI", "unknown", "state"],
    ]
    pairs = [(row[3], row[4]) for row in rows(entry("p", "DE / FI", "place"))[1:]]
    assert pairs == [("DE", "DE"), ("DE", "FI"), ("FI", "DE"), ("FI", "FI")]


def test_what_is_unknown_says_so_in_every_column() -> None:
    assert rows(entry("s", None)) == [HEAD, ["s", *["unknown"] * 5]]


def test_the_contract_is_the_one_with_the_operator() -> None:
    assert rows(entry("s", "DE"), contract="AVV 7")[1][1] == "AVV 7"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r@", " +"])
def test_no_cell_begins_a_formula(start: str) -> None:
    assert rows(entry(f"{start}cmd", "DE"))[1][0] == f"'{start.strip()}cmd"


def test_a_recipient_is_a_row_by_its_country() -> None:
    (row,) = dora([], [{**ev.EGRESS, "fields": entry("x", "DE")["fields"]}])
    assert row["b_02_02_0130_service"] == "DE"
    assert row["b_02_02_0150_storage"] is None
