"""When an object is ready, kind by kind, and if it is not, why."""

from typing import Any

from hoheit_lab.providers.kubernetes.kinds import kind_of
from hoheit_lab.providers.kubernetes.naming import annotations_of

from .claims import persistent_volume, persistent_volume_claim
from .definitions import custom_resource_definition, resource_quota
from .jobs import job
from .networking import ingress, service
from .pods import pod
from .requested import requested
from .verdict import Check
from .workloads import daemon_set, deployment, replica_set, stateful_set

SKIP_AWAIT = "pulumi.com/skipAwait"
WAIT_FOR = "pulumi.com/waitFor"

_CHECKS: dict[tuple[str, str], Check] = {
    ("", "PersistentVolume"): persistent_volume,
    ("", "PersistentVolumeClaim"): persistent_volume_claim,
    ("", "Pod"): pod,
    ("", "ReplicationController"): replica_set,
    ("", "ResourceQuota"): resource_quota,
    ("", "Service"): service,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): custom_resource_definition,
    ("apps", "DaemonSet"): daemon_set,
    ("apps", "Deployment"): deployment,
    ("apps", "ReplicaSet"): replica_set,
    ("apps", "StatefulSet"): stateful_set,
    ("batch", "Job"): job,
    ("networking.k8s.io", "Ingress"): ingress,
}
_CHECKED_ON_READ = frozenset({"DaemonSet", "Deployment", "Ingress", "Job", "Pod", "StatefulSet"})


def check_of(inputs: dict[str, Any]) -> Check | None:
    """What to wait for after writing an object; None if it is ready as soon as it is there."""
    annotations = annotations_of(inputs)
    if annotations.get(SKIP_AWAIT) == "true":
        return None
    wanted = annotations.get(WAIT_FOR)
    if wanted:
        return requested(wanted)
    kind = kind_of(inputs)
    return _CHECKS.get((kind.group, kind.name))


def check_on_read(inputs: dict[str, Any]) -> Check | None:
    """What a refresh looks at, to tell whether the object still works."""
    return check_of(inputs) if kind_of(inputs).name in _CHECKED_ON_READ else None
