"""TEL-01: software that reports to its maker is told not to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_facts import arguments_off, switches_off

from hoheit_policy.arguments import argument_of
from hoheit_policy.environment import Environment, environment_of
from hoheit_policy.images import read_image, software_of
from hoheit_policy.kubernetes import Container, containers_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, text_at
from hoheit_policy.verdict import Judgement, failed, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View


COPYING = "cp"
"""What carries weights in an image runs this and ends."""


def judge_telemetry(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for every container by the software that its image is known to hold."""
    for container in containers_of(resource):
        reference = text_at(container.body, "image")
        if isinstance(reference, Gap):
            late = reference is Gap.UNKNOWN
            yield unknown(f"{container.path}.image", f"the image {reference.value}", late=late)
            continue
        yield from _container(container, reference, environment_of(container, resource, view))


def _container(
    container: Container, reference: str, environment: Environment
) -> Iterator[Judgement]:
    path = f"{container.path}.env"
    image = read_image(reference)
    software = software_of(image) if image else None
    if image and software is None and text_at(container.body, "command", 0) == COPYING:
        yield passed(path, f"{image.name}: only copies files out of it", "the command")
        return
    if image is None or software is None:
        name = image.name if image else "the image"
        yield unknown(path, f"{name}: no table says what it reports; nobody knows its switches")
        return
    if not software.names:
        yield passed(path, f"{image.name}: reports nothing that the table knows", "telemetry table")
        return
    for variable, value in switches_off(software.names).items():
        given = environment.value(variable)
        if given == value:
            yield passed(path, f"{image.name}: {variable} is set", "telemetry table")
        elif isinstance(given, Gap) and (given is not Gap.MISSING or environment.open):
            why = environment.why if given is Gap.MISSING else given.value
            yield unknown(path, f"{image.name}: {variable}: {why}", late=environment.late(given))
        elif software.exact:
            yield failed(
                path,
                f"{image.name}: {variable} {'is missing' if given is Gap.MISSING else 'differs'}; "
                f"set it to '{value}' in every container that runs the software",
                "telemetry table",
            )
        else:
            yield unknown(path, f"{image.name}: looks like {software.names[0]}, {variable} not set")
    for flag, value in arguments_off(software.names).items():
        yield _argument(container, image.name, flag, value)


def _argument(container: Container, name: str, flag: str, value: str) -> Judgement:
    """Answer for a flag, whose last place counts; without it a file may say the same."""
    path = f"{container.path}.args"
    given = argument_of(container, flag)
    if given == value:
        return passed(path, f"{name}: {flag} is set", "telemetry table")
    if isinstance(given, str):
        return failed(path, f"{name}: {flag} differs; set it to '{value}'", "telemetry table")
    if given is not Gap.MISSING:
        return unknown(path, f"{name}: {flag}: {given.value}", late=given is Gap.UNKNOWN)
    text = f"{name}: {flag} is not given, and no rule reads its configuration file"
    return unknown(path, f"{text}; set {flag}={value}")


TELEMETRY_OFF = Rule(
    id="TEL-01",
    title="Telemetry, update checks and hub calls are off",
    asks=(
        "Every container that runs software of the telemetry table has all of its switches as "
        "literal values. Variables from ConfigMaps of the same stack count, others are unknown; so "
        "is software that a file silences, unless a flag does."
    ),
    severity=Severity.MEDIUM,
    phases=ALWAYS,
    controls=("GDPR Art. 25", "BSI C3A SOV-3-01-C2"),
    remediation=Remediation(
        en="Set the switches from hoheit_facts.TELEMETRY in the container's env.",
        de="Die Schalter aus hoheit_facts.TELEMETRY im env des Containers setzen.",
    ),
    of_resource=judge_telemetry,
    looks_inside=True,
)
