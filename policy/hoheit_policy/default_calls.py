"""Libraries in a container that call a public service, because nothing names another host."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit_facts import DEFAULT_CLIENTS, DefaultClient

from .environment import Environment, environment_of
from .kubernetes import containers_of

if TYPE_CHECKING:
    from .resource import Resource
    from .view import View


@dataclass(frozen=True, kw_only=True)
class DefaultCall:
    """A library whose variables are set, and none that names its host."""

    path: str
    variable: str
    client: DefaultClient
    why_uncertain: str
    """What may name the host all the same, and nobody sees here."""


def default_calls(resource: Resource, view: View, rule: str) -> Iterator[DefaultCall]:
    """Return the libraries that one rule asks about."""
    asked = [one for one in DEFAULT_CLIENTS if one.rule == rule]
    for container in containers_of(resource):
        environment = environment_of(container, resource, view)
        for client in asked:
            variable = _turned_on(client, environment)
            if variable and not any(name in environment.values for name in client.endpoints):
                yield DefaultCall(
                    path=f"{container.path}.env",
                    variable=variable,
                    client=client,
                    why_uncertain=environment.why,
                )


def _turned_on(client: DefaultClient, environment: Environment) -> str | None:
    for name in client.variables:
        if name in environment.values and environment.value(name) not in client.off:
            return name
    return None
