"""`hoheit residency check` on what cannot be judged: status 2, and a sentence with its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from hoheit_cli.main import main
from support import evidence as ev
from support import residency as r

STATE = json.dumps(ev.state()).encode()
EXEMPTION = {
    "rule": "NET-07",
    "resource": "*::front",
    "owner": "a",
    "reason": "b",
    "until": "2099-12-31",
}


def exempting(**changes: Any) -> bytes:
    given = {k: v for k, v in {**EXEMPTION, **changes}.items() if v is not None}
    return json.dumps(r.declarations(exemptions=[given])).encode()


def check(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["residency", "check", *words]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert "Traceback" not in said.err
    return said.err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not JSON (Expecting value: line 1 column 1"),
        (STATE[:-20], "is not JSON ("),
        (STATE.decode().encode("utf-16"), "is no text"),
        (b"\xff\xfe\xfd", "is no text"),
        (b"[]", "it has no 'deployment'"),
        (b"deployment: {}\n", "is not JSON ("),
        (STATE.replace(b'"version": 3', b'"version": 7', 1), "is a state of version 7; this"),
        (STATE.replace(b"{", b'{"version": 3, ', 1), "the key 'version' is given twice"),
        (
            b'{"version": 3, "deployment": {"resources": [7]}}',
            "deployment.resources[0] is no object",
        ),
    ],
)
def test_a_state_that_cannot_be_read_is_named_with_its_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, message: str
) -> None:
    file = tmp_path / "state.json"
    file.write_bytes(content)
    said = check(capsys, "--state", str(file))
    assert f"{file} " in said
    assert message in said


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not JSON (Expecting value: line 1 column 1"),
        (b"profile: eu\n", "is not JSON ("),
        (b"\xff", "is no text; write the declarations as JSON in UTF-8"),
        (b"[1]", "holds no declarations: write a JSON object of fields"),
        (b'"eu"', "holds no declarations"),
        (b'{"profile": "mars"}', ": profile: no profile 'mars'; profiles: local, eu"),
        (b'{"profile": "eu", "profile": "local"}', "the key 'profile' is given twice"),
        (exempting(until=None), ": exemptions.0.until: "),
        (exempting(until="for ever"), ": exemptions.0.until: "),
        (exempting(rule="NET-99"), ": exemptions.0.rule: no rule has this id; rules: LOC-01"),
    ],
)
def test_declarations_that_cannot_be_read_are_named_with_their_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, message: str
) -> None:
    state, file = tmp_path / "state.json", tmp_path / "declared.json"
    state.write_bytes(STATE)
    file.write_bytes(content)
    said = check(capsys, "--state", str(state), "--declarations", str(file))
    assert str(file) in said
    assert message in said


@pytest.mark.parametrize("option", ["--state", "--declarations", "--rules"])
@pytest.mark.parametrize("name", ["", "missing.json"])
def test_a_folder_and_a_file_that_is_not_there_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, name: str
) -> None:
    state = tmp_path / "state.json"
    state.write_bytes(STATE)
    place = str(tmp_path / name)
    given = {"--state": str(state), option: place}
    said = check(capsys, *(word for pair in given.items() for word in pair))
    assert place in said
    assert ("No such file" if name else "Is a directory") in said


def test_declarations_that_the_state_encrypts_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ev.state()
    state["deployment"]["resources"][1]["inputs"] = {"declarations": ev.hidden("v1:abc")}
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state))
    assert "hold values that are secret" in check(capsys, "--state", str(file))


def test_a_value_that_the_state_encrypts_is_unknown_and_never_a_pass(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ev.state()
    resources = state["deployment"]["resources"]
    spec = {"spec": {"type": ev.hidden("v1:abc")}}
    resources.append(ev.entry("kubernetes:core/v1:Service", "front", inputs=spec))
    file = tmp_path / "state.json"
    file.write_text(json.dumps(state))
    main(["residency", "check", "--state", str(file), "--json"])
    found = json.loads(capsys.readouterr().out)["findings"]
    front = [
        one for one in found if one["resource"].endswith("::front") and one["rule"] == "NET-07"
    ]
    assert [one["verdict"] for one in front] == ["UNKNOWN"]


def test_help_says_how_the_command_ends(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["residency", "check", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    for ending in ("0 where nothing stops", "1 where a failure", "2 for wrong", "3 where only"):
        assert ending in shown
