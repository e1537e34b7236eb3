"""NET-05: whoever opens a way to the internet answers for what goes there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, text_at
from hoheit_policy.verdict import Judgement, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_GATEWAYS = (
    "aws:ec2/internetGateway:InternetGateway",
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",
)
_NAT = "aws:ec2/natGateway:NatGateway"
_KIND = "connectivityType"
_OPEN = (
    "opens a way to everybody on the internet, and who is contacted no rule sees; use endpoints of "
    "AWS in the network, or have the rule exempted by somebody who watches what goes out"
)


def judge_path(resource: Resource, _view: View) -> Iterator[Judgement]:
    """Answer for one gateway; a NAT gateway is public where nobody says otherwise."""
    if resource.type in _GATEWAYS:
        yield unknown("", _OPEN, provenance="type of the resource")
    elif resource.type == _NAT:
        kind = text_at(resource.inputs, _KIND)
        if kind == "private":
            yield passed(_KIND, "leads to private networks")
        elif isinstance(kind, str) or kind is Gap.MISSING:
            yield unknown(_KIND, _OPEN)
        else:
            yield unknown(_KIND, f"where it leads {kind.value}", late=kind is Gap.UNKNOWN)


INTERNET_PATHS = Rule(
    id="NET-05",
    title="Ways to the internet are answered for",
    asks=(
        "No internet gateway, egress-only gateway or public NAT gateway of AWS is made without "
        "somebody who answers for what goes there: each is unknown until it is exempted."
    ),
    severity=Severity.MEDIUM,
    phases=ALWAYS,
    controls=("GDPR Art. 32", "NIS2 Art. 21(2)"),
    remediation=Remediation(
        en="Reach AWS by endpoints of the network; where packets have to leave, watch them, and "
        "have the rule exempted.",
        de="AWS über Endpunkte des Netzes erreichen; wo Pakete hinaus müssen, sie überwachen und "
        "die Regel ausnehmen lassen.",
    ),
    on_request=True,
    of_resource=judge_path,
)
