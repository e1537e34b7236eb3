import pytest
from hoheit_lab.providers.paths import Path, covers, format_path, lookup, parse_path
from hypothesis import given
from hypothesis import strategies as st

_STEPS = st.one_of(st.integers(0, 9), st.text(min_size=1, max_size=6))


@given(st.lists(_STEPS, min_size=1, max_size=5).map(tuple))
def test_a_path_survives_being_spelt(path: Path) -> None:
    assert parse_path(format_path(("root", *path))) == ("root", *path)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("spec", "replicas"), "spec.replicas"),
        (("spec", "containers", 0, "image"), "spec.containers[0].image"),
        (("metadata", "labels", "a.b/c"), 'metadata.labels["a.b/c"]'),
        (("data", 'a"b'), 'data["a\\"b"]'),
    ],
)
def test_a_path_is_spelt_as_the_engine_does(path: Path, text: str) -> None:
    assert format_path(path) == text


def test_a_pattern_covers_what_is_inside() -> None:
    assert covers(("spec",), ("spec", "replicas"))
    assert covers(("spec", "*", "image"), ("spec", 3, "image"))
    assert not covers(("spec", "replicas"), ("spec",))
    assert not covers(("spec", "x"), ("spec", "y"))


def test_looking_up_tells_nothing_from_null() -> None:
    value = {"a": [{"b": None}]}

    assert lookup(value, ("a", 0, "b")) == (True, None)
    assert lookup(value, ("a", 1)) == (False, None)
    assert lookup(value, ("a", "0")) == (False, None)
