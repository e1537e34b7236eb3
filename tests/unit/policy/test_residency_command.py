"""`hoheit residency check` on a state that lies in a file."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hoheit_cli.main import main
from support import residency as r

GUARD = "hoheit:index:ResidencyGuard"


def entry(type_: str, name: str, inputs: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:t::t::{type_}::{name}"
    return {"urn": urn, "type": type_, "custom": False, "inputs": inputs}


def written(tmp_path: Path, kind: str = "ClusterIP", **declared: Any) -> str:
    resources = [
        entry("pulumi:pulumi:Stack", "t-t", {}),
        entry(GUARD, "guard", {"declarations": r.declarations(**declared)}),
        entry("kubernetes:core/v1:Service", "front", {"spec": {"type": kind}}),
    ]
    document = {
        "version": 3,
        "deployment": {"secrets_providers": {"type": "passphrase"}, "resources": resources},
    }
    file = tmp_path / "state.json"
    file.write_text(json.dumps(document))
    return str(file)


def test_a_state_in_which_nothing_stops_ends_with_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["residency", "check", "--state", written(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("Residency, profile eu: 0 FAIL, 0 UNKNOWN")


def test_a_state_in_which_something_stops_ends_with_1_and_names_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["residency", "check", "--state", written(tmp_path, "LoadBalancer")]) == 1
    shown = capsys.readouterr().out
    assert "FAIL NET-07" in shown
    assert "Service front spec.type: LoadBalancer: public" in shown


def test_a_profile_that_only_reports_ends_with_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = written(tmp_path, "LoadBalancer", profile="local")
    assert main(["residency", "check", "--state", state]) == 0
    assert "FAIL NET-07" in capsys.readouterr().out


def test_the_declarations_of_a_reviewer_count_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = written(tmp_path, "LoadBalancer", profile="local")
    strict = tmp_path / "declared.json"
    strict.write_text(json.dumps(r.declarations()))
    arguments = ["residency", "check", "--state", state, "--declarations", str(strict), "--json"]
    assert main(arguments) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["profile"] == "eu"
    assert found["counts"]["FAIL"] == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "Expecting property name"), ('{"profile": "mars"}', "profile: no profile 'mars'")],
)
def test_wrong_declarations_end_with_2_and_name_file_and_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    file = tmp_path / "declared.json"
    file.write_text(text)
    arguments = ["residency", "check", "--state", written(tmp_path), "--declarations", str(file)]
    assert main(arguments) == 2
    shown = capsys.readouterr().err
    assert str(file) in shown
    assert message in shown


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("piped", [False, True])
def test_declarations_come_plain_or_as_those_of_the_pack_from_a_file_or_a_pipe(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    packed: bool,
    piped: bool,
) -> None:
    given = r.declarations(profile="dach-plus")
    text = json.dumps({"declarations": {"declarations": given}} if packed else given)
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    file = tmp_path / "declared.json"
    file.write_text(text)
    named = "-" if piped else str(file)
    check = ["residency", "check", "--state", written(tmp_path), "--declarations", named]
    assert main(check) == 0
    assert capsys.readouterr().out.startswith("Residency, profile dach-plus: ")


def test_state_and_declarations_do_not_share_standard_input(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["residency", "check", "--state", "-", "--declarations", "-"]) == 2
    assert "are both standard input" in capsys.readouterr().err


@pytest.mark.parametrize("depth", [400, 100_000])
def test_json_that_is_nested_too_deep_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], depth: int
) -> None:
    deep = tmp_path / "deep.json"
    deep.write_text('{"clusters": ' + "[" * depth + "]" * depth + "}")
    arguments = ["residency", "check", "--state", written(tmp_path), "--declarations", str(deep)]
    assert main(arguments) == 2
    assert "deep.json" in capsys.readouterr().err


def test_a_state_that_is_nested_too_deep_is_not_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    deep = tmp_path / "deep.json"
    deep.write_text('{"deployment": ' + "[" * 100_000 + "]" * 100_000 + "}")
    assert main(["residency", "check", "--state", str(deep)]) == 2
    assert "deep.json is not JSON" in capsys.readouterr().err


def test_all_lists_what_passed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check = ["residency", "check", "--state", written(tmp_path)]
    main(check)
    assert "PASS LOC-13" not in capsys.readouterr().out
    main([*check, "--all"])
    assert "(declared by platform team on 2026-11-02: contract 7)" in capsys.readouterr().out
    main([*check, "--all", "--json"])
    found = json.loads(capsys.readouterr().out)
    resting = {one["provenance"] for one in found["findings"] if one["verdict"] == "PASS"}
    assert "declared by platform team on 2026-11-02: contract 7" in resting


def previewed(tmp_path: Path, *steps: Any) -> str:
    file = tmp_path / "preview.json"
    file.write_text(json.dumps({"steps": list(steps)}))
    return str(file)


def step(op: str, type_: str, name: str, inputs: Any) -> dict[str, Any]:
    made = entry(type_, name, inputs)
    return {"op": op, "urn": made["urn"], "newState": made}


def test_a_preview_is_judged_and_what_the_update_will_know_does_not_stop_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
    guard = step("create", GUARD, "guard", {"declarations": r.declarations()})
    service = "kubernetes:core/v1:Service"
    front = step("create", service, "front", {"spec": {"type": late}})
    gone = step("delete", service, "gone", {"spec": {"type": "LoadBalancer"}})
    main(["residency", "check", "--state", previewed(tmp_path, guard, front, gone), "--json"])
    found = json.loads(capsys.readouterr().out)
    asked = [one for one in found["findings"] if one["rule"] == "NET-07"]
    assert [(one["verdict"], one["late"]) for one in asked] == [("UNKNOWN", True)]
    opened = step("create", service, "front", {"spec": {"type": "LoadBalancer"}})
    assert main(["residency", "check", "--state", previewed(tmp_path, guard, opened)]) == 1


@pytest.mark.parametrize("bad", [7, {"op": "create", "newState": {"urn": 7, "type": "a"}}])
def test_a_step_that_is_none_is_named_by_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], bad: Any
) -> None:
    assert main(["residency", "check", "--state", previewed(tmp_path, bad)]) == 2
    assert "preview.json is no preview: steps[0]" in capsys.readouterr().err
