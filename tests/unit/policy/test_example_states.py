"""Three states that a reviewer can judge first, and what `hoheit residency check` says of them."""

import os
from pathlib import Path

import pytest
from hoheit_cli.main import main
from support.documents import DOCS

STATES = Path(__file__).parent / "states"
ENDINGS = {"clean": 0, "leaks": 1, "foreign": 1}


@pytest.mark.parametrize("name", ENDINGS)
def test_the_report_of_an_example_state_is_as_it_was_reviewed(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ending = main(["residency", "check", "--state", str(STATES / f"{name}.json")])
    shown = capsys.readouterr().out
    reviewed = STATES / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        reviewed.write_text(shown, "utf-8")
    assert shown == reviewed.read_text("utf-8"), "if that is meant: UPDATE_GOLDEN=1 pytest"
    assert ending == ENDINGS[name]


def test_every_planted_leak_is_found(capsys: pytest.CaptureFixture[str]) -> None:
    main(["residency", "check", "--state", str(STATES / "leaks.json"), "--all"])
    shown = capsys.readouterr().out
    for leak in (
        "FAIL LOC-01",
        "Bucket copy provider.region: AWS resource: in US",
        "Volume disk location: Hetzner Cloud resource: in FI",
        "FAIL LOC-07",
        "FAIL REP-01",
        "FAIL GLB-01",
        "FAIL TEL-01",
        "FAIL IMG-01",
        "FAIL NET-07",
        "api.openai.com: a public service",
        "FAIL OPQ-02",
        "UNKNOWN OPQ-01",
    ):
        assert leak in shown


@pytest.mark.parametrize("page", ["residency.md", "residency.de.md"])
@pytest.mark.parametrize("name", ENDINGS)
def test_the_pages_name_each_example_state(page: str, name: str) -> None:
    assert f"states/{name}.json" in (DOCS / page).read_text("utf-8")
