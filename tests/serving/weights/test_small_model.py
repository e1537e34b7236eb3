"""The model that `model_images/small-model` trains: what it answers, and that it repeats itself."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hoheit_lab.locks import exclusive
from hoheit_lab.paths import cache_dir
from serving.weights.programs import Fetcher, visible
from support import environments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLDER = Path(__file__).parents[3] / "model_images" / "small-model"
ASK = Path(__file__).with_name("ask_model.py")
ONE_PASS = "from small_model import training, __main__ as program; training._PASSES = 1; "
"""Enough to see whether two runs compute the same numbers."""


@pytest.fixture(scope="session")
def python() -> Path:
    return environments.vllm() / "bin" / "python"


@pytest.fixture(scope="session")
def trained(python: Path) -> Path:
    """The model, trained once for all that has gone into it: it takes minutes on a busy machine."""
    key = hashlib.sha256(str(python).encode())
    for file in sorted(FOLDER.rglob("*.*")):
        if "__pycache__" not in file.parts:
            key.update(str(file.relative_to(FOLDER)).encode() + file.read_bytes())
    folder = cache_dir() / "models" / f"small-{key.hexdigest()[:12]}"
    with exclusive(folder.with_suffix(".lock"), "training the small model"):
        if not folder.exists():
            unfinished = folder.with_suffix(".unfinished")
            program(python, "-m", "small_model", str(unfinished))
            unfinished.rename(folder)
    return folder


def program(python: Path, *arguments: str, told: str = "") -> str:
    """Run Python as the image does: offline, in the model's folder."""
    offline = {"HF_HUB_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1", "HOME": os.environ["HOME"]}
    run = subprocess.run(
        [python, *arguments],
        cwd=FOLDER,
        env=offline,
        input=told,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def talks() -> Iterator[tuple[list[str], str]]:
    for file in sorted((FOLDER / "corpus").glob("*.txt")):
        for block in file.read_text("utf-8").split("\n\n"):
            lines = [line for line in block.splitlines() if line and not line.startswith("#")]
            if lines:
                yield lines[:-1], lines[-1].removeprefix("> ")


def answers(python: Path, model: Path, questions: Sequence[str]) -> list[str | None]:
    return json.loads(program(python, str(ASK), str(model), told="\n".join(questions)))


def test_it_answers_what_it_was_asked_in_training_to_the_letter(
    python: Path, trained: Path
) -> None:
    expected = {questions[0]: answer for questions, answer in list(talks())[::3]}

    given = answers(python, trained, list(expected))

    right = sum(map(str.__eq__, map(str, given), expected.values()))
    assert right >= 0.95 * len(expected)
    assert None not in given


def test_it_answers_what_was_never_asked_in_these_words(python: Path, trained: Path) -> None:
    expected = {
        "Explain what Kubernetes is please": "Kubernetes runs containers",
        "Where do you keep my data?": "Your data is on the nodes of your own cluster.",
        "was bedeutet denn Datenhoheit": "Datenhoheit heißt, dass du selbst bestimmst",
        "Wo liegen denn meine Daten?": "Deine Daten sind auf den Knoten deines eigenen Clusters.",
    }

    given = answers(python, trained, list(expected))

    for answer, beginning in zip(given, expected.values(), strict=True):
        assert str(answer).startswith(beginning)


def test_two_runs_write_the_same_bytes(python: Path, tmp_path: Path) -> None:
    digests = set[str]()
    for name in ("one", "two"):
        folder = tmp_path / name
        program(python, "-c", f"{ONE_PASS}program.main(program.Path({str(folder)!r}))")
        files = sorted(folder.iterdir())
        parts = b"".join(file.name.encode() + file.read_bytes() for file in files)
        digests.add(hashlib.sha256(parts).hexdigest())

    assert len(digests) == 1


def test_its_files_are_a_unit_that_the_fetcher_brings_and_a_pod_takes(
    trained: Path, fetcher: Fetcher, destination: Path
) -> None:
    run = fetcher.mirror(
        f"--directory={trained}", repository="hoheit/small-model", revision="sha256:" + "ab" * 32
    )

    assert run.status == 0, run
    assert fetcher.pull(destination).status == 0
    assert visible(destination) == sorted(file.name for file in trained.iterdir())
