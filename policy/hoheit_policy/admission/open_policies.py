"""NET-03 in CEL, as far as one object shows it: open NetworkPolicies, and the node's network."""

from __future__ import annotations

from collections.abc import Iterator

from hoheit_policy.rules.default_deny import DEFAULT_DENY
from hoheit_policy.verdict import Verdict

from .cel import finding, text
from .check import Check
from .subject import NETWORK_POLICIES, PODS

_PLACE = '"namespace " + variables.space'
_BITS = 32
_SHARES = ", ".join(str(2**left) for left in range(_BITS, -1, -1))
"""How much of the first 32 bits of addresses a range takes, by the length of its prefix."""


def open_policy_checks() -> Iterator[Check]:
    """Return the checks of NetworkPolicies that undo a default deny, and of pods beside it."""
    opened = finding(
        Verdict.FAIL,
        _PLACE,
        text(
            "a NetworkPolicy allows everything to or from everybody, which undoes the default "
            "deny; name peers and ports instead"
        ),
    )
    yield Check(
        rule=DEFAULT_DENY,
        subject=NETWORK_POLICIES,
        findings=f"{_opens('ingress', 'from')} || {_opens('egress', 'to')} ? [{opened}] : []",
    )
    beside = finding(
        Verdict.FAIL,
        text("hostNetwork"),
        f"{_PLACE} + \": a pod on the node's network passes by every NetworkPolicy; use the pod "
        'network"',
    )
    yield Check(
        rule=DEFAULT_DENY,
        subject=PODS,
        findings=f"variables.pod.?hostNetwork.orValue(false) ? [{beside}] : []",
    )


def _opens(direction: str, peers: str) -> str:
    every_port = (
        "(r.?ports.orValue([]).size() == 0 || r.ports.exists(p, !has(p.port) || "
        "type(p.port) == int && has(p.endPort) && p.port <= 1 && p.endPort >= 65535))"
    )
    listed = f"r.?{peers}.orValue([])"
    everybody = (
        f"({listed}.size() == 0 || {listed}.exists(p, has(p.namespaceSelector) && "
        f"{_all('p.namespaceSelector')} && (!has(p.podSelector) || {_all('p.podSelector')})) || "
        f"{_world(listed, 4)} || {_world(listed, 6)})"
    )
    return f"dyn(object).?spec.?{direction}.orValue([]).exists(r, {every_port} && {everybody})"


def _all(selector: str) -> str:
    return (
        f"{selector}.?matchLabels.orValue({{}}).size() == 0 && "
        f"{selector}.?matchExpressions.orValue([]).size() == 0"
    )


def _world(peers: str, family: int) -> str:
    """Return whether ranges take all addresses together, counting what they share twice."""
    ranges = (
        f"{peers}.filter(p, has(p.ipBlock)).map(p, cidr(string(p.ipBlock.cidr)))"
        f".filter(c, c.ip().family() == {family})"
    )
    share = f"c.prefixLength() > {_BITS} ? 0 : [{_SHARES}][c.prefixLength()]"
    return f"{ranges}.map(c, {share}).sum() >= {2**_BITS}"
