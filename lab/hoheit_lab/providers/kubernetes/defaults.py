"""Values that the API server fills in by itself, by the type of object that holds them.

They matter for imports only: a default that was filled in while somebody wrote the object counts
as theirs in the server's books, and no program would repeat it.
"""

from typing import Any

from hoheit_lab.providers.marks import is_list, is_object

from .sameness import same
from .schema import Schema, at, items

_CORE = "io.k8s.api.core.v1."
_APPS = "io.k8s.api.apps.v1."
_BATCH = "io.k8s.api.batch.v1."
_ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": "25%", "maxUnavailable": "25%"}}

_DEFAULTS: dict[str, dict[str, list[Any]]] = {
    f"{_APPS}DaemonSetSpec": {
        "revisionHistoryLimit": [10],
        "updateStrategy": [
            {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1}}
        ],
    },
    f"{_APPS}DeploymentSpec": {
        "progressDeadlineSeconds": [600],
        "replicas": [1],
        "revisionHistoryLimit": [10],
        "strategy": [_ROLLING],
    },
    f"{_APPS}ReplicaSetSpec": {"replicas": [1]},
    f"{_APPS}StatefulSetSpec": {
        "persistentVolumeClaimRetentionPolicy": [{"whenDeleted": "Retain", "whenScaled": "Retain"}],
        "podManagementPolicy": ["OrderedReady"],
        "replicas": [1],
        "revisionHistoryLimit": [10],
        "updateStrategy": [
            {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}},
            {"type": "RollingUpdate", "rollingUpdate": {"partition": 0, "maxUnavailable": 1}},
        ],
    },
    f"{_BATCH}CronJobSpec": {
        "concurrencyPolicy": ["Allow"],
        "failedJobsHistoryLimit": [1],
        "successfulJobsHistoryLimit": [3],
        "suspend": [False],
    },
    f"{_BATCH}JobSpec": {
        "backoffLimit": [6],
        "completionMode": ["NonIndexed"],
        "completions": [1],
        "manualSelector": [False],
        "parallelism": [1],
        "podReplacementPolicy": ["TerminatingOrFailed"],
        "suspend": [False],
    },
    f"{_CORE}ConfigMapVolumeSource": {"defaultMode": [420]},
    f"{_CORE}Container": {
        "imagePullPolicy": ["Always", "IfNotPresent"],
        "resources": [{}],
        "terminationMessagePath": ["/dev/termination-log"],
        "terminationMessagePolicy": ["File"],
    },
    f"{_CORE}ContainerPort": {"protocol": ["TCP"]},
    f"{_CORE}DownwardAPIVolumeSource": {"defaultMode": [420]},
    f"{_CORE}EmptyDirVolumeSource": {},
    f"{_CORE}HTTPGetAction": {"path": ["/"], "scheme": ["HTTP"]},
    f"{_CORE}NamespaceSpec": {"finalizers": [["kubernetes"]]},
    f"{_CORE}ObjectFieldSelector": {"apiVersion": ["v1"]},
    # As the server completes those in a StatefulSet's volumeClaimTemplates.
    f"{_CORE}PersistentVolumeClaim": {
        "apiVersion": ["v1"],
        "kind": ["PersistentVolumeClaim"],
        "status": [{"phase": "Pending"}],
    },
    f"{_CORE}PersistentVolumeClaimSpec": {"volumeMode": ["Filesystem"]},
    f"{_CORE}PersistentVolumeSpec": {
        "persistentVolumeReclaimPolicy": ["Retain"],
        "volumeMode": ["Filesystem"],
    },
    f"{_CORE}PodSpec": {
        "dnsPolicy": ["ClusterFirst"],
        "enableServiceLinks": [True],
        "preemptionPolicy": ["PreemptLowerPriority"],
        "priority": [0],
        "restartPolicy": ["Always"],
        "schedulerName": ["default-scheduler"],
        "securityContext": [{}],
        "terminationGracePeriodSeconds": [30],
    },
    f"{_CORE}Probe": {
        "failureThreshold": [3],
        "periodSeconds": [10],
        "successThreshold": [1],
        "timeoutSeconds": [1],
    },
    f"{_CORE}ProjectedVolumeSource": {"defaultMode": [420]},
    f"{_CORE}SecretVolumeSource": {"defaultMode": [420]},
    f"{_CORE}Secret": {"type": ["Opaque"]},
    f"{_CORE}ServicePort": {"protocol": ["TCP"]},
    f"{_CORE}ServiceSpec": {
        "allocateLoadBalancerNodePorts": [True],
        "externalTrafficPolicy": ["Cluster"],
        "internalTrafficPolicy": ["Cluster"],
        "ipFamilies": [["IPv4"], ["IPv6"]],
        "ipFamilyPolicy": ["SingleStack"],
        "sessionAffinity": ["None"],
        "type": ["ClusterIP"],
    },
    "io.k8s.api.networking.v1.NetworkPolicySpec": {"policyTypes": [["Ingress"]]},
    "io.k8s.api.networking.v1.NetworkPolicyPort": {"protocol": ["TCP"]},
    "io.k8s.api.rbac.v1.RoleRef": {"apiGroup": ["rbac.authorization.k8s.io"]},
    "io.k8s.api.rbac.v1.Subject": {"apiGroup": ["rbac.authorization.k8s.io"]},
    "io.k8s.api.scheduling.v1.PriorityClass": {"preemptionPolicy": ["PreemptLowerPriority"]},
    "io.k8s.api.storage.v1.StorageClass": {
        "reclaimPolicy": ["Delete"],
        "volumeBindingMode": ["Immediate"],
    },
}

_COPIES: dict[str, tuple[tuple[str, str], ...]] = {
    f"{_CORE}LimitRangeItem": (("defaultRequest", "default"), ("default", "max")),
    f"{_CORE}PodSpec": (("serviceAccount", "serviceAccountName"),),
    f"{_CORE}ServicePort": (("targetPort", "port"),),
}


def without_defaults(value: Any, schema: Schema | None) -> Any:
    """The value without fields that hold what the server would fill in."""
    if schema is None:
        return value
    if is_object(value):
        defaults = _DEFAULTS.get(schema.name, {})
        kept: dict[str, Any] = {}
        for key, item in value.items():
            inner = at(schema, key)
            if not any(same(item, default, inner) for default in defaults.get(key, [])):
                kept[key] = without_defaults(item, inner)
        return _without_repetition(kept, schema)
    if is_list(value):
        return [without_defaults(item, items(schema)) for item in value]
    return value


def _without_repetition(value: dict[str, Any], schema: Schema) -> dict[str, Any]:
    """Without fields that the server copies from others."""
    for copy, original in _COPIES.get(schema.name, ()):
        if copy in value and value[copy] == value.get(original):
            del value[copy]
    return value
