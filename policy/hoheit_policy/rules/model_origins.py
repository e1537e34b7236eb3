"""AI-05: a model comes from a path, or from a hub that somebody declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.environment import Environment, environment_of
from hoheit_policy.known_services import endpoint_of
from hoheit_policy.kubernetes import Container, containers_of
from hoheit_policy.model_sources import HUB, Named, hub_of, is_offline, models_of, runs_engine
from hoheit_policy.recipients import Recipients, recipients_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.texts import texts_of
from hoheit_policy.values import Gap
from hoheit_policy.verdict import Judgement, failed, passed, unknown

from ._images import image_of, unread_image

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_MODELSCOPE = "VLLM_USE_MODELSCOPE"
_FALSE = ("", "0", "false")
_SCHEME = "hf://"
_WAY_OUT = "give a path to weights of your own, or declare the hub in endpoints"


def judge_origins(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for vLLM, for settings of hubs in any container, and for ``hf://`` in any text."""
    recipients = recipients_of(view)
    for container in containers_of(resource):
        environment = environment_of(container, resource, view)
        yield from _settings(container, environment, recipients)
        image = image_of(container)
        if isinstance(image, Gap):
            yield unread_image(f"{container.path}.image", image)
        elif runs_engine(container):
            for named in models_of(container):
                yield _model(f"{container.path}.args", named, environment, recipients)
    if resource.package == "kubernetes":
        yield from _schemes(resource, recipients)


def _model(path: str, named: Named, environment: Environment, recipients: Recipients) -> Judgement:
    if named.is_local:
        return passed(path, f"{named.option}: a path")
    if isinstance(named.text, Gap) and named.text is not Gap.MISSING:
        late = named.text is Gap.UNKNOWN
        return unknown(path, f"{named.option}: the model {named.text.value}", late=late)
    if is_offline(environment):
        return passed(path, f"{named.option}: the hub is turned off, so it lies in the container")
    what = f"{named.option}: a name on a hub"
    if named.text is Gap.MISSING:
        what = f"{named.option}: no model is named, so that the engine takes its default"
    return _hub(path, what, environment, recipients)


def _hub(path: str, what: str, environment: Environment, recipients: Recipients) -> Judgement:
    host = hub_of(environment)
    if isinstance(host, Gap):
        return unknown(path, f"{what}, and HF_ENDPOINT {host.value}", late=environment.late(host))
    if recipients.is_inside(host):
        return passed(path, f"{what}, from {host} in the cluster")
    if recipients.has(host):
        return passed(path, f"{what}, from {host}, which is declared", "declared")
    if not recipients.complete:
        return unknown(path, f"{what}, from {host}, which is not declared so far", late=True)
    if environment.open:
        text = f"{what}, and variables may turn the hub off: {environment.why}"
        return unknown(path, text, late=environment.undecided)
    return failed(path, f"{what}, fetched from {host} at every start; {_WAY_OUT}")


def _settings(
    container: Container, environment: Environment, recipients: Recipients
) -> Iterator[Judgement]:
    path = f"{container.path}.env"
    scope = environment.value(_MODELSCOPE)
    if isinstance(scope, str) and scope.lower() not in _FALSE:
        yield failed(path, f"{_MODELSCOPE} is set, so that models come from ModelScope; remove it")
    elif isinstance(scope, Gap) and scope is not Gap.MISSING:
        yield unknown(path, f"{_MODELSCOPE} {scope.value}", late=environment.late(scope))
    for name in ("HF_ENDPOINT", "HF_TOKEN"):
        if name in environment.values and not is_offline(environment):
            yield _hub(path, f"{name} is set", environment, recipients)
            return


def _schemes(resource: Resource, recipients: Recipients) -> Iterator[Judgement]:
    host = endpoint_of(HUB)[0]
    for one in texts_of(resource):
        if isinstance(one.text, str) and _SCHEME in one.text.lower():
            if recipients.has(host):
                yield passed(one.path, f"{_SCHEME}: from {host}, which is declared", "declared")
            elif not recipients.complete:
                yield unknown(one.path, f"{_SCHEME}: {host} is not declared so far", late=True)
            else:
                yield failed(one.path, f"{_SCHEME}: fetched from {host}; {_WAY_OUT}")


MODEL_ORIGINS = Rule(
    id="AI-05",
    title="Models come from a path or a declared hub",
    asks=(
        "Every model that vLLM is given is a path, is found with the hub turned off, or comes from "
        "a hub that is declared; no container has the address of, or a token for, another hub, "
        "uses ModelScope, or reads hf://."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 30(1)(d)", "BSI C5 DEV"),
    remediation=Remediation(
        en="Mirror the weights, give the engine their path and set HF_HUB_OFFLINE; or declare the "
        "hub under declarations.endpoints.",
        de="Die Gewichte spiegeln, der Engine ihren Pfad geben und HF_HUB_OFFLINE setzen; oder den "
        "Hub unter declarations.endpoints erklären.",
    ),
    of_resource=judge_origins,
)
