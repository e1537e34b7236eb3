"""EGR-02: no Kubernetes object names a host that nobody declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_facts import service_at

from hoheit_policy.kubernetes import group_of
from hoheit_policy.named_hosts import NamedHost, named_hosts, unread_hosts, variables_of
from hoheit_policy.recipients import Recipients, recipients_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap
from hoheit_policy.verdict import Judgement, failed, passed, unknown

from .declared_egress import NAMES_OF_CALLERS, judge_egress

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View


def judge_named_hosts(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for every host that an object names and EGR-01 does not ask about."""
    if group_of(resource) is None:
        return
    recipients = recipients_of(view)
    asked = {one.path for one in judge_egress(resource, view)}
    asked |= {path for path, name, _ in variables_of(resource) if name in NAMES_OF_CALLERS}
    for named in dict.fromkeys(named_hosts(resource)):
        if named.path not in asked and not recipients.is_inside(named.host):
            yield _judged(named, recipients)
    for path, gap in unread_hosts(resource):
        if path not in asked:
            yield unknown(path, f"a host {gap.value}", late=gap is Gap.UNKNOWN)


def _judged(named: NamedHost, recipients: Recipients) -> Judgement:
    text = f"{named.host} ({named.how})"
    if recipients.has(named.host):
        return passed(named.path, f"{text}: declared", "declared")
    service = service_at(named.host)
    if service is not None:
        told = f"{text}: a public service of {service.operator} ({service.kind})"
        return failed(named.path, f"{told}; remove it, or declare endpoints.{named.host}")
    told = f"{text}: named here and not declared; declare endpoints.{named.host}, or remove it"
    return unknown(named.path, told, late=not recipients.complete)


NAMED_HOSTS = Rule(
    id="EGR-02",
    title="No Kubernetes object names a host that nobody declared",
    asks=(
        "Whatever its field is, and whether it is written plainly, percent-encoded or in base64: "
        "a host in a Kubernetes object is of the cluster or declared. A public model API that "
        "nobody declared fails, any other host is unknown."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 30(1)(d)", "GDPR Art. 44"),
    remediation=Remediation(
        en="Declare the host under declarations.endpoints with its location, or remove it.",
        de="Den Host mit Standort unter declarations.endpoints erklären oder entfernen.",
    ),
    of_resource=judge_named_hosts,
    looks_inside=True,
)
