from typing import Any

from hoheit_lab.providers.marks import (
    UNKNOWN,
    Secret,
    has_secret,
    has_unknown,
    mark_like,
    reveal,
    secret_leaves,
)
from hypothesis import given
from hypothesis import strategies as st

_PLAIN = st.recursive(
    st.one_of(st.none(), st.integers(), st.text(max_size=4)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_PLAIN, _PLAIN)
def test_marking_changes_no_value(value: Any, pattern: Any) -> None:
    assert reveal(mark_like(value, {"a": Secret(pattern)})) == value


def test_a_mark_is_copied_to_the_same_place() -> None:
    marked = mark_like({"a": {"b": "1", "c": "2"}}, {"a": {"b": Secret("x")}})

    assert marked == {"a": {"b": Secret("1"), "c": "2"}}


def test_a_list_with_a_secret_is_marked_as_a_whole() -> None:
    marked = mark_like({"a": ["2", "1"]}, {"a": ["1", Secret("2")]})

    assert marked == {"a": Secret(["2", "1"])}


def test_an_object_that_the_pattern_does_not_have_stays_as_it_is() -> None:
    assert mark_like({"z": 1}, {"a": Secret(1)}) == {"z": 1}


def test_unknown_values_are_found_inside_secrets_and_lists() -> None:
    assert has_unknown({"a": [Secret({"b": UNKNOWN})]})
    assert not has_unknown({"a": [Secret({"b": 1})]})


def test_secrets_are_found_inside_lists() -> None:
    assert has_secret({"a": [1, {"b": Secret(1)}]})
    assert not has_secret({"a": [1, {"b": 1}]})


def test_the_strings_of_a_secret_are_collected_and_no_others() -> None:
    assert secret_leaves({"a": Secret({"b": ["x"], "n": 1}), "c": "open"}) == {"x"}
