"""Are the RuntimeClass, the identity and the operator there on which a stack file counts?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit import IdentityMechanism

from hoheit_cli.finding import Unread, differs, missing, ok, unknown
from hoheit_cli.objects import name_of

if TYPE_CHECKING:
    from hoheit_cli.finding import Finding
    from hoheit_cli.objects import Object

_OPERATOR_CRDS = ("podmonitors.monitoring.coreos.com", "prometheusrules.monitoring.coreos.com")


def check_runtime_class(stated: str | None, classes: list[Object] | Unread) -> list[Finding]:
    """Hold the RuntimeClass of GPU pods against those of the cluster."""
    path = "cluster.capabilities.gpu_runtime_class"
    if isinstance(classes, Unread):
        return [classes.finding(path)]
    names = [name_of(found) for found in classes]
    listed = ", ".join(names) or "none"
    if stated in names:
        return [ok(path, f"RuntimeClass {stated} is there")]
    if stated is not None:
        return [missing(path, f"no RuntimeClass '{stated}'; there: {listed}", "name one of them")]
    if "nvidia" in names:
        return [
            unknown(
                path,
                "not stated, and there is a RuntimeClass 'nvidia'; whether pods without it get a "
                "GPU depends on the default runtime of the nodes",
                "state gpu_runtime_class: nvidia, unless it is the default there",
            )
        ]
    return [ok(path, f"not stated; there: {listed}")]


def check_identity(stated: IdentityMechanism) -> list[Finding]:
    """Tell whether an existing cluster can give pods the stated identity."""
    path = "cluster.capabilities.identity"
    if stated is IdentityMechanism.STATIC_SECRET:
        return [ok(path, f"{stated}: pods prove themselves by a Secret, which any cluster has")]
    return [
        differs(
            path,
            f"{stated} needs roles at a cloud, which nobody creates for a cluster that exists",
            f"state identity: {IdentityMechanism.STATIC_SECRET}",
        )
    ]


def check_operator(crds: list[str] | Unread, *, needed: bool) -> list[Finding]:
    """Tell whether the Prometheus operator is there, where monitoring counts on it."""
    path = "monitoring.mode"
    if not needed:
        return []
    if isinstance(crds, Unread):
        return [crds.finding(path)]
    lacking = [name for name in _OPERATOR_CRDS if name not in crds]
    if not lacking:
        return [ok(path, "operator: the resources of the Prometheus operator are there")]
    return [
        missing(
            path,
            f"operator stated; no {', '.join(lacking)}",
            "install kube-prometheus-stack, or state mode: bundled",
        )
    ]
