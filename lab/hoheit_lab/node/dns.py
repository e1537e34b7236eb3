"""CoreDNS as a Deployment on the real node: names of Services, and of nothing else."""

import hashlib
from typing import Any

from hoheit_lab.cluster.api import Api

from .addresses import CLUSTER_DNS, CLUSTER_DOMAIN
from .images import USER
from .kubelet import LABELS

NAMESPACE = "kube-system"

COREFILE = f"""\
{CLUSTER_DOMAIN}:53 in-addr.arpa:53 ip6.arpa:53 {{
    errors
    health {{
        lameduck 5s
    }}
    ready
    kubernetes {CLUSTER_DOMAIN} in-addr.arpa ip6.arpa
    cache 30
    loadbalance
    prometheus :9153
}}
# The node has no way out. Saying so at once spares every client its timeouts. In a block of its
# own, because in one block CoreDNS asks templates before it asks Kubernetes.
.:53 {{
    errors
    template ANY ANY {{
        rcode NXDOMAIN
    }}
}}
"""

_ACCOUNT = "coredns"
_ROLE = "hoheit-lab:coredns"
_SERVICE = "kube-dns"
_LABELS = {"k8s-app": "kube-dns"}
"""By this label network policies everywhere allow a pod to ask for names."""

Object = dict[str, Any]


def apply_dns(api: Api, image: str) -> None:
    """Brings CoreDNS to its form; running it again changes nothing."""
    for path, body in dns_objects(image).items():
        api.apply(path, body)


def dns_objects(image: str) -> dict[str, Object]:
    """Returns the objects of CoreDNS by their path at the API server.

    Args:
        image: The image by digest; `/coredns` in it is the program.
    """
    core, rbac = f"/api/v1/namespaces/{NAMESPACE}", "/apis/rbac.authorization.k8s.io/v1"
    return {
        f"{core}/serviceaccounts/{_ACCOUNT}": _namespaced("v1", "ServiceAccount", _ACCOUNT),
        f"{rbac}/clusterroles/{_ROLE}": _role(),
        f"{rbac}/clusterrolebindings/{_ROLE}": _binding(),
        f"{core}/configmaps/coredns": _namespaced("v1", "ConfigMap", "coredns")
        | {"data": {"Corefile": COREFILE}},
        f"{core}/services/{_SERVICE}": _namespaced("v1", "Service", _SERVICE)
        | {"spec": _service()},
        f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/coredns": _namespaced(
            "apps/v1", "Deployment", "coredns"
        )
        | {"spec": _deployment(image)},
    }


def _namespaced(api_version: str, kind: str, name: str) -> Object:
    metadata = {"name": name, "namespace": NAMESPACE, "labels": _LABELS}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata}


def _role() -> Object:
    verbs = ["list", "watch"]
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": _ROLE},
        "rules": [
            {"apiGroups": [""], "resources": ["namespaces", "services"], "verbs": verbs},
            {
                "apiGroups": ["discovery.k8s.io"],
                "resources": ["endpointslices"],
                "verbs": verbs,
            },
        ],
    }


def _binding() -> Object:
    group = "rbac.authorization.k8s.io"
    return {
        "apiVersion": f"{group}/v1",
        "kind": "ClusterRoleBinding",
        "metadata": {"name": _ROLE},
        "roleRef": {"apiGroup": group, "kind": "ClusterRole", "name": _ROLE},
        "subjects": [{"kind": "ServiceAccount", "name": _ACCOUNT, "namespace": NAMESPACE}],
    }


def _service() -> Object:
    return {
        # Every kubelet tells its pods this address, so it is never drawn.
        "clusterIP": CLUSTER_DNS,
        "selector": _LABELS,
        "ports": [
            {"name": "dns", "port": 53, "targetPort": "dns", "protocol": "UDP"},
            {"name": "dns-tcp", "port": 53, "targetPort": "dns-tcp", "protocol": "TCP"},
            {"name": "metrics", "port": 9153, "targetPort": "metrics", "protocol": "TCP"},
        ],
    }


def _deployment(image: str) -> Object:
    digest = hashlib.sha256(COREFILE.encode()).hexdigest()
    return {
        "replicas": 1,
        "selector": {"matchLabels": _LABELS},
        "template": {
            # CoreDNS reads its Corefile once: a changed one has to be a changed pod.
            "metadata": {"labels": _LABELS, "annotations": {"hoheit-lab/corefile": digest}},
            "spec": {
                "serviceAccountName": _ACCOUNT,
                "nodeSelector": LABELS,
                "priorityClassName": "system-cluster-critical",
                # The node's own resolver: CoreDNS cannot ask itself before it answers.
                "dnsPolicy": "Default",
                "securityContext": {
                    "runAsNonRoot": True,
                    "runAsUser": USER,
                    "runAsGroup": USER,
                    "seccompProfile": {"type": "RuntimeDefault"},
                    # Port 53 without root and without a capability.
                    "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}],
                },
                "containers": [_container(image)],
                "volumes": [{"name": "config", "configMap": {"name": "coredns"}}],
            },
        },
    }


def _container(image: str) -> Object:
    return {
        "name": "coredns",
        "image": image,
        "command": ["/coredns", "-conf", "/etc/coredns/Corefile"],
        "ports": [
            {"name": "dns", "containerPort": 53, "protocol": "UDP"},
            {"name": "dns-tcp", "containerPort": 53, "protocol": "TCP"},
            {"name": "metrics", "containerPort": 9153, "protocol": "TCP"},
            {"name": "health", "containerPort": 8080, "protocol": "TCP"},
            {"name": "ready", "containerPort": 8181, "protocol": "TCP"},
        ],
        "startupProbe": _probe("/health", "health", every=1, failures=60),
        "livenessProbe": _probe("/health", "health", every=10, failures=5),
        "readinessProbe": _probe("/ready", "ready", every=2, failures=3),
        "resources": {
            "requests": {"cpu": "50m", "memory": "64Mi"},
            "limits": {"memory": "128Mi"},
        },
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "config", "mountPath": "/etc/coredns", "readOnly": True}],
    }


def _probe(path: str, port: str, every: int, failures: int) -> Object:
    return {
        "httpGet": {"path": path, "port": port},
        "periodSeconds": every,
        "timeoutSeconds": 5,
        "failureThreshold": failures,
    }
