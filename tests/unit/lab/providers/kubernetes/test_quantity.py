from decimal import Decimal

import pytest
from hoheit_lab.providers.kubernetes.quantity import parse_quantity, same_quantity
from hypothesis import given
from hypothesis import strategies as st

_AMOUNTS = st.integers(0, 10**9)


@given(_AMOUNTS)
def test_milli_units_are_thousandths(amount: int) -> None:
    assert same_quantity(f"{amount * 1000}m", str(amount))


@given(_AMOUNTS)
def test_binary_prefixes_are_steps_of_1024(amount: int) -> None:
    assert same_quantity(f"{amount * 1024}Mi", f"{amount}Gi")
    assert same_quantity(amount * 1024, f"{amount}Ki")


@given(_AMOUNTS, _AMOUNTS)
def test_different_amounts_are_never_the_same(one: int, other: int) -> None:
    assert same_quantity(f"{one}m", f"{other}m") == (one == other)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("1.5", "1.5"), (".5Gi", "536870912"), ("1e3", "1000"), ("2E", "2e18"), ("5n", "5e-9")],
)
def test_every_spelling_of_kubernetes_is_read(text: str, amount: str) -> None:
    assert parse_quantity(text) == Decimal(amount)


@pytest.mark.parametrize("value", ["", "abc", "1 Gi", "1KI", "1e", True, None, ["1"]])
def test_what_is_no_quantity_is_told_apart(value: object) -> None:
    assert parse_quantity(value) is None
    assert not same_quantity(value, value)
