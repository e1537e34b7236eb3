"""Other ways to ask the same: people are in a hurry, or polite."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random

_AS_WRITTEN = 0.3
"""Share of questions that stay as they are."""
_CHANGE = 0.3
"""Share of the others that each of the changes below is made to."""
_FEW_WORDS = 3
"""Of which none can be left out."""
_OPENINGS = ("Hello, ", "Please: ", "Hi! ", "Hallo, ", "Bitte: ", "Sag mal, ", "Tell me: ")
_CLOSINGS = (" please?", " bitte?", "? Thanks!", "? Danke!", " here?", " hier?", "", "")


def varied(question: str, dice: random.Random) -> str:
    """Return a question as somebody else may write it."""
    if dice.random() < _AS_WRITTEN:
        return question
    words = question.split()
    if dice.random() < _CHANGE and len(words) > _FEW_WORDS:
        del words[dice.randrange(len(words))]
    text = " ".join(words)
    if dice.random() < _CHANGE:
        text = text.rstrip("?.!") + dice.choice(_CLOSINGS)
    if dice.random() < _CHANGE:
        text = dice.choice(_OPENINGS) + text
    return text.lower() if dice.random() < _CHANGE else text
