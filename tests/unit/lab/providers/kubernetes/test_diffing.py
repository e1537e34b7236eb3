from typing import Any

import pytest
from hoheit_lab.providers.kubernetes.diffing import differences
from hoheit_lab.providers.marks import UNKNOWN
from hoheit_lab.providers.requests import Change
from hypothesis import given
from hypothesis import strategies as st
from support.openapi import workload

_VALUES = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.text(max_size=3)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(_VALUES)
def test_nothing_differs_from_itself(value: Any) -> None:
    assert differences({"v": value}, {"v": value}, None) == {}


@given(_VALUES, _VALUES)
def test_a_change_that_is_undone_is_found_both_times(one: Any, other: Any) -> None:
    """The live object holds what was written last, as with fields that the server stores."""
    there = differences({"v": one}, {"v": other}, {"v": one})
    back = differences({"v": other}, {"v": one}, {"v": other})

    assert bool(there) == bool(back)


def test_each_change_has_its_own_path() -> None:
    old = {"spec": {"replicas": 1, "policy": "Always", "args": ["a", "b"]}}
    new = {"spec": {"replicas": 2, "ratio": 1, "args": ["a"]}}

    assert differences(old, new, None, workload()) == {
        ("spec", "replicas"): Change.UPDATE,
        ("spec", "policy"): Change.DELETE,
        ("spec", "ratio"): Change.ADD,
        ("spec", "args", 1): Change.DELETE,
    }


def test_an_unknown_value_is_a_change() -> None:
    assert differences({"a": 1}, {"a": UNKNOWN}, {"a": 1}) == {("a",): Change.UPDATE}


def test_another_spelling_of_an_amount_is_no_change() -> None:
    old = {"spec": {"containers": [{"limits": {"cpu": "1000m"}}]}}
    new = {"spec": {"containers": [{"limits": {"cpu": "1"}}]}}

    assert differences(old, new, None, workload()) == {}


def test_a_default_that_is_spelt_out_is_no_change() -> None:
    live = {"spec": {"policy": "Always", "containers": [{"name": "c", "image": "x"}]}}
    old = {"spec": {"containers": [{"name": "c"}]}}
    new = {"spec": {"policy": "Always", "containers": [{"name": "c", "image": "x"}]}}

    assert differences(old, new, live, workload()) == {}


@pytest.mark.parametrize("live", [{"spec": {"policy": "Never"}}, {"spec": {}}, None])
def test_an_added_value_that_the_object_does_not_have_is_a_change(live: Any) -> None:
    found = differences({"spec": {}}, {"spec": {"policy": "Always"}}, live, workload())

    assert found == {("spec", "policy"): Change.ADD}


def test_dropping_an_empty_value_that_the_server_does_not_store_is_no_change() -> None:
    live: dict[str, Any] = {"spec": {}}

    assert differences({"spec": {"args": []}}, {"spec": {}}, live, workload()) == {}


def test_dropping_an_empty_value_that_the_server_stores_is_a_change() -> None:
    old = {"spec": {"replicas": 0}, "metadata": {"labels": {"role": ""}}}
    new: dict[str, Any] = {"spec": {}, "metadata": {"labels": {}}}

    assert differences(old, new, old, workload()) == {
        ("metadata", "labels", "role"): Change.DELETE,
        ("spec", "replicas"): Change.DELETE,
    }


def test_adding_an_empty_value_is_a_change_because_it_can_undo_a_default() -> None:
    found = differences({"spec": {}}, {"spec": {"paused": False}}, {"spec": {}}, workload())

    assert found == {("spec", "paused"): Change.ADD}


def test_a_live_element_is_found_by_its_key_and_not_by_its_place() -> None:
    live = {"spec": {"containers": [{"name": "injected", "image": "x"}, {"name": "c"}]}}
    old = {"spec": {"containers": [{"name": "c"}]}}
    new = {"spec": {"containers": [{"name": "c", "image": "x"}]}}

    assert differences(old, new, live, workload()) == {
        ("spec", "containers", 0, "image"): Change.ADD
    }
