"""Who gives NetworkPolicy objects their meaning, and is it the one that is stated?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit import NetworkPolicyEnforcement

from hoheit_cli.finding import Unread, differs, missing, ok, unknown
from hoheit_cli.objects import list_at, mapping_at, name_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from hoheit_cli.finding import Finding
    from hoheit_cli.objects import Object

    _Look = Callable[[Object, list[Object]], tuple[bool, str]]

PATH = "cluster.capabilities.network_policy"
SETTINGS = ("clusterrole/kindnet", "configmap/cilium-config")
"""Objects that tell whether a CNI which can enforce policies does so; in ``kube-system``, where
they have a namespace."""


@dataclass(frozen=True, kw_only=True)
class Cni:
    """A CNI that was recognised."""

    name: str
    """The value of ``network_policy`` that means it."""
    enforces: bool | None
    """None: the API does not show it."""
    evidence: str


def recognised(daemon_sets: list[Object], settings: list[Object], version: str) -> list[Cni]:
    """Return what the DaemonSets of a cluster, and its version, tell.

    Kubernetes' page "Declare Network Policy" names Calico, Cilium and kube-router among those
    that enforce; flannel does not.
    """
    found = [
        Cni(name=name, enforces=enforces, evidence=evidence)
        for one in daemon_sets
        for name, look in [_BY_DAEMON_SET.get(name_of(one), (None, None))]
        if name is not None and look is not None
        for enforces, evidence in [look(one, settings)]
    ]
    if "+k3s" in version:
        # k3s runs kube-router's policy controller inside its server process, unless told not to:
        # https://docs.k3s.io/networking/networking-services
        why = "k3s brings it along unless started with --disable-network-policy"
        found.append(Cni(name="kube-router", enforces=None, evidence=why))
    return found


def check_cni(
    stated: NetworkPolicyEnforcement,
    daemon_sets: list[Object] | Unread,
    settings: list[Object] | Unread,
    version: str,
) -> list[Finding]:
    """Hold the stated enforcement against the CNIs that are there."""
    if isinstance(daemon_sets, Unread):
        return [daemon_sets.finding(PATH)]
    if isinstance(settings, Unread):
        return [settings.finding(PATH)]
    return [compared(stated, recognised(daemon_sets, settings, version))]


def compared(stated: NetworkPolicyEnforcement, there: list[Cni]) -> Finding:
    """Return how the stated enforcement goes with what was recognised."""
    seen = "; ".join(f"{one.name}: {one.evidence}" for one in there) or "no known CNI recognised"
    seen = f"{stated} stated; {seen}"
    working = [one.name for one in there if one.enforces]
    if stated is NetworkPolicyEnforcement.UNKNOWN:
        return unknown(PATH, seen, _advice(working))
    if stated is NetworkPolicyEnforcement.NONE:
        if working:
            return differs(PATH, seen, _advice(working))
        return ok(PATH, f"{seen}; NetworkPolicies are stored, and NOT enforced")
    return _compared_by_name(stated, there, seen)


def _compared_by_name(stated: NetworkPolicyEnforcement, there: list[Cni], seen: str) -> Finding:
    working = [one.name for one in there if one.enforces]
    same = [one for one in there if one.name == stated]
    if any(one.enforces for one in same):
        return ok(PATH, seen)
    if any(one.enforces is None for one in same):
        return unknown(PATH, seen, "try a connection that a policy forbids")
    if working:
        return differs(PATH, seen, _advice(working))
    if same:
        return differs(PATH, seen, "switch its policies on, or state network_policy: none")
    return missing(PATH, seen, "install it, or state what is there")


def _advice(working: list[str]) -> str:
    known = [name for name in working if name in set(NetworkPolicyEnforcement)]
    if known:
        return f"state network_policy: {known[0]}"
    if working:
        return f"{working[0]} enforces, but a stack file has no word for it yet"
    return "find out who enforces NetworkPolicy in this cluster, and state it"


def _always(evidence: str) -> _Look:
    return lambda _one, _settings: (True, evidence)


def _cilium(_one: Object, settings: list[Object]) -> tuple[bool, str]:
    """Look for the setting that switches enforcement off.

    https://docs.cilium.io/en/stable/security/policy/intro/ , policy enforcement modes
    """
    for found in settings:
        mode = mapping_at(found, "data").get("enable-policy")
        if name_of(found) == "cilium-config" and mode == "never":
            return False, "cilium-config has enable-policy: never"
    return True, "DaemonSet cilium"


def _kube_router(one: Object, _settings: list[Object]) -> tuple[bool, str]:
    if "--run-firewall=false" in _arguments(one):
        return False, "DaemonSet kube-router with --run-firewall=false"
    return True, "DaemonSet kube-router"


def _vpc_cni(one: Object, _settings: list[Object]) -> tuple[bool, str]:
    """Look for the switch of the node agent, which is off by default.

    https://docs.aws.amazon.com/eks/latest/userguide/cni-network-policy-configure.html
    """
    if "--enable-network-policy=true" in _arguments(one):
        return True, "DaemonSet aws-node with --enable-network-policy=true"
    return False, "DaemonSet aws-node without --enable-network-policy=true"


def _kindnet(_one: Object, settings: list[Object]) -> tuple[bool, str]:
    """Tell whether kindnet may read policies: it enforces them since kind 0.24.

    https://github.com/kubernetes-sigs/kind/releases/tag/v0.24.0
    """
    for found in settings:
        rules: list[Object] = list_at(found, "rules")
        if any("networkpolicies" in list_at(rule, "resources") for rule in rules):
            return True, "DaemonSet kindnet, which reads NetworkPolicies (kind 0.24 or newer)"
    return False, "DaemonSet kindnet, which may not read NetworkPolicies (older than kind 0.24)"


def _flannel(_one: Object, _settings: list[Object]) -> tuple[bool, str]:
    return False, "connects pods, and knows no NetworkPolicy"


def _arguments(one: Object) -> Iterable[str]:
    containers: list[Object] = list_at(one, "spec", "template", "spec", "containers")
    return [text for found in containers for text in list_at(found, "args")]


_BY_DAEMON_SET: dict[str, tuple[str, _Look]] = {
    "cilium": ("cilium", _cilium),
    "calico-node": ("calico", _always("DaemonSet calico-node")),
    "canal": ("calico", _always("DaemonSet canal: Calico's policies over flannel")),
    "kube-router": ("kube-router", _kube_router),
    "aws-node": ("vpc-cni", _vpc_cni),
    "kindnet": ("kindnet", _kindnet),
    "kube-network-policies": (
        "kube-network-policies",
        _always("DaemonSet kube-network-policies"),
    ),
    "antrea-agent": ("antrea", _always("DaemonSet antrea-agent")),
    "kube-flannel-ds": ("flannel", _flannel),
}
"""Name of a DaemonSet to the CNI that it means, and how to see whether it enforces."""
