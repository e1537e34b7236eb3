"""EGR-02: no Kubernetes object names a host that nobody declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_facts import service_at

from hoheit_policy.kubernetes import group_of
from hoheit_policy.named_hosts import named_hosts
from hoheit_policy.recipients import recipients_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap
from hoheit_policy.verdict import Judgement, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View


def judge_named_hosts(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for every host that an object names and no other rule asks about."""
    if group_of(resource) is None:
        return
    recipients = recipients_of(view)
    for named in dict.fromkeys(named_hosts(resource)):
        if isinstance(named.host, Gap):
            late = named.host is Gap.UNKNOWN
            yield unknown(named.path, f"a host {named.host.value}", late=late)
        elif recipients.has(named.host):
            yield passed(named.path, f"{named.host}: declared", "declared")
        elif not recipients.is_inside(named.host) and service_at(named.host) is None:
            text = f"{named.host}: named here and not declared"
            way_out = f"declare endpoints.{named.host}, or remove it"
            yield unknown(named.path, f"{text}; {way_out}", late=not recipients.complete)


NAMED_HOSTS = Rule(
    id="EGR-02",
    title="No Kubernetes object names a host that nobody declared",
    asks=(
        "In whatever field it stands, plainly, with percent signs or in Base64: the host of a URL "
        "in a Kubernetes object is of the cluster or declared. Public services that tables know "
        "are asked about by AI-04, TEL-12 and EGR-01."
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
