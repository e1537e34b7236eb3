from typing import Any

from hoheit_lab.providers.kubernetes.preview import of_changed, of_inputs, of_new
from hoheit_lab.providers.marks import UNKNOWN
from support.openapi import workload

DRY: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "a", "uid": "u-1", "creationTimestamp": "now", "resourceVersion": "1"},
    "spec": {
        "type": "NodePort",
        "clusterIP": "10.0.0.7",
        "clusterIPs": ["10.0.0.7"],
        "ports": [{"port": 80, "nodePort": 30001}, {"port": 81, "nodePort": 30002}],
        "owner": "made-by-u-1",
    },
    "status": {"loadBalancer": {}},
}
INPUTS: dict[str, Any] = {
    "spec": {"type": "NodePort", "ports": [{"port": 80}, {"port": 81, "nodePort": 30002}]}
}


def test_a_new_object_claims_no_identity_and_no_status() -> None:
    outputs = of_new(DRY, INPUTS)

    assert outputs["metadata"]["name"] == "a"
    assert outputs["metadata"]["uid"] is UNKNOWN
    assert outputs["metadata"]["creationTimestamp"] is UNKNOWN
    assert outputs["status"] is UNKNOWN


def test_addresses_that_the_dry_run_chose_are_not_claimed() -> None:
    spec = of_new(DRY, INPUTS)["spec"]

    assert spec["clusterIP"] is UNKNOWN
    assert spec["clusterIPs"] is UNKNOWN
    assert spec["ports"] == [{"port": 80, "nodePort": UNKNOWN}, {"port": 81, "nodePort": 30002}]


def test_an_address_that_the_program_chose_is_known() -> None:
    chosen = {"spec": {**INPUTS["spec"], "clusterIP": "10.0.0.7"}}

    assert of_new(DRY, chosen)["spec"]["clusterIP"] == "10.0.0.7"


def test_values_made_from_the_dry_runs_uid_are_not_claimed() -> None:
    assert of_new(DRY, INPUTS)["spec"]["owner"] is UNKNOWN


def test_defaults_are_known() -> None:
    assert of_new(DRY, INPUTS)["spec"]["type"] == "NodePort"


def test_an_update_keeps_identity_and_address_and_forgets_progress() -> None:
    live = {**DRY, "status": {"loadBalancer": {"ingress": [1]}, "observedGeneration": 3}}

    outputs = of_changed(live)

    assert outputs["metadata"]["uid"] == "u-1"
    assert outputs["metadata"]["resourceVersion"] is UNKNOWN
    assert outputs["spec"]["clusterIP"] == "10.0.0.7"
    assert outputs["status"] == {"loadBalancer": {"ingress": [1]}, "observedGeneration": UNKNOWN}


def test_without_a_dry_run_every_field_that_was_left_out_is_unknown() -> None:
    inputs = {"metadata": {"name": "a"}, "spec": {"ports": [{"port": 80}]}}

    outputs = of_inputs(inputs, workload())

    assert outputs["metadata"]["name"] == "a"
    assert outputs["metadata"]["uid"] is UNKNOWN
    assert outputs["spec"]["replicas"] is UNKNOWN
    assert outputs["spec"]["ports"] == [{"port": 80, "protocol": UNKNOWN, "nodePort": UNKNOWN}]
