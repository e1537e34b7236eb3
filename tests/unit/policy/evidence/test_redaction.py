"""No secret of a state is in any file of a package, and none is taken for a pass."""

import json
from datetime import date
from pathlib import Path

import pytest
from hoheit_policy import Gap, report
from hoheit_policy.adapters.state import view_of
from hoheit_policy.adapters.wire import read_wire
from hoheit_policy.evidence import package, redacted
from support import evidence as ev

RELEASES = Path(__file__).parents[3] / "releases"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return package(ev.inputs())


@pytest.mark.parametrize("where", ev.SECRETS)
def test_no_file_holds_a_secret_of_the_state(files: dict[str, bytes], where: str) -> None:
    lines = ev.SECRETS[where].splitlines()
    holding = [
        name for name, content in files.items() for line in lines if line in content.decode()
    ]
    assert not holding


def test_no_file_holds_a_ciphertext_or_the_stand_in_of_the_engine(files: dict[str, bytes]) -> None:
    for name, content in files.items():
        assert b"ciphertext" not in content, name
        assert b"[secret]" not in content, name


def test_what_is_taken_out_is_read_as_a_secret() -> None:
    kept = redacted(ev.state())["deployment"]["resources"]
    deployment = next(one for one in kept if one["urn"].endswith("Deployment::app"))
    container = deployment["inputs"]["spec"]["template"]["spec"]["containers"][0]
    values = {one["name"]: read_wire(one["value"]) for one in container["env"]}
    assert values == {
        "DB_PASSWORD": Gap.SECRET,
        "GREETING": Gap.SECRET,
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "TLS": Gap.SECRET,
        "FROM_OUTPUT": Gap.SECRET,
    }


def test_redacting_twice_changes_nothing() -> None:
    once = redacted(ev.state())
    assert redacted(json.loads(json.dumps(once))) == once


def test_the_salt_and_the_pending_operations_are_not_kept_but_counted() -> None:
    kept = redacted(ev.state())["deployment"]
    assert kept["secrets_providers"] == {"type": "passphrase", "state": {}}
    assert kept["pending_operations_count"] == 1
    assert "pending_operations" not in kept


@pytest.mark.parametrize("release", ["0.1.0", "0.2.0", "0.3.0"])
def test_what_is_taken_out_of_the_state_of_a_release_changes_no_verdict(release: str) -> None:
    export = json.loads((RELEASES / f"{release}.json").read_text())
    day = date(2026, 11, 26)
    before, after = (report(view_of(one, today=day)) for one in (export, redacted(export)))
    assert after.findings == before.findings
    assert "ciphertext" not in json.dumps(redacted(export))


@pytest.mark.parametrize("args", [["--api-key", "hunter2abc"], ["--api-key=hunter2abc"]])
def test_a_secret_in_the_arguments_of_a_program_is_taken_out(args: list[str]) -> None:
    state = ev.state()
    spec = {"containers": [{"name": "c", "args": ["serve", "/weights", *args]}]}
    state["deployment"]["resources"].append(
        ev.entry("kubernetes:core/v1:Pod", "talks", inputs={"spec": spec})
    )
    kept = json.dumps(redacted(state))
    assert "hunter2abc" not in kept
    assert "/weights" in kept
