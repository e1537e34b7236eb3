"""`hoheit residency check` on a state that lies in a file."""

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
