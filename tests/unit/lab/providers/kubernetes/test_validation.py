from typing import Any

import pytest
from hoheit_lab.providers.kubernetes.validation import violations
from hoheit_lab.providers.marks import UNKNOWN
from support.openapi import workload

CONTAINERS: list[Any] = [{"name": "c"}]


def found(**spec: Any) -> list[str]:
    inputs = {"apiVersion": "v1", "kind": "Workload", "spec": {"containers": CONTAINERS, **spec}}
    return violations(inputs, workload())


def test_right_inputs_are_right() -> None:
    assert found(replicas=1, policy="Never", ratio=1, port="http", args=["x"], paused=False) == []


def test_unknown_values_are_right_wherever_they_stand() -> None:
    assert found(containers=UNKNOWN) == []
    assert found(replicas=UNKNOWN, args=[UNKNOWN], policy=UNKNOWN) == []


def test_a_misspelt_field_is_named_with_the_one_that_is_meant() -> None:
    assert found(replicaz=1) == ["spec.replicaz: there is no such field; did you mean replicas?"]


def test_a_missing_field_is_named_with_its_path() -> None:
    assert found(containers=[{"image": "x"}]) == ["spec.containers[0].name: is required"]


@pytest.mark.parametrize(
    ("spec", "what"),
    [
        ({"replicas": "3"}, "spec.replicas: must be an integer"),
        ({"replicas": 1.5}, "spec.replicas: must be an integer"),
        ({"replicas": True}, "spec.replicas: must be an integer"),
        ({"paused": "true"}, "spec.paused: must be true or false"),
        ({"args": "x"}, "spec.args: must be a list"),
        ({"args": [1]}, "spec.args[0]: must be a string"),
        ({"port": [1]}, "spec.port: must be an integer or a string"),
        ({"policy": "Maybe"}, "spec.policy: must be one of Always, Never"),
        (
            {"containers": [{"name": "c", "limits": {"cpu": "a lot"}}]},
            "spec.containers[0].limits.cpu: must be a quantity, such as 500m or 2Gi",
        ),
    ],
)
def test_a_wrong_value_is_named_with_what_is_right(spec: dict[str, Any], what: str) -> None:
    assert found(**spec) == [what]


def test_where_anything_is_allowed_nothing_is_wrong() -> None:
    assert found(anything={"a": [{"b": 1}]}) == []


def test_labels_may_have_any_key_but_no_number() -> None:
    inputs = {"metadata": {"labels": {"any.thing/x": 1}}, "spec": {"containers": CONTAINERS}}

    assert violations(inputs, workload()) == ['metadata.labels["any.thing/x"]: must be a string']


def test_no_value_is_ever_quoted() -> None:
    assert "hunter2" not in "".join(found(replicas="hunter2", policy="hunter2"))
