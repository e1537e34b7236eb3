"""`docs/evidence.md`: its example can be declared, its tables are those of the code."""

import json
import re

from hoheit_policy import read_declarations
from hoheit_policy.evidence import SIGNATURE_FILE
from hoheit_policy.record import (
    ModelRecord,
    OperatorRecord,
    ProcessingRecord,
    RecipientRecord,
    Record,
    StoreRecord,
)
from support import evidence as ev
from support import evidence_example as ex
from support.documents import DOCS

PAGE = (DOCS / "evidence.md").read_text("utf-8")


def test_the_example_of_a_record_can_be_declared() -> None:
    (example,) = re.findall(r"^```json\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
    record = read_declarations(json.loads(example)).record
    assert record is not None
    assert record.operators["Example GmbH"].attestation is not None


def test_every_field_of_a_record_is_named() -> None:
    section = PAGE[PAGE.index("## What only people can say") : PAGE.index("## Two languages")]
    models = (Record, ProcessingRecord, StoreRecord, RecipientRecord, OperatorRecord, ModelRecord)
    missing = {
        name for model in models for name in model.model_fields if f"`{name}`" not in section
    }
    assert missing == set()


def test_every_file_of_a_package_is_named() -> None:
    files = {*ev.signed(), *ev.signed(previous=ex.inputs().previous), SIGNATURE_FILE}
    assert {name for name in files if f"`{name}`" not in PAGE} == set()


def test_the_page_names_every_file_of_a_package() -> None:
    page = ex.page().decode()
    annex = page[page.index('id="annex"') :]
    files = {*ev.signed(previous=ex.inputs().previous)} - {"evidence.html"}
    assert {name for name in files if f"<td>{name}</td>" not in annex} == set()
