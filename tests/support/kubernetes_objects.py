"""Inputs of typed resources, as a program of pulumi-kubernetes sends them."""

from typing import Any

Inputs = dict[str, Any]


def token(inputs: Inputs, suffix: str = "") -> str:
    """The type token of a typed resource."""
    api_version = inputs["apiVersion"]
    module = api_version if "/" in api_version else f"core/{api_version}"
    return f"kubernetes:{module}:{inputs['kind']}{suffix}"


def obj(kind: str, namespace: str | None, name: str | None = "it", **fields: Any) -> Inputs:
    """An object; ``kind`` as in ``apps/v1 Deployment``."""
    api_version, _, plain = kind.rpartition(" ")
    metadata = {"name": name, "namespace": namespace}
    known = {key: value for key, value in metadata.items() if value is not None}
    return {"apiVersion": api_version, "kind": plain, "metadata": known, **fields}


def template(app: str, **container: Any) -> Inputs:
    """A pod template."""
    given = {"name": "c", "image": "nginx", "resources": {"requests": {"cpu": "100m"}}}
    return {"metadata": {"labels": {"app": app}}, "spec": {"containers": [{**given, **container}]}}


def deployment(namespace: str, **spec: Any) -> Inputs:
    """A Deployment of one pod."""
    given = {"replicas": 1, "selector": {"matchLabels": {"app": "d"}}, "template": template("d")}
    return obj("apps/v1 Deployment", namespace, spec={**given, **spec})


def one_of_each(namespace: str) -> list[Inputs]:
    """One object of each kind that programs use most, in an order that works."""
    work = {"spec": {"restartPolicy": "Never", "containers": [{"name": "c", "image": "x"}]}}
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1024Mi"}}}
    rbac = "rbac.authorization.k8s.io"
    role = {"apiGroup": rbac, "kind": "Role", "name": "it"}
    subject = {"kind": "ServiceAccount", "name": "it", "namespace": namespace}
    backend = {"service": {"name": "it", "port": {"number": 80}}}
    path = {"path": "/", "pathType": "Prefix", "backend": backend}
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "it"}
    cpu = {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}
    stateful = {
        "serviceName": "it",
        "replicas": 2,
        "selector": {"matchLabels": {"app": "s"}},
        "template": template("s"),
        "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
    }
    daemon = {"selector": {"matchLabels": {"app": "ds"}}, "template": template("ds")}
    schema = {"type": "object", "x_kubernetes_preserve_unknown_fields": True}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    group = f"{namespace}.example.com"
    names = {"kind": "Widget", "plural": "widgets"}
    definition = {"group": group, "names": names, "scope": "Namespaced", "versions": [version]}
    crd = "apiextensions.k8s.io/v1 CustomResourceDefinition"
    widget = obj(f"{group}/v1 Widget", namespace, spec={"size": {"of": 3}})
    # The garbage collector learns of a new kind within half a minute; until then a deletion in
    # the foreground waits for it.
    widget["metadata"]["annotations"] = {"pulumi.com/deletionPropagationPolicy": "background"}
    return [
        deployment(namespace),
        obj(
            "v1 Service",
            namespace,
            spec={"selector": {"app": "d"}, "ports": [{"port": 80}]},
        ),
        obj(
            "v1 Service",
            namespace,
            "balancer",
            spec={"type": "LoadBalancer", "ports": [{"port": 80, "targetPort": "http"}]},
        ),
        obj("apps/v1 StatefulSet", namespace, spec=stateful),
        obj("apps/v1 DaemonSet", namespace, spec=daemon),
        obj("batch/v1 Job", namespace, spec={"template": work}),
        obj(
            "batch/v1 CronJob",
            namespace,
            spec={"schedule": "0 0 1 1 *", "jobTemplate": {"spec": {"template": work}}},
        ),
        obj("v1 Pod", namespace, spec={"containers": [{"name": "c", "image": "x"}]}),
        obj("v1 PersistentVolumeClaim", namespace, spec=claim),
        obj("v1 ConfigMap", namespace, data={"a": "1"}),
        obj("v1 Secret", namespace, stringData={"a": "hunter2"}),
        obj("v1 ServiceAccount", namespace, automountServiceAccountToken=False),
        obj(
            f"{rbac}/v1 Role",
            namespace,
            rules=[{"apiGroups": [""], "resources": ["pods"], "verbs": ["get"]}],
        ),
        obj(f"{rbac}/v1 RoleBinding", namespace, roleRef=role, subjects=[subject]),
        obj(
            "networking.k8s.io/v1 Ingress",
            namespace,
            spec={"rules": [{"host": "a.example", "http": {"paths": [path]}}]},
        ),
        obj("networking.k8s.io/v1 NetworkPolicy", namespace, spec={"podSelector": {}}),
        obj(
            "policy/v1 PodDisruptionBudget",
            namespace,
            spec={"minAvailable": 1, "selector": {"matchLabels": {"app": "d"}}},
        ),
        obj(
            "autoscaling/v2 HorizontalPodAutoscaler",
            namespace,
            spec={
                "minReplicas": 1,
                "maxReplicas": 3,
                "scaleTargetRef": target,
                "metrics": [{"type": "Resource", "resource": cpu}],
            },
        ),
        obj("v1 ResourceQuota", namespace, spec={"hard": {"configmaps": "50"}}),
        obj("v1 LimitRange", namespace, spec={"limits": [{"type": "Pod", "max": {"cpu": "4"}}]}),
        obj("storage.k8s.io/v1 StorageClass", None, namespace, provisioner="example.com/none"),
        obj("scheduling.k8s.io/v1 PriorityClass", None, namespace, value=10),
        obj(crd, None, f"widgets.{group}", spec=definition),
        widget,
    ]
