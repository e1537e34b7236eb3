"""`hoheit evidence` and `hoheit evidence verify` on files."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import ed25519
from hoheit_cli.exit_status import ExitStatus
from hoheit_cli.main import main
from support import evidence as ev
from support import residency as r


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a state and the keys of an organisation."""
    private, public = ev.ed25519_keys()
    (tmp_path / "key.pem").write_bytes(private)
    (tmp_path / "key.pub").write_bytes(public)
    write_state(tmp_path, ev.state())
    return tmp_path


def write_state(home: Path, state: dict[str, Any]) -> None:
    (home / "state.json").write_text(json.dumps(state))


def make(home: Path, *more: str, out: str = "package") -> int:
    key = ("--key", str(home / "key.pem"))
    state = ("--state", str(home / "state.json"))
    return main(["evidence", *state, "--out", str(home / out), *key, *more])


def check(home: Path, *more: str, package: str = "package") -> int:
    return main(["evidence", "verify", str(home / package), *more])


def with_key(home: Path) -> tuple[str, str]:
    return "--key", str(home / "key.pub")


def cover(home: Path, out: str = "package") -> dict[str, Any]:
    return json.loads((home / out / "evidence.json").read_text())["cover"]


def test_a_package_is_written_and_verified(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert make(home) == ExitStatus.FINDINGS
    shown = capsys.readouterr().out
    counts = json.loads((home / "package" / "evidence.json").read_text())["counts"]
    assert f"evidence.html: {counts['FAIL']} FAIL, {counts['UNKNOWN']} UNKNOWN" in shown
    assert "signed" in shown
    assert check(home, *with_key(home)) == ExitStatus.FINE
    lines = capsys.readouterr().out.splitlines()
    assert all(line.startswith("GOOD ") for line in lines)


def test_the_time_is_that_of_the_state_else_of_the_environment_else_the_option(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(home, out="a")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    make(home, out="b")
    make(home, "--at", "2026-12-24T18:00:00+01:00", out="c")
    times = [cover(home, name)["at"] for name in "abc"]
    assert times == ["2026-11-25T08:30:00Z", "2027-01-15T08:00:00Z", "2026-12-24T17:00:00Z"]


def test_the_same_state_makes_the_same_package(home: Path) -> None:
    make(home, out="a")
    make(home, out="b")
    names = sorted(file.name for file in (home / "a").iterdir())
    assert len(names) == 14
    for name in names:
        assert (home / "a" / name).read_bytes() == (home / "b" / name).read_bytes(), name


def test_only_unknowns_end_with_3(home: Path) -> None:
    chart = ev.entry(
        "kubernetes:helm.sh/v3:Release",
        "chart",
        inputs={"chart": "oci://registry.example.com/loki", "version": "6.30.1"},
    )
    guard = ev.entry(
        "hoheit:index:ResidencyGuard",
        "guard",
        custom=False,
        inputs={"declarations": r.declarations()},
    )
    provider = ev.entry(
        "pulumi:providers:kubernetes",
        "main",
        inputs={"clusterIdentifier": "main", "context": "main"},
    )
    state = ev.state()
    state["deployment"]["resources"] = [guard, provider, chart]
    write_state(home, state)
    assert make(home) == ExitStatus.UNKNOWN
    residency = ["residency", "check", "--state", str(home / "state.json")]
    assert main(residency) == ExitStatus.UNKNOWN


def test_nothing_that_stops_ends_with_0(home: Path) -> None:
    declared = home / "declared.json"
    declared.write_text(json.dumps(r.declarations(profile="local")))
    assert make(home, "--declarations", str(declared)) == ExitStatus.FINE
    assert cover(home)["declared_by"] == "reviewer"
    assert check(home, *with_key(home)) == ExitStatus.FINE


def test_a_program_that_knows_nothing_of_hoheit_gets_a_package_without_register(
    home: Path,
) -> None:
    state = ev.state()
    listed = state["deployment"]["resources"]
    state["deployment"]["resources"] = [one for one in listed if "hoheit" not in one["type"]]
    write_state(home, state)
    assert make(home) == ExitStatus.FINDINGS
    assert not (home / "package" / "register.json").exists()
    assert cover(home)["profile"] is None
    assert check(home, *with_key(home)) == ExitStatus.FINE


def test_a_changed_file_ends_with_4_and_is_named(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(home)
    page = home / "package" / "evidence.html"
    page.write_text(page.read_text().replace("FAIL", "PASS"))
    capsys.readouterr()
    assert check(home, *with_key(home)) == ExitStatus.TAMPERED
    assert capsys.readouterr().out.startswith("TAMPERED evidence.html: was changed")


def test_without_a_key_or_a_signature_the_check_ends_with_3(home: Path) -> None:
    make(home)
    assert check(home) == ExitStatus.UNKNOWN
    main(["evidence", "--state", str(home / "state.json"), "--out", str(home / "bare")])
    assert check(home, package="bare") == ExitStatus.UNKNOWN
    assert check(home, *with_key(home), package="bare") == ExitStatus.TAMPERED


def test_an_earlier_package_is_compared_with(home: Path) -> None:
    state = ev.state()
    state["deployment"]["resources"].pop()
    write_state(home, state)
    make(home, out="first")
    write_state(home, ev.state())
    make(home, "--previous", str(home / "first"), out="second")
    changes = json.loads((home / "second" / "evidence.json").read_text())["changes"]
    assert changes["countries"]["new"] == ["US"]
    assert check(home, *with_key(home), package="second") == ExitStatus.FINE


def test_an_earlier_package_that_was_changed_is_not_compared_with(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make(home, out="first")
    with (home / "first" / "art30.json").open("a") as file:
        file.write(" ")
    assert make(home, "--previous", str(home / "first"), out="second") == ExitStatus.TAMPERED
    assert "first was changed: art30.json was changed" in capsys.readouterr().err
    assert not (home / "second").exists()


def test_an_encrypted_key_asks_for_its_passphrase(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    locked = ed25519.Ed25519PrivateKey.generate().private_bytes(
        s.Encoding.PEM, s.PrivateFormat.PKCS8, s.BestAvailableEncryption(b"word")
    )
    (home / "key.pem").write_bytes(locked)
    (home / "word").write_text("word\n")
    assert make(home) == ExitStatus.USAGE
    assert "the passphrase is wrong" in capsys.readouterr().err
    assert make(home, "--passphrase-file", str(home / "word")) == ExitStatus.FINDINGS


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--out", "new"], "name the state with --stack NAME or --state FILE"),
        (["--state", "{home}/state.json"], "name a new folder for the package with --out"),
        (["--state", "{home}/state.json", "--out", "{home}"], "is not empty"),
        (["--state", "{home}/state.json", "--out", "{home}/new", "--at", "today"], "--at: 'today'"),
        (["--state", "{home}/key.pub", "--out", "{home}/new"], "is not JSON"),
        (
            ["--state", "{home}/state.json", "--out", "{home}/new", "--key", "{home}/key.pub"],
            "no private key in PEM",
        ),
        (
            ["--state", "{home}/state.json", "--out", "{home}/new", "--previous", "{home}"],
            "is no package",
        ),
        (["verify", "{home}"], "is no package"),
    ],
)
def test_wrong_options_end_with_2_and_write_nothing(
    home: Path, capsys: pytest.CaptureFixture[str], options: list[str], message: str
) -> None:
    assert main(["evidence", *(one.format(home=home) for one in options)]) == ExitStatus.USAGE
    assert message in capsys.readouterr().err
    assert sorted(file.name for file in home.iterdir()) == ["key.pem", "key.pub", "state.json"]


def test_a_state_without_a_time_asks_for_one(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ev.state()
    del state["deployment"]["manifest"]
    write_state(home, state)
    assert make(home) == ExitStatus.USAGE
    assert "name a time with --at" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["no time", 7, ""])
def test_a_time_of_the_state_that_is_none_is_refused_or_asked_for(home: Path, text: Any) -> None:
    state = ev.state()
    state["deployment"]["manifest"]["time"] = text
    write_state(home, state)
    assert make(home) == ExitStatus.USAGE


def test_a_time_of_the_state_that_is_none_is_refused_beside_the_option_too(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    state = ev.state()
    state["deployment"]["manifest"]["time"] = "no time"
    write_state(home, state)
    assert make(home, "--at", "2026-12-24T18:00:00Z") == ExitStatus.USAGE
    assert "deployment.manifest.time: 'no time' is no time" in capsys.readouterr().err
