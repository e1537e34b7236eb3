"""Bad input of `hoheit evidence` and `verify`: one sentence, its place, and an exit status."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hoheit_cli.exit_status import ExitStatus
from hoheit_cli.main import main
from support import evidence as ev
from support import evidence_example as ex
from support import residency as r

EXEMPTION = {
    "rule": "NET-07",
    "resource": "*kubernetes:core/v1:Service::*",
    "owner": "o",
    "reason": "r",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a state, the keys of an organisation and those of another one."""
    for name, keys in (("key", ev.ed25519_keys()), ("other", ev.ecdsa_keys())):
        (tmp_path / f"{name}.pem").write_bytes(keys[0])
        (tmp_path / f"{name}.pub").write_bytes(keys[1])
    (tmp_path / "state.json").write_text(json.dumps(ev.state()))
    return tmp_path


def make(home: Path, *more: str) -> int:
    state = ("--state", str(home / "state.json"))
    key = ("--key", str(home / "key.pem"))
    return main(["evidence", *state, *key, "--out", str(home / "package"), *more])


def check(home: Path, key: str = "key.pub") -> int:
    return main(["evidence", "verify", str(home / "package"), "--key", str(home / key)])


def refused(home: Path, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """The one line that is said where nothing is written."""
    capsys.readouterr()
    assert make(home, *more) == ExitStatus.USAGE
    assert not (home / "package").exists()
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: ")
    assert "Traceback" not in said.err
    return said.err


@pytest.mark.parametrize("text", ["", "{", '{"deployment": {"resources": [', "\x00", "[]", "null"])
def test_a_broken_state_is_refused_by_its_name(
    home: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (home / "state.json").write_text(text)
    assert "state.json is no" in refused(home, capsys)


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("resources",), {}, "deployment.resources is no list"),
        (("resources", 1), 7, "deployment.resources[1] is no object"),
        (("resources", 1, "urn"), None, "deployment.resources[1].urn is no text"),
        (("resources", 2, "inputs"), [], "deployment.resources[2].inputs is no object"),
        (("manifest", "time"), "soon", "deployment.manifest.time: 'soon'"),
    ],
)
def test_a_state_of_the_wrong_shape_is_refused_by_the_place(
    home: Path, capsys: pytest.CaptureFixture[str], path: tuple[Any, ...], value: Any, place: str
) -> None:
    state = ev.state()
    holder: Any = state["deployment"]
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = value
    (home / "state.json").write_text(json.dumps(state))
    assert place in refused(home, capsys)


@pytest.mark.parametrize("version", [None, 1, 2, 5, "3", True])
def test_a_state_of_another_version_is_refused(
    home: Path, capsys: pytest.CaptureFixture[str], version: Any
) -> None:
    (home / "state.json").write_text(json.dumps({**ev.state(), "version": version}))
    assert f"is a state of version {version}; this release reads 3 and 4" in refused(home, capsys)


def test_a_state_with_features_of_a_newer_engine_is_read(home: Path) -> None:
    (home / "state.json").write_text(json.dumps({**ev.state(), "version": 4}))
    assert make(home) == ExitStatus.FINDINGS


def test_encrypted_secrets_are_unknown_and_in_no_file(home: Path) -> None:
    assert make(home) == ExitStatus.FINDINGS
    scope = json.loads((home / "package" / "evidence.json").read_text())["completeness"]
    assert scope["secrets"] > 5
    for file in (home / "package").iterdir():
        assert "ciphertext" not in file.read_text(), file.name


@pytest.mark.parametrize("option", ["--state", "--declarations", "--key", "--passphrase-file"])
def test_a_folder_in_place_of_a_file_is_refused_by_its_name(
    home: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    folder = home / "folder"
    folder.mkdir()
    said = refused(home, capsys, option, str(folder))
    assert "folder: Is a directory" in said


@pytest.mark.parametrize("option", ["--state", "--declarations", "--key", "--previous"])
def test_a_file_that_is_not_there_is_refused_by_its_name(
    home: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    assert "absent" in refused(home, capsys, option, str(home / "absent"))


def test_a_preview_is_no_evidence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = refused(home, capsys, "--preview", str(home / "state.json"))
    assert "a preview is no evidence" in said
    assert "after `pulumi up`" in said
    (home / "state.json").write_text(json.dumps({"steps": []}))
    assert "it has no 'deployment'" in refused(home, capsys)


def test_without_declarations_no_profile_is_known_and_everything_stops(home: Path) -> None:
    state = ev.state()
    listed = state["deployment"]["resources"]
    state["deployment"]["resources"] = [one for one in listed if "Guard" not in one["type"]]
    (home / "state.json").write_text(json.dumps(state))
    assert make(home) == ExitStatus.FINDINGS
    cover = json.loads((home / "package" / "evidence.json").read_text())["cover"]
    assert (cover["profile"], cover["declared_by"]) == (None, "none")


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"profile": "mars"}, "profile: no profile 'mars'"),
        ({"exemptions": [EXEMPTION]}, "exemptions.0.until: "),
        ({"exemptions": [{**EXEMPTION, "until": "soon"}]}, "exemptions.0.until: write a date"),
        ({"record": {"processing": {"purpose": {}}}}, "record.processing.purpose: unknown field"),
    ],
)
@pytest.mark.parametrize("by", ["program", "reviewer"])
def test_wrong_declarations_are_refused_by_their_path(
    home: Path, capsys: pytest.CaptureFixture[str], change: dict[str, Any], place: str, by: str
) -> None:
    declared = r.declarations(**change)
    (home / "declared.json").write_text(json.dumps(declared))
    state = ev.state()
    state["deployment"]["resources"][1]["inputs"]["declarations"] = declared
    if by == "program":
        (home / "state.json").write_text(json.dumps(state))
        assert place in refused(home, capsys)
    else:
        assert place in refused(home, capsys, "--declarations", str(home / "declared.json"))


def test_an_expired_exemption_is_a_finding_and_stands_on_the_page(home: Path) -> None:
    expired = r.declarations(exemptions=[{**EXEMPTION, "until": "2026-11-01"}])
    (home / "declared.json").write_text(json.dumps(expired))
    assert make(home, "--declarations", str(home / "declared.json")) == ExitStatus.FINDINGS
    found = json.loads((home / "package" / "evidence.json").read_text())
    assert found["exemptions"][0]["expired"]
    assert "abgelaufen" in (home / "package" / "evidence.html").read_text()


@pytest.mark.parametrize(
    ("key", "status", "message"),
    [
        ("other.pub", ExitStatus.TAMPERED, "it is of the key"),
        ("key.pem", ExitStatus.USAGE, "no public key in PEM"),
        ("state.json", ExitStatus.USAGE, "no public key in PEM"),
        ("absent", ExitStatus.USAGE, "absent: No such file"),
    ],
)
def test_a_wrong_key_is_named(
    home: Path,
    capsys: pytest.CaptureFixture[str],
    key: str,
    status: ExitStatus,
    message: str,
) -> None:
    make(home)
    capsys.readouterr()
    assert check(home, key) == status
    said = capsys.readouterr()
    assert message in said.out + said.err


def added(package: Path) -> str:
    (package / "more.txt").write_text("more")
    return "more.txt: the statement has no such file"


def added_in_a_folder(package: Path) -> str:
    (package / "more").mkdir()
    (package / "more" / "state.json").write_text("{}")
    return "more/state.json: the statement has no such file"


def removed(package: Path) -> str:
    (package / "art30.json").unlink()
    return "art30.json: is missing"


def renamed(package: Path) -> str:
    (package / "art30.json").rename(package / "art31.json")
    return "art31.json: the statement has no such file"


def linked(package: Path) -> str:
    moved = package.parent / "elsewhere.json"
    shutil.move(package / "art30.json", moved)
    (package / "art30.json").symlink_to(moved)
    return "art30.json: is a link, or no file"


def linked_folder(package: Path) -> str:
    (package / "more").symlink_to(package.parent)
    return "more: is a link, or no file"


def with_an_empty_folder(package: Path) -> str:
    (package / "more").mkdir()
    return "more: is a link, or no file"


def piped(package: Path) -> str:
    os.mkfifo(package / "pipe")
    return "pipe: is a link, or no file"


def emptied(package: Path) -> str:
    (package / "evidence.html").write_bytes(b"")
    return "evidence.html: was changed"


@pytest.mark.parametrize(
    "change",
    [
        added,
        added_in_a_folder,
        removed,
        renamed,
        linked,
        linked_folder,
        piped,
        with_an_empty_folder,
        emptied,
    ],
)
def test_a_package_with_another_set_of_files_is_not_what_was_signed(
    home: Path, capsys: pytest.CaptureFixture[str], change: Any
) -> None:
    make(home)
    expected = change(home / "package")
    capsys.readouterr()
    assert check(home) == ExitStatus.TAMPERED
    assert f"TAMPERED {expected}" in capsys.readouterr().out


def test_an_earlier_package_with_a_link_is_not_compared_with(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(home)
    linked(home / "package")
    (home / "package").rename(home / "first")
    assert make(home, "--previous", str(home / "first")) == ExitStatus.TAMPERED
    assert "art30.json is a link" in capsys.readouterr().err


def test_what_is_new_since_an_earlier_package_is_said(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ev.state()
    del state["deployment"]["resources"][-1]
    (home / "state.json").write_text(json.dumps(state))
    make(home)
    (home / "package").rename(home / "first")
    (home / "state.json").write_text(json.dumps(ev.state()))
    make(home, "--previous", str(home / "first"))
    assert "new since 2026-11-25T08:30:00Z: US\n" in capsys.readouterr().out
    (home / "package").rename(home / "second")
    make(home, "--previous", str(home / "second"))
    assert "no country and no recipient" in capsys.readouterr().out


def test_a_record_of_a_reviewer_is_in_a_package_that_verifies(home: Path) -> None:
    (home / "declared.json").write_text(json.dumps(r.declarations(record=ex.RECORD)))
    make(home, "--declarations", str(home / "declared.json"))
    assert check(home) == ExitStatus.FINE
