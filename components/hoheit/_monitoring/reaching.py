"""Opens the namespaces of targets, and kubelets, to those who read them: each by its needs."""

import pulumi
import pulumi_kubernetes as k8s

from hoheit._labels import object_labels
from hoheit._network_policy import NEEDS_ANNOTATION, allow, describe
from hoheit.network import Peer

from .kubelets import kubelet_rules
from .making import Maker
from .names import KUBE_STATE_METRICS, PROMETHEUS
from .needs import scraped_by
from .places import Place

_RBAC = "rbac.authorization.k8s.io"


def let_scrape(maker: Maker, place: Place, prometheus: Peer) -> None:
    """Let Prometheus' pods reach the pods of ``place`` on their metrics port."""
    need = scraped_by(prometheus, place.port)
    k8s.networking.v1.NetworkPolicy(
        f"{maker.stack}-{place.name}-scrape",
        metadata={
            **_metadata(maker, place, PROMETHEUS),
            "annotations": {NEEDS_ANNOTATION: describe([need], [])},
        },
        spec=allow(place.selector, ingress=[need]),
        opts=maker.options(),
    )


def let_discover(maker: Maker, place: Place, account: pulumi.Input[str]) -> None:
    """Let Prometheus find the pods of the namespace, and read nothing else in it."""
    role = k8s.rbac.v1.Role(
        f"{maker.stack}-{place.name}-pods",
        metadata=_metadata(maker, place, PROMETHEUS),
        rules=[{"api_groups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}],
        opts=maker.options(),
    )
    ref: k8s.rbac.v1.RoleRefArgsDict = {
        "api_group": _RBAC,
        "kind": "Role",
        "name": role.metadata.name,
    }
    _bind(maker, place, PROMETHEUS, ref, account)


def let_ask_kubelets(maker: Maker, account: pulumi.Input[str]) -> None:
    """Let Prometheus find nodes and read their kubelets' metrics; nodes are in no namespace."""
    labels: k8s.meta.v1.ObjectMetaArgsDict = {"labels": object_labels(PROMETHEUS, maker.stack)}
    role = k8s.rbac.v1.ClusterRole(
        f"{maker.stack}-{PROMETHEUS}-kubelets",
        metadata=labels,
        rules=kubelet_rules(),
        opts=maker.options(),
    )
    k8s.rbac.v1.ClusterRoleBinding(
        f"{maker.stack}-{PROMETHEUS}-kubelets-binding",
        metadata=labels,
        role_ref={"api_group": _RBAC, "kind": "ClusterRole", "name": role.metadata.name},
        subjects=[{"kind": "ServiceAccount", "name": account, "namespace": maker.namespace}],
        opts=maker.options(),
    )


def let_watch(
    maker: Maker, place: Place, role: k8s.rbac.v1.ClusterRole, account: pulumi.Input[str]
) -> None:
    """Let kube-state-metrics watch the namespace: the role is bound here, not to the cluster."""
    ref: k8s.rbac.v1.RoleRefArgsDict = {
        "api_group": _RBAC,
        "kind": "ClusterRole",
        "name": role.metadata.name,
    }
    _bind(maker, place, KUBE_STATE_METRICS, ref, account)


def _bind(
    maker: Maker,
    place: Place,
    program: str,
    role: k8s.rbac.v1.RoleRefArgsDict,
    account: pulumi.Input[str],
) -> None:
    k8s.rbac.v1.RoleBinding(
        f"{maker.stack}-{place.name}-{program}",
        metadata=_metadata(maker, place, program),
        role_ref=role,
        subjects=[{"kind": "ServiceAccount", "name": account, "namespace": maker.namespace}],
        opts=maker.options(),
    )


def _metadata(maker: Maker, place: Place, program: str) -> k8s.meta.v1.ObjectMetaArgsDict:
    return {"namespace": place.namespace, "labels": object_labels(program, maker.stack)}
