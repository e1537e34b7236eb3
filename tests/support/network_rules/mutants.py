"""Policies with one mistake each, of the kinds that people make."""

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

Policy = dict[str, Any]
Part = dict[str, Any]
Change = Callable[[Part], None]

WHO = {"Ingress": "from", "Egress": "to"}


class Mutant(NamedTuple):
    """All policies of a stack, one of them wrong."""

    what: str
    direction: str
    """In which the mistake shows."""
    policies: list[Policy]


def mutants(policies: list[Policy]) -> Iterator[Mutant]:
    """Yield one for each mistake; what several policies say alike is mistaken in one of them."""
    seen = set[str]()
    for policy in policies:
        others = [one for one in policies if one is not policy]
        for what, direction, changed in (*_as_a_whole(policy), *_rule_by_rule(policy, seen)):
            told = f"{policy['metadata']['name']} {what}"
            yield Mutant(told, direction, others if changed is None else [*others, changed])


def _as_a_whole(policy: Policy) -> Iterator[tuple[str, str, Policy | None]]:
    spec = policy["spec"]
    denies = not spec.get("ingress") and not spec.get("egress")
    for direction in spec["policyTypes"]:
        if denies or spec.get(direction.lower()):
            yield "is missing", direction, None
        if denies and not spec["podSelector"]:
            kept = [one for one in spec["policyTypes"] if one != direction]
            wrong = {**policy, "spec": {**spec, "policyTypes": kept}}
            yield f"is not about {direction}", direction, wrong
        if spec["podSelector"] and spec.get(direction.lower()):
            wrong = {**policy, "spec": {**spec, "podSelector": {}}}
            yield "is about every pod", direction, wrong


def _rule_by_rule(policy: Policy, seen: set[str]) -> Iterator[tuple[str, str, Policy]]:
    for direction in policy["spec"]["policyTypes"]:
        for index, rule in enumerate(policy["spec"].get(direction.lower(), [])):
            if (said := json.dumps([direction, rule], sort_keys=True)) in seen:
                continue
            seen.add(said)
            for what, change in _mistakes(rule, WHO[direction]):
                wrong = copy.deepcopy(policy)
                change(wrong["spec"][direction.lower()][index])
                yield f"{direction} rule {index + 1} {what}", direction, wrong


def _mistakes(rule: Part, who: str) -> Iterator[tuple[str, Change]]:
    yield "names no ports", lambda rule: _without(rule, "ports")
    yield "names no peers", lambda rule: _without(rule, who)
    yield "names the next port", _next_port
    yield "names SCTP too", _sctp_too
    for number, peer in enumerate(rule[who]):
        for what, change in _of_peer(peer):
            yield what, lambda rule, n=number, change=change: change(rule[who][n])


def _of_peer(peer: Part) -> Iterator[tuple[str, Change]]:
    for label in peer.get("podSelector", {}).get("matchLabels", {}):
        yield f"names no {label}", lambda peer, label=label: _without_label(peer, label)
    if "namespaceSelector" in peer:
        yield "means every namespace", lambda peer: peer.update(namespaceSelector={})
    if "ipBlock" in peer:
        yield "means every address", lambda peer: peer.update(ipBlock={"cidr": "0.0.0.0/0"})
    if peer.get("ipBlock", {}).get("except"):
        yield "means excepted addresses too", lambda peer: _without(peer["ipBlock"], "except")


def _without(part: Part, key: str) -> None:
    del part[key]


def _without_label(peer: Part, label: str) -> None:
    del peer["podSelector"]["matchLabels"][label]


def _next_port(rule: Part) -> None:
    rule["ports"][0]["port"] += 1


def _sctp_too(rule: Part) -> None:
    rule["ports"].append({**rule["ports"][0], "protocol": "SCTP"})
