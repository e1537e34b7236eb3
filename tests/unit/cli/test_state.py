"""Where a command finds the state of a stack, and what it says where there is none."""

import argparse
import io
import json
from pathlib import Path
from typing import Any

import pytest
from hoheit_cli.errors import UsageError
from hoheit_cli.state import add_state_options, read_state, resources

RESOURCE = {"urn": "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev", "type": "pulumi:pulumi:Stack"}
NO_EXPORT = "is no export of a stack: deployment.resources"
EXPORT = {"version": 3, "deployment": {"resources": [RESOURCE]}}


def options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_state_options(parser)
    return parser.parse_args(words)


def refusal(*words: str) -> str:
    with pytest.raises(UsageError) as refused:
        read_state(options(*words))
    return str(refused.value)


def pulumi(directory: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a program on PATH that answers as Pulumi does; the real one is asked in another tier."""
    program = directory / "pulumi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{directory}:/usr/bin:/bin")


def test_a_state_comes_from_a_file_or_from_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "export.json"
    file.write_text(json.dumps(EXPORT))
    assert read_state(options("--state", str(file))) == EXPORT
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(EXPORT)))
    assert read_state(options("--state", "-")) == EXPORT


def test_a_state_comes_from_pulumi_which_is_asked_for_this_stack_without_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi(tmp_path, monkeypatch, f"echo \"$@\" > {tmp_path}/asked; echo '{json.dumps(EXPORT)}'")
    assert read_state(options("--stack", "dev")) == EXPORT
    asked = (tmp_path / "asked").read_text().split()
    assert asked == ["stack", "export", "--non-interactive", "--stack", "dev"]


@pytest.mark.parametrize(
    "said", ["no stack named 'dev' found", "passphrase must be set\nwith a variable"]
)
def test_what_pulumi_says_of_a_failure_is_passed_on_in_one_line(
    said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulumi(tmp_path, monkeypatch, f"printf 'error: {said.replace(chr(39), chr(34))}' >&2; exit 255")
    told = refusal("--stack", "dev")
    assert told.startswith("pulumi cannot export stack 'dev': ")
    assert " ".join(said.split()).replace("'", '"') in told
    assert "\n" not in told


def test_a_machine_without_pulumi_is_told_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refusal("--stack", "dev").startswith("there is no 'pulumi' on PATH; install it, or")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not JSON (Expecting property name"),
        ("[]", "is no export of a stack: it has no 'deployment'"),
        ('{"checkpoint": {}}', "is no export of a stack: it has no 'deployment'"),
        ('{"deployment": {}}', "holds no resource; run `pulumi up` first"),
        ('{"deployment": {"resources": null}}', "holds no resource; run `pulumi up` first"),
        ("[" * 200_000, "is not JSON (nested too deeply)"),
        ("1" * 5_000, "is not JSON (Exceeds the limit"),
        *(
            (json.dumps({"deployment": {"resources": found}}), f"{NO_EXPORT}{said}")
            for found, said in [
                ("abc", " is no list"),
                ({}, " is no list"),
                ([1, None, {"urn": 5}], "[0] is no object"),
                ([RESOURCE, None], "[1] is no object"),
                ([{**RESOURCE, "urn": 5}], "[0].urn is no text"),
                ([{"urn": "urn:x"}], "[0].type is no text"),
                ([{**RESOURCE, "provider": 5}], "[0].provider is no text"),
                ([{**RESOURCE, "inputs": [1]}], "[0].inputs is no object"),
                ([{**RESOURCE, "outputs": "x"}], "[0].outputs is no object"),
            ]
        ),
    ],
    ids=lambda text: text[:60],
)
def test_what_is_no_export_of_a_stack_with_resources_is_refused(
    text: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "export.json"
    file.write_text(text)
    assert refusal("--state", str(file)).startswith(f"{file} {said}")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "checkpoint.json.gz"
    file.write_bytes(b"\x1f\x8b\x08\x00\xff\xfe")
    assert "is no text; write one with `pulumi stack export" in refusal("--state", str(file))


def test_standard_input_that_is_no_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    piped = io.TextIOWrapper(io.BytesIO(b"\x1f\x8b\xff"), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", piped)
    assert refusal("--state", "-").startswith("standard input is no text; write one with `pulumi")


def test_what_the_engine_leaves_empty_is_no_fault(tmp_path: Path) -> None:
    empty = {**RESOURCE, "provider": "", "inputs": None}
    export = {"version": 3, "deployment": {"resources": [empty]}}
    file = tmp_path / "export.json"
    file.write_text(json.dumps(export))
    assert read_state(options("--state", str(file))) == export


def test_resources_that_wait_to_be_deleted_are_no_part_of_the_state() -> None:
    gone: dict[str, Any] = {**RESOURCE, "delete": True}
    assert list(resources({"deployment": {"resources": [gone, RESOURCE]}})) == [RESOURCE]


def test_one_source_is_needed_and_only_one(capsys: pytest.CaptureFixture[str]) -> None:
    for words in ([], ["--stack", "dev", "--state", "-"]):
        with pytest.raises(SystemExit):
            options(*words)
    assert "not allowed with argument" in capsys.readouterr().err
