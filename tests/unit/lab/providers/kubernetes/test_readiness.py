from typing import Any, cast

import pytest
from hoheit_lab.providers.errors import ProviderError
from hoheit_lab.providers.kubernetes.cluster import Cluster, label_query
from hoheit_lab.providers.kubernetes.kinds import Kind
from hoheit_lab.providers.kubernetes.readiness import check_of, check_on_read
from hoheit_lab.providers.kubernetes.readiness.verdict import Verdict

Object = dict[str, Any]


class FakeCluster:
    """Objects by kind; whoever asks gets them, whatever the selector."""

    def __init__(self, *objects: Object, warnings: list[str] | None = None) -> None:
        self._objects = objects
        self._warnings = warnings or []

    def find(self, kind: Kind, namespace: str | None, name: str) -> Object | None:
        found = self.select(kind, namespace)
        return next((one for one in found if one["metadata"]["name"] == name), None)

    def select(self, kind: Kind, namespace: str | None, selector: Any = None) -> list[Object]:
        del namespace, selector
        return [one for one in self._objects if one["kind"] == kind.name]

    def warnings(self, obj: Object) -> list[str]:
        del obj
        return self._warnings


def obj(kind: str, spec: Object | None = None, **status: Any) -> Object:
    api_version, _, name = kind.rpartition(" ")
    metadata = {"name": "x", "namespace": "team", "generation": 2}
    return {
        "apiVersion": api_version,
        "kind": name,
        "metadata": metadata,
        "spec": spec or {},
        "status": status,
    }


def look(one: Object, *others: Object, warnings: list[str] | None = None) -> Verdict:
    check = check_of(one)
    assert check is not None
    return check(one, cast(Cluster, FakeCluster(*others, warnings=warnings)))


def condition(kind: str, status: str, **more: str) -> Object:
    return {"type": kind, "status": status, **more}


def deployment(**status: Any) -> Object:
    spec = {"replicas": 2, "selector": {"matchLabels": {"a": "b"}}}
    return obj("apps/v1 Deployment", spec, **{"observedGeneration": 2, **status})


DONE = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}


def test_a_deployment_is_ready_when_all_pods_are_new_and_available() -> None:
    assert look(deployment(**DONE)).ready


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ({**DONE, "observedGeneration": 1}, "waiting for its controller"),
        ({**DONE, "updatedReplicas": 1}, "1 of 2 pods are ready"),
        ({**DONE, "availableReplicas": 0}, "0 of 2 pods are ready"),
        ({**DONE, "replicas": 3}, "the previous version still has 1 pod"),
        ({}, "0 of 2 pods are ready"),
    ],
)
def test_a_deployment_says_what_it_waits_for(status: Object, message: str) -> None:
    verdict = look(deployment(**status))

    assert not verdict.ready
    assert not verdict.failed
    assert verdict.message == message


def test_a_deployment_tells_what_keeps_its_pods() -> None:
    unschedulable = condition(
        "PodScheduled", "False", reason="Unschedulable", message="0/3 nodes are available"
    )
    crashing = {
        "name": "c",
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}},
        "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}},
    }
    pods = [
        obj("v1 Pod", conditions=[unschedulable]),
        obj("v1 Pod", containerStatuses=[crashing]),
    ]

    assert look(deployment(), *pods).reasons == [
        "pod x: Unschedulable: 0/3 nodes are available",
        "pod x: container c: CrashLoopBackOff: back-off 10s",
        "pod x: container c ended with exit code 3 (Error)",
    ]


def test_a_quota_that_keeps_pods_from_being_made_is_told() -> None:
    failure = condition("ReplicaFailure", "True", reason="FailedCreate", message="exceeded quota")

    assert look(deployment(conditions=[failure])).reasons == ["FailedCreate: exceeded quota"]


def test_the_same_trouble_of_many_pods_is_told_once() -> None:
    trouble = condition("PodScheduled", "False", reason="Unschedulable", message="no")
    pods = [obj("v1 Pod", conditions=[trouble]) for _ in range(9)]

    assert look(deployment(), *pods).reasons == ["pod x: Unschedulable: no"]


def test_pods_that_are_ready_or_done_or_on_their_way_out_are_no_trouble() -> None:
    ready = obj("v1 Pod", conditions=[condition("Ready", "True")])
    done = obj("v1 Pod", phase="Succeeded", conditions=[condition("PodScheduled", "False")])
    leaving = obj("v1 Pod", conditions=[condition("PodScheduled", "False", reason="x")])
    leaving["metadata"]["deletionTimestamp"] = "now"

    assert look(deployment(), ready, done, leaving).reasons == []


def test_a_container_that_is_being_created_is_no_trouble() -> None:
    starting = {"name": "c", "state": {"waiting": {"reason": "ContainerCreating"}}}

    assert look(deployment(), obj("v1 Pod", containerStatuses=[starting])).reasons == []


def test_a_rollout_without_progress_has_failed() -> None:
    stuck = condition("Progressing", "False", reason="ProgressDeadlineExceeded", message="no")

    verdict = look(deployment(conditions=[stuck]))

    assert verdict.failed
    assert verdict.reasons == ["ProgressDeadlineExceeded: no"]


def test_a_paused_deployment_is_not_waited_for() -> None:
    paused = deployment()
    paused["spec"]["paused"] = True

    assert look(paused).ready


def stateful_set(spec: Object | None = None, **status: Any) -> Object:
    done = {"readyReplicas": 2, "updatedReplicas": 2, "currentRevision": "r2"}
    status = {"observedGeneration": 2, "updateRevision": "r2", **done, **status}
    return obj("apps/v1 StatefulSet", {"replicas": 2, "selector": {}, **(spec or {})}, **status)


def test_a_stateful_set_is_ready_when_all_pods_are_ready_and_updated() -> None:
    assert look(stateful_set()).ready
    assert look(stateful_set(readyReplicas=1)).message == "1 of 2 pods are ready"
    assert look(stateful_set(currentRevision="r1", updatedReplicas=1)).message == (
        "1 of 2 pods are updated"
    )


def test_a_partition_keeps_the_pods_before_it_at_the_old_version() -> None:
    strategy = {"type": "RollingUpdate", "rollingUpdate": {"partition": 1}}
    old = {"currentRevision": "r1"}

    assert look(stateful_set({"updateStrategy": strategy}, **old, updatedReplicas=1)).ready
    assert not look(stateful_set({"updateStrategy": strategy}, **old, updatedReplicas=0)).ready


def test_a_daemon_set_is_ready_when_every_node_has_a_new_pod() -> None:
    status = {"observedGeneration": 2, "desiredNumberScheduled": 2, "updatedNumberScheduled": 2}

    assert look(obj("apps/v1 DaemonSet", **status, numberAvailable=2)).ready
    assert look(obj("apps/v1 DaemonSet", **status, numberAvailable=1)).message == (
        "1 of 2 nodes have a ready pod"
    )


def test_a_job_is_ready_when_its_work_is_done() -> None:
    assert look(obj("batch/v1 Job", conditions=[condition("Complete", "True")])).ready
    assert look(obj("batch/v1 Job", {"suspend": True})).ready
    assert look(obj("batch/v1 Job", {"completions": 3}, succeeded=1)).message == (
        "1 of 3 pods have finished"
    )


def test_a_failed_job_fails_at_once_with_its_reason() -> None:
    failure = condition("Failed", "True", reason="BackoffLimitExceeded", message="too often")

    verdict = look(obj("batch/v1 Job", conditions=[failure]))

    assert verdict.failed
    assert verdict.reasons == ["BackoffLimitExceeded: too often"]


def test_a_pod_is_ready_or_done_or_failed() -> None:
    assert look(obj("v1 Pod", conditions=[condition("Ready", "True")])).ready
    assert look(obj("v1 Pod", phase="Succeeded")).ready
    assert look(obj("v1 Pod", phase="Failed", reason="Evicted", message="disk")).reasons == [
        "Evicted: disk"
    ]


def test_a_claim_waits_until_it_is_bound_and_says_why_it_is_not() -> None:
    kind, spec = "v1 PersistentVolumeClaim", {"storageClassName": "x"}

    assert look(obj(kind, spec, phase="Bound")).ready
    assert look(obj(kind, spec, phase="Lost")).failed
    assert look(obj(kind, spec, phase="Pending")).reasons == ["there is no StorageClass x"]
    assert "no default one" in look(obj(kind, phase="Pending")).reasons[0]


def test_a_claim_that_waits_for_its_first_pod_is_ready_without_one() -> None:
    storage = {**obj("storage.k8s.io/v1 StorageClass"), "volumeBindingMode": "WaitForFirstConsumer"}
    claim = obj("v1 PersistentVolumeClaim", {"storageClassName": "x"}, phase="Pending")

    assert look(claim, storage).ready


def endpoints(*ready: bool) -> Object:
    slice_ = obj("discovery.k8s.io/v1 EndpointSlice")
    slice_["endpoints"] = [{"conditions": {"ready": one}} for one in ready]
    return slice_


def service(**spec: Any) -> Object:
    return obj("v1 Service", {"type": "ClusterIP", "selector": {"a": "b"}, **spec})


def test_a_service_waits_for_the_pods_that_it_selects() -> None:
    assert look(service(), endpoints(True, True)).ready
    assert look(service(), endpoints(True, False)).message == "1 of 2 pods behind it are ready"
    assert look(service()).message == "waiting for its endpoints"


def test_a_service_does_not_take_the_endpoints_of_its_predecessor_for_its_own() -> None:
    new = service()
    new["metadata"]["uid"] = "new"
    for owner, ready in (("old", False), ("new", True)):
        of_somebody = endpoints(True)
        of_somebody["metadata"]["ownerReferences"] = [{"kind": "Service", "uid": owner}]
        assert look(new, of_somebody).ready is ready


def test_a_service_that_selects_no_pod_is_ready() -> None:
    assert look(service(), endpoints()).ready


@pytest.mark.parametrize(
    "spec", [{"clusterIP": "None"}, {"type": "ExternalName"}, {"selector": None}]
)
def test_headless_and_external_services_do_not_wait_for_pods(spec: Object) -> None:
    assert look(service(**spec)).ready


def test_a_load_balancer_waits_for_its_address() -> None:
    balancer = service(type="LoadBalancer", selector=None)

    assert look(balancer).message == "waiting for the address of its load balancer"
    balancer["status"] = {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}
    assert look(balancer).ready


def test_an_ingress_waits_for_its_services_and_its_address() -> None:
    ingress = obj(
        "networking.k8s.io/v1 Ingress",
        {"rules": [{"http": {"paths": [{"backend": {"service": {"name": "x"}}}]}}]},
    )

    assert look(ingress).reasons == ["there is no Service x in namespace team"]
    assert look(ingress, service()).message == "waiting for its address"
    ingress["status"] = {"loadBalancer": {"ingress": [{"ip": "10.0.0.1"}]}}
    assert look(ingress, service()).ready


def test_a_definition_is_ready_when_it_is_established() -> None:
    kind = "apiextensions.k8s.io/v1 CustomResourceDefinition"

    assert look(obj(kind, conditions=[condition("Established", "True")])).ready
    assert look(obj(kind, conditions=[condition("NamesAccepted", "False", reason="Taken")])).failed
    assert not look(obj(kind)).ready


def test_a_quota_is_ready_when_it_is_enforced_as_written() -> None:
    spec = {"hard": {"cpu": "2000m"}}

    assert look(obj("v1 ResourceQuota", spec, hard={"cpu": "2"})).ready
    assert not look(obj("v1 ResourceQuota", spec, hard={"cpu": "1"})).ready


def test_an_object_that_only_has_to_be_there_is_not_waited_for() -> None:
    assert check_of(obj("v1 ConfigMap")) is None


def annotated(kind: str, annotation: str, value: str, **status: Any) -> Object:
    one = obj(kind, **status)
    one["metadata"]["annotations"] = {f"pulumi.com/{annotation}": value}
    return one


def test_waiting_can_be_switched_off() -> None:
    assert check_of(annotated("apps/v1 Deployment", "skipAwait", "true")) is None


@pytest.mark.parametrize(
    "expression",
    [
        "condition=Ready",
        "condition=Ready=true",
        "jsonpath={.status.phase}",
        "jsonpath={.status.phase}=Good",
        '["condition=Ready", "jsonpath={.status.phase}=Good"]',
    ],
)
def test_a_program_can_say_what_to_wait_for(expression: str) -> None:
    kind = "example.com/v1 Anything"

    done = {"phase": "Good", "conditions": [condition("Ready", "True")]}
    assert look(annotated(kind, "waitFor", expression, **done)).ready
    assert not look(annotated(kind, "waitFor", expression)).ready


def test_an_expression_that_cannot_be_read_is_refused_with_those_that_can() -> None:
    with pytest.raises(ProviderError, match=r"takes condition=Name"):
        check_of(annotated("v1 Anything", "waitFor", "ready"))


def test_a_refresh_looks_at_workloads_only() -> None:
    assert check_on_read(obj("apps/v1 Deployment")) is not None
    assert check_on_read(obj("v1 PersistentVolumeClaim")) is None


def test_a_label_selector_becomes_a_query() -> None:
    selector = {
        "matchLabels": {"a": "b"},
        "matchExpressions": [
            {"key": "c", "operator": "In", "values": ["d", "e"]},
            {"key": "f", "operator": "NotIn", "values": ["g"]},
            {"key": "h", "operator": "Exists"},
            {"key": "i", "operator": "DoesNotExist"},
        ],
    }

    assert label_query(selector) == "a=b,c in (d,e),f notin (g),h,!i"
