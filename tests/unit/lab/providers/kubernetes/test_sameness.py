from typing import Any

import pytest
from hoheit_lab.providers.kubernetes.sameness import same
from hypothesis import given
from hypothesis import strategies as st
from support.openapi import workload

_VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_VALUES)
def test_a_value_is_the_same_as_itself(value: Any) -> None:
    assert same(value, value)


@given(_VALUES, _VALUES)
def test_sameness_has_no_direction(one: Any, other: Any) -> None:
    assert same(one, other) == same(other, one)


def test_amounts_are_compared_by_what_they_mean() -> None:
    one = {"spec": {"containers": [{"limits": {"cpu": "1000m", "memory": "1024Mi"}}]}}
    other = {"spec": {"containers": [{"limits": {"cpu": 1, "memory": "1Gi"}}]}}

    assert same(one, other, workload())
    assert same(one, other)


def test_only_amounts_are_compared_so() -> None:
    assert not same({"data": {"cpu": "1000m"}}, {"data": {"cpu": "1"}})


@pytest.mark.parametrize("empty", [None, "", 0, False, [], {}, {"a": None}])
def test_what_go_does_not_store_is_the_same_as_nothing(empty: Any) -> None:
    assert same({"field": empty}, {})


def test_a_label_with_an_empty_value_is_not_the_same_as_no_label() -> None:
    one = {"metadata": {"labels": {"role": ""}}}

    assert not same(one, {"metadata": {"labels": {}}}, workload())


def test_a_number_is_not_the_string_of_it() -> None:
    assert not same({"port": 80}, {"port": "80"})


def test_true_is_not_one() -> None:
    assert not same({"a": True}, {"a": 1})
