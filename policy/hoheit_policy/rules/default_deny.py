"""NET-03: namespaces with workloads deny by default, in a cluster that enforces it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hoheit_policy.kubernetes import KubernetesObject, group_of, namespace_of, objects_of, pods_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, at, flag_at, has_gaps, list_at, map_at, text_at
from hoheit_policy.verdict import Judgement, failed, passed, unknown
from hoheit_policy.view import ClusterRef

from ._open_rules import opens

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_POLICY = "NetworkPolicy"
_OWN_GROUPS = ("networking.k8s.io", "extensions")
"""Groups in which a NetworkPolicy is that of Kubernetes; Calico and Antrea have such a kind too."""
_BOTH = ("Ingress", "Egress")


@dataclass(kw_only=True)
class _Space:
    cluster: ClusterRef
    workloads: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    """URN and pod spec."""
    policies: list[tuple[str, Any]] = field(default_factory=list[tuple[str, Any]])
    """URN and spec."""


def judge_namespaces(view: View) -> Iterator[tuple[str, Judgement]]:
    """Answer for every namespace of every cluster that has workloads."""
    spaces: dict[tuple[str, str], _Space] = {}
    others = False
    unplaced: list[tuple[str, Gap, bool]] = []
    for resource in view.resources:
        others = others or any(_is_other(found, resource) for found in objects_of(resource))
        unplaced += _sort(resource, view, spaces)
    lost_policy = any(is_policy for _, _, is_policy in unplaced)
    for urn, gap, is_policy in unplaced:
        if not is_policy:
            text = f"the namespace of this workload {gap.value}"
            yield urn, unknown("metadata.namespace", text, late=gap is Gap.UNKNOWN)
    for (_, name), space in spaces.items():
        if not space.workloads:
            continue
        urn = space.workloads[0][0]
        yield urn, _denies(name, space, others=others, lost=lost_policy)
        yield from _host_networks(name, space)
    for cluster in _clusters(view, spaces.values()):
        yield "", _enforces(cluster)


def _clusters(view: View, spaces: Iterable[_Space]) -> Iterator[ClusterRef]:
    """Return the clusters that have workloads, and those that are declared, each once."""
    used = {str(space.cluster.key): space.cluster for space in spaces if space.workloads}
    yield from used.values()
    for name, declared in view.declarations.clusters.items():
        if name not in used:
            yield ClusterRef(key=name, declared=declared)


def _sort(
    resource: Resource, view: View, spaces: dict[tuple[str, str], _Space]
) -> Iterator[tuple[str, Gap, bool]]:
    """Put workloads and policies into their namespaces; return what has none that is known."""
    held = [(found, spec, False) for found, _, spec in pods_of(resource)]
    for found in objects_of(resource):
        if found.kind == _POLICY and not _is_other(found, resource):
            held.append((found, at(found.body, "spec"), True))
    for found, spec, is_policy in held:
        cluster = view.cluster_of(resource.provider)
        place = namespace_of(found, resource)
        if isinstance(place, Gap):
            yield resource.urn, place, is_policy
            continue
        space = spaces.setdefault((str(cluster.key), place), _Space(cluster=cluster))
        (space.policies if is_policy else space.workloads).append((resource.urn, spec))


def _is_other(found: KubernetesObject, resource: Resource) -> bool:
    """Tell whether an object is a policy that is read by a CNI only, whatever it allows.

    Cilium, Calico, Antrea and the Network Policy API (AdminNetworkPolicy, ClusterNetworkPolicy)
    end the names of their kinds alike, so that no list of them can fall behind.
    """
    version = text_at(found.body, "apiVersion")
    group = version.split("/")[0] if isinstance(version, str) else group_of(resource)
    return found.kind.endswith(_POLICY) and (found.kind != _POLICY or group not in _OWN_GROUPS)


def _denies(name: str, space: _Space, *, others: bool, lost: bool) -> Judgement:
    path = f"namespace {name}"
    specs = [spec for _, spec in space.policies]
    opening = [opens(spec) for spec in specs]
    if any(found is True for found in opening):
        return failed(
            path,
            "a NetworkPolicy allows everything to or from everybody, which undoes the "
            "default deny; name peers and ports instead",
        )
    if lost or any(has_gaps(spec) for spec in specs):
        return unknown(path, "a NetworkPolicy is not wholly known yet", late=True)
    if any(isinstance(found, Gap) for found in opening):
        return unknown(path, f"a peer of a NetworkPolicy {Gap.WRONG.value}")
    if others:
        return unknown(path, "policies of another kind are there, which no rule reads")
    if any(_is_default_deny(spec) for spec in specs):
        return passed(path, "denies by default in both directions")
    return failed(
        path,
        "has workloads and no NetworkPolicy that selects every pod and allows nothing in "
        "both directions; create the namespace with RestrictedNamespace, or add such a policy",
    )


def _is_default_deny(spec: Any) -> bool:
    types = list_at(spec, "policyTypes")
    return (
        at(spec, "podSelector", "matchLabels") in (Gap.MISSING, {})
        and _no_entries(at(spec, "podSelector", "matchExpressions"))
        and not isinstance(map_at(spec, "podSelector"), Gap)
        and not isinstance(types, Gap)
        and set(_BOTH) <= {kind for kind in types if isinstance(kind, str)}
        and _no_entries(at(spec, "ingress"))
        and _no_entries(at(spec, "egress"))
    )


def _no_entries(value: Any) -> bool:
    return value is Gap.MISSING or value == []


def _enforces(cluster: ClusterRef) -> Judgement:
    what = f"cluster '{cluster.key}'"
    if isinstance(cluster.key, Gap):
        late = cluster.key is Gap.UNKNOWN
        return unknown("provider", f"the cluster of the workloads {cluster.key.value}", late=late)
    path = f"clusters.{cluster.key}.network_policy"
    if cluster.declared is None or cluster.declared.network_policy == "unknown":
        return unknown(path, f"{what}: nobody declared which CNI enforces NetworkPolicies")
    if cluster.declared.network_policy == "none":
        return failed(
            path,
            f"{what}: stores NetworkPolicies and enforces none; use a CNI that does, for example "
            "cilium or calico, and declare it",
            "declared",
        )
    if cluster.declared.simulated:
        return unknown(path, f"{what}: simulated, no packet flows in it")
    return passed(path, f"{what}: {cluster.declared.network_policy} enforces", "declared")


def _host_networks(name: str, space: _Space) -> Iterator[tuple[str, Judgement]]:
    for urn, spec in space.workloads:
        value = flag_at(spec, "hostNetwork")
        path = "hostNetwork"
        if value is True:
            text = f"namespace {name}: a pod on the node's network passes by every NetworkPolicy"
            yield urn, failed(path, f"{text}; use the pod network")
        elif isinstance(value, Gap) and value is not Gap.MISSING:
            text = f"namespace {name}: hostNetwork {value.value}"
            yield urn, unknown(path, text, late=value is Gap.UNKNOWN)


DEFAULT_DENY = Rule(
    id="NET-03",
    title="Namespaces deny by default, and the cluster enforces it",
    asks=(
        "Every namespace with workloads has a NetworkPolicy that selects all pods and allows "
        "nothing in both directions, no other policy opens every port to everybody, no pod is on "
        "the node's network, and the declared CNI enforces policies. Where policies of another "
        "kind are, of Cilium or Calico for example, the answer is unknown."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 32", "NIS2 Art. 21(2)"),
    remediation=Remediation(
        en="Create namespaces with RestrictedNamespace; declare the CNI under "
        "declarations.clusters, and use one that enforces.",
        de="Namespaces mit RestrictedNamespace anlegen; das CNI unter declarations.clusters "
        "erklären und eines verwenden, das durchsetzt.",
    ),
    of_stack=judge_namespaces,
)
