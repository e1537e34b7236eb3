"""TEL-12: traces, which hold prompts, go to no public service that nobody declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.default_calls import DefaultCall, default_calls
from hoheit_policy.recipients import recipients_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.verdict import Judgement, failed, unknown

from ._named_services import WAY_OUT, judge_service, named_services

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_ID = "TEL-12"


def judge_tracing_services(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for hosts in all texts, and for libraries that send as soon as they are told to."""
    yield from named_services(resource, "tracing", view)
    for call in default_calls(resource, view, _ID):
        yield _default(call, view)


def _default(call: DefaultCall, view: View) -> Judgement:
    host = call.client.host
    if recipients_of(view).has(host):
        return judge_service(call.path, host, view)
    text = f"{call.variable} is set, and no variable leads its library away from {host}"
    if call.why_uncertain:
        return unknown(call.path, f"{text}, as far as is visible: {call.why_uncertain}; {WAY_OUT}")
    way_out = "remove it, name a host of your own, or declare the recipient in endpoints"
    return failed(call.path, f"{text}; {way_out}", "table of services")


TRACING_SERVICES = Rule(
    id=_ID,
    title="Traces go to no undeclared service",
    asks=(
        "No text of a resource of Kubernetes names a public service that keeps traces, and no "
        "variable of a container turns on a library that sends to one, unless it is declared in "
        "an allowed country. Traces of a model hold prompts and answers."
    ),
    severity=Severity.CRITICAL,
    phases=ALWAYS,
    controls=("GDPR Art. 28", "GDPR Art. 44"),
    remediation=Remediation(
        en="Send traces to a collector of your own, or declare the service with its location "
        "under declarations.endpoints.",
        de="Traces an einen eigenen Collector senden, oder den Dienst mit Standort unter "
        "declarations.endpoints erklären.",
    ),
    of_resource=judge_tracing_services,
)
