"""Is the cluster new enough for what our manifests use?"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit_cli.finding import Unread, differs, ok, unknown
from hoheit_cli.objects import mapping_at, name_of

if TYPE_CHECKING:
    from hoheit_cli.finding import Finding
    from hoheit_cli.objects import Object

_GATES = "https://kubernetes.io/docs/reference/command-line-tools-reference/feature-gates/"
_VERSION = re.compile(r"v?(\d+)\.(\d+)")


@dataclass(frozen=True, kw_only=True)
class Feature:
    """Something that our manifests use, and the first minor version in which it is stable."""

    name: str
    minor: int
    source: str


SIDECARS = Feature(
    name="native sidecars", minor=33, source=f"{_GATES} SidecarContainers: stable since 1.33"
)
SLEEP = Feature(
    name="preStop.sleep", minor=34, source=f"{_GATES} PodLifecycleSleepAction: stable since 1.34"
)
IMAGE_VOLUMES = Feature(
    name="image volumes (oci:// weights)",
    minor=36,
    source=f"{_GATES} ImageVolume: stable since 1.36",
)


def check_version(
    version: str, nodes: list[Object] | Unread, *, image_volumes: bool
) -> list[Finding]:
    """Hold the versions of API server and kubelets against the features that are used."""
    used = [SIDECARS, SLEEP, *([IMAGE_VOLUMES] if image_volumes else [])]
    findings = [_check("Kubernetes", "the API server", version, used)]
    if isinstance(nodes, Unread):
        return [*findings, nodes.finding("Kubernetes on the nodes")]
    # A kubelet may be three minor versions older than the API server, and it is the kubelet
    # that starts sidecars and sleeps: https://kubernetes.io/releases/version-skew-policy/
    kubelets: dict[str, str] = {
        name_of(node): mapping_at(node, "status", "nodeInfo").get("kubeletVersion", "")
        for node in nodes
    }
    known = {name: text for name, text in kubelets.items() if _minor(text) is not None}
    if not known:
        return findings
    oldest = min(known, key=lambda name: _minor(known[name]) or 0)
    return [
        *findings,
        _check("Kubernetes on the nodes", f"the oldest kubelet ({oldest})", known[oldest], used),
    ]


def _minor(version: str) -> int | None:
    found = _VERSION.match(version)
    return int(found[2]) if found and found[1] == "1" else None


def _check(subject: str, who: str, version: str, used: list[Feature]) -> Finding:
    minor = _minor(version)
    if minor is None:
        return unknown(subject, f"{who} says '{version}', which is no version of Kubernetes 1")
    lacking = [feature for feature in used if minor < feature.minor]
    if not lacking:
        return ok(subject, f"{who} is {version}; 1.{max(one.minor for one in used)} is needed")
    names = ", ".join(f"{one.name} (1.{one.minor})" for one in lacking)
    return differs(
        subject,
        f"{who} is {version}, older than the stable versions of {names}",
        f"upgrade to 1.{max(one.minor for one in lacking)} or newer; {lacking[-1].source}",
    )
