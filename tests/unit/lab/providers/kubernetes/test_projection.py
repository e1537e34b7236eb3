from typing import Any

from hoheit_lab.providers.kubernetes.diffing import differences
from hoheit_lab.providers.kubernetes.projection import project
from hypothesis import given
from hypothesis import strategies as st
from support.openapi import workload

_FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "replicas": st.integers(1, 9),
    "policy": st.sampled_from(["Always", "Never"]),
    "args": st.lists(st.text(min_size=1, max_size=3), max_size=3),
    "containers": st.lists(
        st.fixed_dictionaries(
            {"name": st.sampled_from("abc")},
            optional={
                "image": st.sampled_from(["x", "y"]),
                "limits": st.fixed_dictionaries({"cpu": st.sampled_from(["1", "1000m", "2"])}),
            },
        ),
        max_size=3,
        unique_by=lambda container: container["name"],
    ),
}
_SPECS = st.fixed_dictionaries({}, optional=_FIELDS)


def spec(**fields: Any) -> dict[str, Any]:
    return {"spec": fields}


@given(_SPECS)
def test_an_object_that_nobody_touched_looks_like_its_inputs(fields: dict[str, Any]) -> None:
    assert project(spec(**fields), spec(**fields), workload()) == spec(**fields)


@given(_SPECS, _SPECS)
def test_what_is_projected_never_has_more_fields_than_the_inputs(
    live: dict[str, Any], inputs: dict[str, Any]
) -> None:
    projected = project(spec(**live), spec(**inputs), workload())

    assert projected["spec"].keys() <= inputs.keys()


@given(_SPECS, _SPECS)
def test_projecting_twice_changes_nothing(live: dict[str, Any], inputs: dict[str, Any]) -> None:
    once = project(spec(**live), spec(**inputs), workload())

    assert project(spec(**live), once, workload()) == once


def test_fields_of_others_are_not_drift() -> None:
    live = spec(replicas=1, policy="Always")

    assert project(live, spec(replicas=1), workload()) == spec(replicas=1)


def test_an_amount_keeps_the_programs_spelling() -> None:
    live = spec(containers=[{"name": "c", "limits": {"cpu": "1"}}])
    inputs = spec(containers=[{"name": "c", "limits": {"cpu": "1000m"}}])

    assert project(live, inputs, workload()) == inputs


def test_a_changed_value_is_drift() -> None:
    assert project(spec(replicas=5), spec(replicas=1), workload()) == spec(replicas=5)


def test_a_removed_field_is_drift() -> None:
    assert project(spec(), spec(replicas=1), workload()) == spec()


def test_a_field_at_its_zero_value_is_not_missed() -> None:
    assert project(spec(), spec(paused=False, args=[]), workload()) == spec(paused=False, args=[])


def test_a_zero_value_that_was_stored_and_is_gone_is_drift() -> None:
    before = spec(replicas=0)

    assert project(spec(), spec(replicas=0), workload(), before) == spec()


def test_an_injected_container_is_not_drift_and_a_removed_one_is() -> None:
    inputs = spec(containers=[{"name": "a"}, {"name": "b"}])
    live = spec(containers=[{"name": "sidecar"}, {"name": "a", "image": "x"}])

    assert project(live, inputs, workload()) == spec(containers=[{"name": "a"}])


def test_elements_are_matched_by_all_their_keys_defaults_included() -> None:
    inputs = spec(ports=[{"port": 1}, {"port": 1, "protocol": "UDP"}])
    live = spec(
        ports=[
            {"port": 1, "protocol": "UDP", "nodePort": 30001},
            {"port": 1, "protocol": "TCP", "nodePort": 30002},
        ]
    )

    assert project(live, inputs, workload()) == inputs


def test_an_argument_that_somebody_added_is_drift() -> None:
    assert project(spec(args=["a", "b"]), spec(args=["a"]), workload()) == spec(args=["a", "b"])


def test_tolerations_that_admission_appended_are_not_drift() -> None:
    live = spec(tolerations=[{"key": "mine"}, {"key": "not-ready"}])
    inputs = spec(tolerations=[{"key": "mine"}])

    assert project(live, inputs, workload()) == inputs


def test_a_finalizer_of_a_controller_is_not_drift() -> None:
    live = {"metadata": {"finalizers": ["a", "theirs"]}}
    inputs = {"metadata": {"finalizers": ["a"]}}

    assert project(live, inputs, workload()) == inputs


def test_without_a_schema_elements_are_matched_by_name() -> None:
    live = spec(list=[{"name": "b", "v": 2}, {"name": "a", "v": 1}])
    inputs = spec(list=[{"name": "a", "v": 1}])

    assert project(live, inputs) == inputs


@given(_SPECS, _SPECS)
def test_drift_is_what_a_diff_against_the_program_finds(
    live: dict[str, Any], inputs: dict[str, Any]
) -> None:
    schema = workload()
    drifted = project(spec(**live), spec(**inputs), schema)

    unchanged = project(spec(**inputs), spec(**inputs), schema)
    found = differences(drifted, spec(**inputs), None, schema)

    assert bool(found) == bool(differences(drifted, unchanged, None, schema))
