"""The text of the model: questions, and the one answer that each group of them has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_ANSWER = "> "
_COMMENT = "#"


@dataclass(frozen=True)
class Talk:
    """What may be asked, in several ways, and what is answered."""

    questions: tuple[str, ...]
    answer: str


def read_corpus(folder: Path) -> list[Talk]:
    """Return all talks of all files, in the order of their names.

    Raises:
        ValueError: a block is not some questions and one answer; with file and block.
    """
    return [talk for file in sorted(folder.glob("*.txt")) for talk in _talks(file)]


def _talks(file: Path) -> Iterator[Talk]:
    for block in file.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith(_COMMENT)]
        if not lines:
            continue
        *questions, answer = lines
        if not questions or not answer.startswith(_ANSWER):
            raise ValueError(f"{file.name}: some questions and one answer after '>', not: {block}")
        if any(question.startswith(_ANSWER) for question in questions):
            raise ValueError(f"{file.name}: two answers to one question: {block}")
        yield Talk(tuple(questions), answer.removeprefix(_ANSWER))
