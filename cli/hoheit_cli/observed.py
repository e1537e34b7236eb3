"""What one cluster says: every question is asked here, and none changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .checks.admission import PROBE, REVIEWED, access_reviews
from .checks.cni import SETTINGS

if TYPE_CHECKING:
    from .finding import Unread
    from .kubectl import Answer, Kubectl
    from .objects import Object
    from .stated import Stated

_EVERYWHERE = "--all-namespaces"


@dataclass(frozen=True, kw_only=True)
class Observed:
    """The answers of one cluster."""

    version: str
    nodes: list[Object] | Unread
    pods: list[Object] | Unread
    daemon_sets: list[Object] | Unread
    cni_settings: list[Object] | Unread
    storage_classes: list[Object] | Unread
    runtime_classes: list[Object] | Unread
    crds: list[str] | Unread
    api_services: list[str] | Unread
    api_server: list[Object] | Unread
    """EndpointSlices of the Service ``default/kubernetes``."""
    pod_security: Answer
    rights: Answer


def observe(cluster: Kubectl, stated: Stated) -> Observed:
    """Ask a cluster everything that is compared.

    Raises:
        UsageError: if it does not answer at all.
    """
    return Observed(
        version=cluster.version(),
        nodes=cluster.objects("nodes"),
        pods=cluster.objects("pods", _EVERYWHERE),
        daemon_sets=cluster.objects("daemonsets", _EVERYWHERE),
        cni_settings=cluster.objects(*SETTINGS, "--namespace=kube-system"),
        storage_classes=cluster.objects("storageclasses"),
        runtime_classes=cluster.objects("runtimeclasses"),
        crds=cluster.names("customresourcedefinitions"),
        api_services=cluster.names("apiservices"),
        api_server=cluster.objects(
            "endpointslices",
            "--namespace=default",
            "--selector=kubernetes.io/service-name=kubernetes",
        ),
        pod_security=cluster.ask("create", "--dry-run=server", "--filename=-", stdin=PROBE),
        rights=cluster.ask(
            "create", "--filename=-", f"--output={REVIEWED}", stdin=access_reviews(stated)
        ),
    )
