"""AI-04: prompts go to no public model API that nobody declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.default_calls import default_calls
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.verdict import Judgement, unknown

from ._named_services import WAY_OUT, named_services

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_ID = "AI-04"


def judge_model_services(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for hosts in all texts, and for keys of clients that nothing leads elsewhere.

    A key alone may be of a client whose program names its host, so it is unknown.
    """
    yield from named_services(resource, "llm-api", view)
    for call in default_calls(resource, view, _ID):
        text = f"{call.variable} is set, and no variable leads its client away from "
        yield unknown(call.path, f"{text}{call.client.host}; {WAY_OUT}", provenance="table")


MODEL_SERVICES = Rule(
    id=_ID,
    title="Prompts go to no undeclared model API",
    asks=(
        "No text of a resource of Kubernetes, in a chart's values, a custom resource, a Secret or "
        "an annotation either, names a public model API that is not declared in an allowed "
        "country. A key for such an API without another host is unknown."
    ),
    severity=Severity.CRITICAL,
    phases=ALWAYS,
    controls=("GDPR Art. 28", "GDPR Art. 44"),
    remediation=Remediation(
        en="Point clients at a model of your own; declare the API with its location under "
        "declarations.endpoints where the organisation has decided for it.",
        de="Clients auf ein eigenes Modell richten; die API mit Standort unter "
        "declarations.endpoints erklären, wo die Organisation sich für sie entschieden hat.",
    ),
    of_resource=judge_model_services,
)
