"""Waiting for objects: what is shown meanwhile, what is kept, and how it goes on."""

import threading
import time
from typing import Any

import pytest
from support.kubernetes_objects import deployment, obj, template, token
from support.kubernetes_standin import RecordingHost, host, namespace, standin
from support.standin import Resource, StandIn

__all__ = ["host", "namespace", "standin"]

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
TOO_LARGE = {"requests": {"cpu": "1000"}}


def too_large(namespace: str, **spec: Any) -> dict[str, Any]:
    return deployment(namespace, template=template("d", resources=TOO_LARGE), **spec)


def test_a_deployment_that_does_not_fit_is_kept_and_the_next_update_continues(
    standin: StandIn, host: RecordingHost, namespace: str
) -> None:
    resource = standin.create(DEPLOYMENT, "r", too_large(namespace), timeout=2)

    assert resource.id == f"{namespace}/it"
    assert resource.init_errors[0] == (
        f"Deployment {namespace}/it was not ready after 2 s: 0 of 1 pods are ready"
    )
    assert "Insufficient cpu" in resource.init_errors[1]
    assert any("Insufficient cpu" in message for message in host.shown)

    refreshed = standin.refresh(resource)
    assert refreshed is not None
    assert "Insufficient cpu" in refreshed.init_errors[1]
    assert standin.diff(refreshed, too_large(namespace)).changes == {}

    assert standin.update(resource, deployment(namespace)).init_errors == ()


def test_a_quota_that_is_exceeded_is_told(standin: StandIn, namespace: str) -> None:
    quota = obj("v1 ResourceQuota", namespace, spec={"hard": {"pods": "0"}})
    standin.create(token(quota), "q", quota)

    resource = standin.create(DEPLOYMENT, "r", deployment(namespace), timeout=3)

    assert any("exceeded quota: it" in reason for reason in resource.init_errors)


def test_the_progress_deadline_ends_the_wait_early(standin: StandIn, namespace: str) -> None:
    inputs = too_large(namespace, progressDeadlineSeconds=1, minReadySeconds=0)

    resource = standin.create(DEPLOYMENT, "r", inputs, timeout=60)

    assert "no progress within progressDeadlineSeconds" in resource.init_errors[0]
    assert "ProgressDeadlineExceeded" in resource.init_errors[1]


def test_a_job_that_fails_ends_the_wait_with_its_reason(standin: StandIn, namespace: str) -> None:
    pod = {"nodeSelector": {"no": "such"}, "restartPolicy": "Never"}
    work = {"spec": {**pod, "containers": [{"name": "c", "image": "x"}]}}
    inputs = obj("batch/v1 Job", namespace, spec={"activeDeadlineSeconds": 1, "template": work})

    resource = standin.create(token(inputs), "r", inputs, timeout=60)

    assert resource.init_errors[0] == f"Job {namespace}/it: the job failed"
    assert "DeadlineExceeded" in resource.init_errors[1]


def test_a_wait_can_be_skipped(standin: StandIn, namespace: str) -> None:
    inputs = too_large(namespace)
    inputs["metadata"]["annotations"] = {"pulumi.com/skipAwait": "true"}
    start = time.monotonic()

    assert standin.create(DEPLOYMENT, "r", inputs).init_errors == ()
    assert time.monotonic() - start < 2


def test_the_annotation_limits_the_wait_if_the_resource_option_does_not(
    standin: StandIn, namespace: str
) -> None:
    inputs = too_large(namespace)
    inputs["metadata"]["annotations"] = {"pulumi.com/timeoutSeconds": "1"}

    resource = standin.create(DEPLOYMENT, "r", inputs, timeout=0)

    assert "was not ready after 1 s" in resource.init_errors[0]


def test_ctrl_c_ends_a_wait_and_the_object_is_kept(standin: StandIn, namespace: str) -> None:
    made: list[Resource] = []

    def create() -> None:
        made.append(standin.create(DEPLOYMENT, "r", too_large(namespace), timeout=60))

    waiting = threading.Thread(target=create)
    waiting.start()
    time.sleep(1)
    standin.cancel()
    waiting.join(timeout=5)

    assert not waiting.is_alive()
    assert made[0].id == f"{namespace}/it"
    assert "called off; `pulumi up` continues it" in made[0].init_errors[0]


def test_a_claim_on_a_class_that_does_not_exist_says_so(standin: StandIn, namespace: str) -> None:
    spec = {
        "accessModes": ["ReadWriteOnce"],
        "storageClassName": "nonesuch",
        "resources": {"requests": {"storage": "1Gi"}},
    }
    inputs = obj("v1 PersistentVolumeClaim", namespace, spec=spec)

    resource = standin.create(token(inputs), "r", inputs, timeout=1)

    assert "there is no StorageClass nonesuch" in resource.init_errors


def test_an_ingress_without_its_service_says_so(standin: StandIn, namespace: str) -> None:
    backend = {"service": {"name": "nonesuch", "port": {"number": 80}}}
    inputs = obj("networking.k8s.io/v1 Ingress", namespace, spec={"defaultBackend": backend})

    resource = standin.create(token(inputs), "r", inputs, timeout=1)

    assert f"there is no Service nonesuch in namespace {namespace}" in resource.init_errors


def test_a_service_waits_for_pods_that_are_not_ready_and_not_for_none(
    standin: StandIn, namespace: str
) -> None:
    standin.create(DEPLOYMENT, "r", too_large(namespace), timeout=0.5)
    inputs = obj("v1 Service", namespace, spec={"selector": {"app": "d"}, "ports": [{"port": 80}]})

    # The pod has no address yet, so no endpoint stands for it.
    assert standin.create(token(inputs), "r", inputs).init_errors == ()


@pytest.mark.parametrize(
    ("expression", "ready"),
    [("jsonpath={.data.a}=1", True), ("jsonpath={.data.a}=2", False), ("condition=Ready", False)],
)
def test_a_program_can_wait_for_what_it_names(
    standin: StandIn, namespace: str, expression: str, ready: bool
) -> None:
    inputs = obj("v1 ConfigMap", namespace, data={"a": "1"})
    inputs["metadata"]["annotations"] = {"pulumi.com/waitFor": expression}

    resource = standin.create(token(inputs), "r", inputs, timeout=1)

    assert (resource.init_errors == ()) == ready
