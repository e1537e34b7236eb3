"""The files of a package are valid by the formats' own schemas and classes."""

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hoheit_policy.evidence import package, remembered
from support import environments
from support import evidence as ev

PROGRAM = Path(__file__).parents[3] / "support" / "format_validators.py"
FORMATS = (
    "oscal-assessment-results.json",
    "bom.cdx.json",
    "art30.jsonld",
    "findings.sarif",
    "statement.intoto.json",
)


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return package(ev.inputs())


def judged(content: dict[str, bytes], folder: Path) -> dict[str, str]:
    """What every validator says of a package."""
    for name in FORMATS:
        (folder / name).write_bytes(content[name])
    python = environments.synced("evidence-formats") / "bin" / "python"
    done = subprocess.run(
        [python, "-W", "ignore", PROGRAM, folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_oscal_cyclonedx_sarif_and_in_toto_are_valid(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    assert judged(files, tmp_path) == dict.fromkeys(FORMATS, "")


def test_the_files_of_an_empty_stack_are_valid_too(tmp_path: Path) -> None:
    state: dict[str, Any] = {"version": 3, "deployment": {"resources": ev.state_of_a_stack_alone()}}
    assert judged(package(ev.inputs(state=state, register=None)), tmp_path) == dict.fromkeys(
        FORMATS, ""
    )


def test_the_validators_see_what_is_wrong(files: dict[str, bytes], tmp_path: Path) -> None:
    broken = {
        name: json.dumps({**json.loads(files[name]), "surplus": 1}).encode() for name in FORMATS
    }
    assert all(judged(broken, tmp_path).values())


def test_the_evidence_is_valid_by_the_schema_beside_it(files: dict[str, bytes]) -> None:
    schema = json.loads(files["evidence.schema.json"])
    first = json.loads(files["evidence.json"])
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(first, schema)
    later = package(ev.inputs(previous=remembered(first, "ab" * 32)))
    jsonschema.validate(json.loads(later["evidence.json"]), schema)


@pytest.mark.parametrize(
    ("section", "index", "change"),
    [
        ("kept", 0, {"surplus": 1}),
        ("flows", 0, {"fields": {}}),
        ("findings", 0, {"verdict": "OK"}),
        ("controls", 0, {"counts": {}}),
    ],
)
def test_the_schema_refuses_what_is_no_evidence(
    files: dict[str, bytes], section: str, index: int, change: dict[str, Any]
) -> None:
    schema = json.loads(files["evidence.schema.json"])
    document = copy.deepcopy(json.loads(files["evidence.json"]))
    document[section][index] = {**document[section][index], **change}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema)


def test_an_unknown_is_open_in_sarif_and_not_satisfied_in_oscal(files: dict[str, bytes]) -> None:
    (run,) = json.loads(files["findings.sarif"])["runs"]
    kinds = {one["properties"]["verdict"]: one["kind"] for one in run["results"]}
    assert kinds["UNKNOWN"] == "open"
    assert kinds["PASS"] == "pass"
    rules = json.loads(files["evidence.json"])["rules"]
    (results,) = json.loads(files["oscal-assessment-results.json"])["assessment-results"]["results"]
    states = {
        one["target"]["target-id"]: one["target"]["status"]["state"] for one in results["findings"]
    }
    for rule in rules:
        if rule["counts"]["UNKNOWN"] or rule["counts"]["FAIL"]:
            assert states[rule["id"].lower()] == "not-satisfied"


def test_the_bill_of_materials_has_models_images_and_services(files: dict[str, bytes]) -> None:
    bom = json.loads(files["bom.cdx.json"])
    types = {one["type"] for one in bom["components"]}
    assert types == {"container", "machine-learning-model", "data"}
    names = [one["name"] for one in bom["components"] if one["type"] == "machine-learning-model"]
    assert names == ["mistral", "mistral-7b"]
    assert [one["endpoints"] for one in bom["services"]] == [["objects.example.com:443"]]
