"""The page of a package, in a real browser: screen in both schemes, and A4."""

import json
import os
import re
import shutil
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hoheit_policy.evidence import package
from hoheit_policy.evidence.texts import HEADINGS
from support import environments, evidence_example
from support import evidence as ev

PROGRAM = Path(__file__).parents[2] / "support" / "page_in_browser.py"
BROWSERS = ("chromium-headless-shell", "chromium")
VIEWS = [
    f"{scheme} {width} {language}"
    for scheme in ("light", "dark")
    for width in (1280, 768, 390, "print")
    for language in ("de", "en")
]
A4_POINTS = (595, 842)
PAGE_HEIGHT = (297 - 34) * 96 / 25.4
"""Between the margins of A4, in CSS pixels."""
SMALLEST_CONTRAST = 4.5
"""Of text, by WCAG 2.2, 1.4.3 level AA."""


def browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        environments.missing("no browser: apt-get install chromium-headless-shell")
    return str(found)


def looked_at(page: bytes, folder: Path) -> dict[str, Any]:
    """What the browser sees of a page; its pictures lie in the folder."""
    program, file = browser(), folder / "evidence.html"
    file.write_bytes(page)
    python = environments.synced("browser") / "bin" / "python"
    done = subprocess.run(
        [python, PROGRAM, program, file, folder], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("page")


@pytest.fixture(scope="module")
def seen(folder: Path) -> dict[str, Any]:
    found = looked_at(evidence_example.page(), folder)
    if kept := os.environ.get("EVIDENCE_PICTURES"):
        for name in ("light-1280-de", "dark-1280-en", "print-de"):
            shutil.copy(folder / f"{name}.png", kept)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_asks_for_nothing_but_itself_and_the_browser_has_no_complaint(
    seen: dict[str, Any], folder: Path, scheme: str
) -> None:
    assert seen[f"{scheme} requests"] == [(folder / "evidence.html").as_uri()]
    assert seen[f"{scheme} console"] == []


def test_a_picture_and_a_script_from_elsewhere_are_refused_by_the_page_itself(
    tmp_path: Path,
) -> None:
    planted = b'<img src="http://127.0.0.1:9/a.png"><script>console.log("ran")</script></main>'
    found = looked_at(evidence_example.page().replace(b"</main>", planted), tmp_path)
    refused = [one for one in found["light console"] if "Content Security Policy" in one]
    assert len(refused) == 2
    assert "ran" not in found["light console"]


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_wider_than_the_page(seen: dict[str, Any], view: str) -> None:
    assert seen[view]["overflow"] <= 0


def test_names_without_an_end_make_nothing_wider_than_the_page(tmp_path: Path) -> None:
    endless = "x" * 300
    state = ev.state()
    state["deployment"]["resources"].append(
        ev.entry("aws:s3/bucket:Bucket", endless, inputs={"region": endless})
    )
    contact = {**ev.EGRESS, "recipient": endless, "host": f"{endless}.example.com"}
    register = {"stores": [{**ev.STORE, "name": endless}], "egress": [contact]}
    inputs = ev.inputs(state=state, register=register, commit=endless)
    found = looked_at(package(inputs)["evidence.html"], tmp_path)
    assert {view: found[view]["overflow"] for view in VIEWS if found[view]["overflow"] > 0} == {}
    assert found["light print de"]["cut"] == []


@pytest.mark.parametrize("view", VIEWS)
def test_every_text_stands_out_from_what_is_behind_it(seen: dict[str, Any], view: str) -> None:
    assert seen[view]["texts"] > 300
    assert seen[view]["pale"] == []
    assert seen[view]["contrast"] >= SMALLEST_CONTRAST


@pytest.mark.parametrize("view", VIEWS)
def test_headings_go_down_one_level_at_a_time(seen: dict[str, Any], view: str) -> None:
    levels = [level for level, _ in seen[view]["headings"]]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in pairwise(levels))


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_headings_are_those_of_the_language_that_is_chosen(
    seen: dict[str, Any], language: str
) -> None:
    view = seen[f"light 1280 {language}"]
    shown = [text for level, text in view["headings"] if level < 3]
    assert shown == [getattr(text, language) for text in HEADINGS.values()]
    assert set(view["spoken"]) == {language}


def test_german_and_english_are_marked_as_what_they_are(seen: dict[str, Any]) -> None:
    # The wording of a finding is English on the German page too, and says so.
    assert seen["light 1280 de"]["languages"] == ["de", "en"]


@pytest.mark.parametrize("language", ["de", "en"])
def test_no_row_is_cut_by_the_end_of_a_printed_page(seen: dict[str, Any], language: str) -> None:
    view = seen[f"light print {language}"]
    assert {inside for inside, _ in view["rows"]} == {"avoid"}
    assert max(height for _, height in view["rows"]) < PAGE_HEIGHT / 2
    assert view["heads"] == ["table-header-group"]
    assert view["cut"] == []


def test_the_printed_page_is_a4(seen: dict[str, Any], folder: Path) -> None:
    assert seen
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", (folder / "page.pdf").read_bytes())
    assert len(boxes) > 3
    assert {(round(float(w)), round(float(h))) for w, h in boxes} == {A4_POINTS}
