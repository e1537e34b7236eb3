"""NET-02: an EKS cluster logs what its control plane does, and keeps it long enough."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, at, list_at, text_at
from hoheit_policy.verdict import Judgement, failed, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_CLUSTER = "aws:eks/cluster:Cluster"
_GROUP = "aws:cloudwatch/logGroup:LogGroup"
_TYPES = "enabledClusterLogTypes"
_DAYS = "retentionInDays"
_WANTED = ("api", "audit", "authenticator", "controllerManager", "scheduler")
_SIX_MONTHS = 184
"""Days of the longest six months; AI Act, Art. 26(6)."""
_NAME = "/aws/eks/"


def judge_logs(resource: Resource, _view: View) -> Iterator[Judgement]:
    """Answer for the kinds of logs of a cluster, or for how long a group of them is kept."""
    if resource.type == _CLUSTER:
        yield _judge_types(list_at(resource.inputs, _TYPES))
    elif resource.type == _GROUP:
        name = text_at(resource.inputs, "name")
        if isinstance(name, Gap) and name is not Gap.MISSING:
            text = f"whose log group it is {name.value}"
            yield unknown("name", text, late=name is Gap.UNKNOWN)
        elif isinstance(name, str) and name.startswith(_NAME):
            yield _judge_days(at(resource.inputs, _DAYS))


def _judge_types(given: list[Any] | Gap) -> Judgement:
    if isinstance(given, Gap) and given is not Gap.MISSING:
        return unknown(_TYPES, f"what is logged {given.value}", late=given is Gap.UNKNOWN)
    listed = [] if isinstance(given, Gap) else given
    missing = [one for one in _WANTED if one not in listed]
    if not missing:
        return passed(_TYPES, "all kinds are logged")
    unreadable = [one for one in listed if not isinstance(one, str)]
    if unreadable:
        return unknown(_TYPES, "not all kinds are written down", late=Gap.UNKNOWN in unreadable)
    return failed(_TYPES, f"not logged: {', '.join(missing)}; add them")


def _judge_days(days: Any) -> Judgement:
    if days is Gap.MISSING:
        return passed(_DAYS, "kept for ever")
    if isinstance(days, bool) or not isinstance(days, int | float):
        gap = days if isinstance(days, Gap) else Gap.WRONG
        return unknown(_DAYS, f"how long logs are kept {gap.value}", late=gap is Gap.UNKNOWN)
    if days >= _SIX_MONTHS or days == 0:  # Zero is for ever.
        return passed(_DAYS, f"kept for {days:.0f} days")
    return failed(_DAYS, f"kept for {days:.0f} days; keep logs for {_SIX_MONTHS} days or more")


EKS_LOGS = Rule(
    id="NET-02",
    title="An EKS cluster logs its control plane",
    asks=(
        "Every EKS cluster logs api, audit, authenticator, controllerManager and scheduler, and "
        "every log group of one keeps what it gets for half a year."
    ),
    severity=Severity.MEDIUM,
    phases=ALWAYS,
    controls=("NIS2 Art. 21(2)",),
    remediation=Remediation(
        en="Set enabledClusterLogTypes, and retentionInDays of /aws/eks/<name>/cluster to 365.",
        de="enabledClusterLogTypes setzen, und retentionInDays von /aws/eks/<name>/cluster auf "
        "365.",
    ),
    on_request=True,
    of_resource=judge_logs,
)
