"""A package of evidence: every file by its name, written from the inputs alone."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from .canonical import json_bytes
from .collect import evidence
from .cyclonedx import bom
from .dora import dora_csv
from .inputs import Inputs
from .linked_record import linked_record
from .names import (
    ART30,
    BOM,
    DECLARATIONS,
    DORA,
    EVIDENCE,
    LINKED_RECORD,
    OSCAL,
    PAGE,
    PREVIOUS,
    REGISTER,
    SARIF,
    SCHEMA_FILE,
    STATE,
    STATEMENT,
)
from .oscal import assessment_results
from .page import page
from .sarif import sarif
from .statement import statement

if TYPE_CHECKING:
    from hoheit_policy.rule_file import RuleFile


def package(inputs: Inputs) -> dict[str, bytes]:
    """Return every file of a package but the signature."""
    found = evidence(inputs)
    documents: dict[str, Any] = {
        STATE: inputs.state,
        DECLARATIONS: {
            "by": inputs.declared_by,
            "declarations": inputs.declared,
        },
        EVIDENCE: found,
        ART30: found["art30"],
        LINKED_RECORD: linked_record(found),
        OSCAL: assessment_results(found),
        BOM: bom(found),
        SARIF: sarif(found),
    }
    if inputs.register is not None:
        documents[REGISTER] = inputs.register
    if inputs.previous is not None:
        documents[PREVIOUS] = inputs.previous
    written = {name: json_bytes(document) for name, document in documents.items()}
    schema = files("hoheit_policy.evidence") / SCHEMA_FILE
    written[SCHEMA_FILE] = schema.read_bytes()
    written[DORA] = dora_csv(found)
    written[PAGE] = page(found)
    written[STATEMENT] = json_bytes(statement(found, written))
    return written


def inputs_in(content: dict[str, bytes], rule_file: RuleFile | None = None) -> Inputs:
    """Return the inputs that a package encloses.

    Args:
        content: every file by its name.
        rule_file: the rules that it does not enclose, where it was made with some.

    Raises:
        KeyError: if a file is missing.
        ValueError: if a file is not what a package holds.
    """
    documents = {
        name: json.loads(content[name])
        for name in (STATE, DECLARATIONS, EVIDENCE, REGISTER, PREVIOUS)
        if name in content or name not in (REGISTER, PREVIOUS)
    }
    cover = documents[EVIDENCE]["cover"]
    declared = documents[DECLARATIONS]
    return Inputs(
        state=documents[STATE],
        at=cover["at"],
        reviewer=declared["declarations"] if declared["by"] == "reviewer" else None,
        register=documents.get(REGISTER),
        commit=cover["commit"],
        previous=documents.get(PREVIOUS),
        rule_file=rule_file,
    )
