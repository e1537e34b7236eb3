"""The pods of a stack, those that it is meant for, and strangers, each under a name of its own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from support.manifests import containers, kubernetes, manifest
from support.monitor import Monitor

WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job")
SEVERAL = ("Deployment", "StatefulSet")
"""Kinds of which two pods may run, so that it shows what they may do to each other."""
STRANGERS = "strangers"
"""A namespace of nobody, with a pod for every set of labels that means something elsewhere."""
_NAME = "app.kubernetes.io/name"
_INSTANCE = "app.kubernetes.io/instance"
DNS: Mapping[str, Any] = {"namespace": "kube-system", "pod_labels": {"k8s-app": "kube-dns"}}
"""Where Kubernetes has its name servers, unless the environment says otherwise."""
NAME_LABEL = "kubernetes.io/metadata.name"


@dataclass(frozen=True)
class Pod:
    """What rules can see of a pod, and the ports that it names."""

    namespace: str
    name: str
    labels: Mapping[str, str]
    ports: Mapping[str, int] = field(default_factory=dict[str, int])
    several: bool = False

    @property
    def full(self) -> str:
        """Name in tables."""
        return f"{self.namespace}/{self.name}"

    def is_of(self, peer: Mapping[str, Any]) -> bool:
        """Whether a peer of the environment means it."""
        if peer.get("namespace") != self.namespace:
            return False
        return dict(peer.get("pod_labels", {})).items() <= dict(self.labels).items()


class World:
    """A rendered stack among others in its cluster.

    Args:
        monitor: Of the run.
        environment: Whose peers become pods, so that rules about them meet somebody.
    """

    def __init__(self, monitor: Monitor, environment: Mapping[str, Any]) -> None:
        objects = [
            {**manifest(found), "metadata": {**manifest(found)["metadata"], "name": found.name}}
            for found in kubernetes(monitor)
        ]
        self.workloads = [one for one in objects if one["kind"] in WORKLOADS]
        self.policies = [one for one in objects if one["kind"] == "NetworkPolicy"]
        # Namespaces are known by the names that they have in the cluster.
        made = [manifest(one) for one in monitor.of_type("kubernetes:core/v1:Namespace")]
        self.own = {one["metadata"]["name"] for one in made}
        self.stack = {one["metadata"]["name"]: _pod(one) for one in self.workloads}
        self.others = list(_others(self.own, list(self.stack.values()), list(peers(environment))))

    @property
    def pods(self) -> list[Pod]:
        """Every pod, once for each workload."""
        return [*self.stack.values(), *self.others]

    def topology(self) -> list[dict[str, Any]]:
        """Return namespaces and pods as manifests, two of what may run twice."""
        names = sorted({pod.namespace for pod in self.pods})
        return [
            *(_namespace(name) for name in names),
            *(_doubled(workload) for workload in self.workloads),
            *(_manifest(pod) for pod in self.others),
        ]


def peers(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield everybody whom an environment means by a namespace and, perhaps, labels."""
    if isinstance(value, list):
        for inner in value:
            yield from peers(inner)
    if isinstance(value, dict):
        if set(value) <= {"namespace", "pod_labels", "port"} and "namespace" in value:
            yield value
        for inner in value.values():
            yield from peers(inner)


def _pod(workload: dict[str, Any]) -> Pod:
    template = workload["spec"]["template"]
    spec = template["spec"]
    ports = [port for one in containers(spec) for port in one.get("ports", [])]
    return Pod(
        namespace=workload["metadata"]["namespace"],
        name=workload["metadata"]["name"],
        labels=template["metadata"]["labels"],
        ports={port["name"]: port["containerPort"] for port in ports},
        several=workload["kind"] in SEVERAL,
    )


def _others(own: set[str], stack: list[Pod], known: list[Mapping[str, Any]]) -> Iterator[Pod]:
    named = [DNS, *known]
    labelled = [peer for peer in named if peer.get("pod_labels")]
    for namespace in sorted({*own, STRANGERS, *(peer["namespace"] for peer in named)}):
        yield Pod(namespace, "no-labels", {})
    meant = {(peer["namespace"], _said(peer["pod_labels"])): peer for peer in labelled}
    for (namespace, said), peer in meant.items():
        if not any(pod.is_of(peer) for pod in stack):
            yield Pod(namespace, said, peer["pod_labels"])
    yield from _relatives(stack)
    disguises = [*(pod.labels for pod in stack), *(peer["pod_labels"] for peer in labelled)]
    for said, labels in {_said(labels): labels for labels in disguises}.items():
        yield Pod(STRANGERS, f"as-{said}", labels)


def _relatives(stack: list[Pod]) -> Iterator[Pod]:
    """Yield pods beside those of the stack that share a name with them, and are others."""
    for label, told in ((_NAME, "another"), (_INSTANCE, "of")):
        other = _INSTANCE if label == _NAME else _NAME
        for pod in {(pod.namespace, pod.labels[label]): pod for pod in stack}.values():
            name = f"{told}-{pod.labels[label]}"
            yield Pod(pod.namespace, name, {**pod.labels, other: "unknown"})


def _said(labels: Mapping[str, str]) -> str:
    """Return a name for pods with these labels, without what every object of ours carries."""
    told = [
        value
        for key, value in sorted(labels.items())
        if key not in ("app.kubernetes.io/managed-by", "app.kubernetes.io/part-of")
    ]
    return "-".join(told)


def _namespace(name: str) -> dict[str, Any]:
    # The label is the API server's own, which no workload can take away.
    metadata = {"name": name, "labels": {NAME_LABEL: name}}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def _doubled(workload: dict[str, Any]) -> dict[str, Any]:
    if workload["kind"] not in SEVERAL:
        return workload
    return {**workload, "spec": {**workload["spec"], "replicas": 2}}


def _manifest(pod: Pod) -> dict[str, Any]:
    metadata = {"name": pod.name, "namespace": pod.namespace, "labels": dict(pod.labels)}
    spec = {"containers": [{"name": "main", "image": "registry.example.internal/other:1"}]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}
