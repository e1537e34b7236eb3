import string
from typing import Any

import pytest
from hoheit_lab.providers.errors import ProviderError
from hoheit_lab.providers.random.characters import SPECIAL, random_characters
from hypothesis import given
from hypothesis import strategies as st

_MINIMA = st.integers(0, 5)
CLASSES = {
    "lower": string.ascii_lowercase,
    "upper": string.ascii_uppercase,
    "numeric": string.digits,
    "special": SPECIAL,
}


def inputs(length: int = 20, **more: Any) -> dict[str, Any]:
    switches = dict.fromkeys(CLASSES, True)
    minima = dict.fromkeys(("minLower", "minUpper", "minNumeric", "minSpecial"), 0)
    return {"length": length, **switches, **minima, **more}


@given(st.integers(20, 60), _MINIMA, _MINIMA, _MINIMA, _MINIMA)
def test_length_and_every_minimum_are_kept(
    length: int, lower: int, upper: int, numeric: int, special: int
) -> None:
    drawn = random_characters(
        inputs(length, minLower=lower, minUpper=upper, minNumeric=numeric, minSpecial=special)
    )

    assert len(drawn) == length
    for name, least in zip(CLASSES, (lower, upper, numeric, special), strict=True):
        assert sum(character in CLASSES[name] for character in drawn) >= least


@given(st.sets(st.sampled_from(sorted(CLASSES)), min_size=1))
def test_only_characters_of_the_chosen_classes_are_drawn(chosen: set[str]) -> None:
    drawn = random_characters(inputs(40, **{name: name in chosen for name in CLASSES}))

    assert set(drawn) <= set("".join(CLASSES[name] for name in chosen))


def test_other_special_characters_can_be_asked_for() -> None:
    only = {"lower": False, "upper": False, "numeric": False}

    assert set(random_characters(inputs(30, overrideSpecial="-_", **only))) <= {"-", "_"}


def test_two_draws_differ() -> None:
    assert random_characters(inputs()) != random_characters(inputs())


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"length": 0}, "length is 0, and must be at least 1"),
        ({"length": 3, "minLower": 4}, "length is 3, and must be at least 4"),
        (dict.fromkeys(CLASSES, False), "nothing to draw"),
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(ProviderError, match=text):
        random_characters(inputs(**wrong))
