"""NET-04: firewalls of clouds let packets out to private networks only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hoheit_facts import EGRESS_RANGES

from hoheit_policy.hosts import is_private
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.tree_paths import values_at
from hoheit_policy.values import Gap, list_at, text_at
from hoheit_policy.verdict import Judgement, failed, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_EVERYBODY = ("0.0.0.0/0", "::/0")
_RULE = "aws:ec2/securityGroupRule:SecurityGroupRule"
_FIREWALL = "hcloud:index/firewall:Firewall"
_WAY_OUT = "name private ranges, and lead the rest through a gateway that knows the recipients"


def judge_egress(resource: Resource, _view: View) -> Iterator[Judgement]:
    """Answer for every range that packets may go to."""
    if resource.type == _FIREWALL:
        yield from _judge_firewall(resource)
        return
    direction = text_at(resource.inputs, "type") if resource.type == _RULE else "egress"
    if direction == "ingress":
        return
    if isinstance(direction, Gap):
        text = f"whether it lets packets out {direction.value}"
        yield unknown("type", text, late=direction is Gap.UNKNOWN)
    for type_, path in EGRESS_RANGES:
        if type_ == resource.type:
            for here, value in values_at(resource.inputs, path):
                if value is not Gap.MISSING:
                    yield _judge_range(here, value)


def _judge_firewall(resource: Resource) -> Iterator[Judgement]:
    """Answer for a firewall of Hetzner; without a rule for what goes out, everything may."""
    rules = list_at(resource.inputs, "rules")
    if isinstance(rules, Gap) and rules is not Gap.MISSING:
        yield unknown("rules", f"what goes out {rules.value}", late=rules is Gap.UNKNOWN)
        return
    listed = [] if isinstance(rules, Gap) else rules
    outward = [(i, one) for i, one in enumerate(listed) if text_at(one, "direction") != "in"]
    if not outward:
        yield failed("rules", f"no rule for what goes out, so everything may; {_WAY_OUT}")
    for index, rule in outward:
        for path, value in values_at(rule, "destinationIps[]"):
            here = f"rules[{index}].{path}"
            outside = text_at(rule, "direction") == "out"
            yield _judge_range(here, value if outside else Gap.WRONG)


def _judge_range(path: str, value: Any) -> Judgement:
    private = is_private(value) if isinstance(value, str) else None
    if private:
        return passed(path, f"leads to the private range {value}")
    if isinstance(value, str) and value in _EVERYBODY:
        return failed(path, f"leads to everybody; {_WAY_OUT}")
    if private is None:
        gap = value if isinstance(value, Gap) else Gap.WRONG
        return unknown(path, f"where packets may go {gap.value}", late=gap is Gap.UNKNOWN)
    text = f"leads to {value}, and who answers there no rule sees; {_WAY_OUT}"
    return unknown(path, text)


OPEN_EGRESS = Rule(
    id="NET-04",
    title="Firewalls let packets out to private networks only",
    asks=(
        "Every rule of a security group or of a Hetzner firewall for what goes out names private "
        "ranges or other groups. A Hetzner firewall without one lets everything out. Who answers "
        "at a public range is unknown."
    ),
    severity=Severity.MEDIUM,
    phases=ALWAYS,
    controls=("GDPR Art. 32", "NIS2 Art. 21(2)", "BSI C5 COS"),
    remediation=Remediation(
        en="Allow private ranges and other groups only; let what has to leave go through a proxy "
        "or an endpoint.",
        de="Nur private Bereiche und andere Gruppen erlauben; was hinaus muss, durch einen Proxy "
        "oder einen Endpunkt leiten.",
    ),
    on_request=True,
    of_resource=judge_egress,
)
