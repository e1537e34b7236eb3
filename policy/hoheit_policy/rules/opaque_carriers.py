"""OPQ-01: what carries other resources or programs inside is named, and passes nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_facts import USER_DATA

from hoheit_policy.opaque import why_opaque
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, at
from hoheit_policy.verdict import Judgement, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_CLOUDS = ("aws", "hcloud")
_WAY_OUT = "make it with visible resources, or have the rule exempted by somebody who looked inside"


def judge_carriers(resource: Resource, _view: View) -> Iterator[Judgement]:
    """Answer for a resource that hides others, and for programs that a machine starts with."""
    if why := why_opaque(resource):
        yield unknown("", f"{why}; {_WAY_OUT}", provenance="type of the resource")
    if resource.package not in _CLOUDS:
        return
    for field in USER_DATA:
        given = at(resource.inputs, field)
        if given not in (Gap.MISSING, ""):
            text = f"the machine runs a program of its own when it starts; {_WAY_OUT}"
            yield unknown(field, text, late=given is Gap.UNKNOWN)


def judge_cut_off(view: View) -> Iterator[tuple[str, Judgement]]:
    """Answer for operations of which nobody knows whether they made or changed anything."""
    if view.pending_operations:
        text = (
            f"{view.pending_operations} operations were cut off, and what they made is not in the "
            "state; run `pulumi refresh`"
        )
        yield "", unknown("pending_operations", text, provenance="state")


OPAQUE_CARRIERS = Rule(
    id="OPQ-01",
    title="What hides other resources is looked into by somebody",
    asks=(
        "No chart, set of files, custom resource, template of another tool, command, dynamic "
        "resource or user data of a machine is left unseen: each is unknown until somebody "
        "exempts it."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 5(2)", "BSI C5 DEV"),
    remediation=Remediation(
        en="Describe the content with visible resources; where that is not possible, look inside "
        "and have the rule exempted with a reason and an end date.",
        de="Den Inhalt mit sichtbaren Ressourcen beschreiben; wo das nicht geht, hineinsehen und "
        "die Regel mit Grund und Enddatum ausnehmen lassen.",
    ),
    of_resource=judge_carriers,
    of_stack=judge_cut_off,
)
