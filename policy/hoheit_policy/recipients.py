"""Recipients that somebody declares, in the declarations or as egress of a component."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .hosts import is_internal
from .kubernetes import namespace_of, objects_of
from .register_places import Contact, contacts_of, endpoints_of
from .values import text_at

if TYPE_CHECKING:
    from .resource import Resource
    from .view import View


@dataclass(frozen=True, kw_only=True)
class Recipients:
    """Everybody whom a stack says that it contacts."""

    contacts: tuple[Contact, ...]
    complete: bool
    """No component may add one any more."""
    stated: bool
    """Somebody declared endpoints, if only none."""
    services: frozenset[str] = frozenset()
    """``name.namespace`` of the Services of the stack, by which pods call each other."""
    domains: frozenset[str] = frozenset()
    """Domain suffixes of Services in the declared clusters."""

    def is_inside(self, host: str) -> bool:
        """Tell whether a host is of the cluster itself."""
        return is_internal(host, self.domains) or host in self.services

    def at_port(self, port: int) -> list[str]:
        """Return the hosts outside of the cluster that are contacted at a port."""
        return sorted(
            {one.host for one in self.contacts if one.port == port and not self.is_inside(one.host)}
        )

    def has(self, host: str) -> bool:
        """Tell whether a host is declared."""
        return any(one.host == host for one in self.contacts)


def recipients_of(view: View) -> Recipients:
    """Return the recipients that the declarations and the components of a stack name."""
    return view.once(_recipients)


def _recipients(view: View) -> Recipients:
    named = [one for resource in view.resources if (one := resource.once(_named_by))]
    registered = [contact for contacts, _ in named for contact in contacts]
    declared = list(endpoints_of(view.declarations))
    return Recipients(
        contacts=(*declared, *registered),
        complete=view.complete,
        stated=view.declarations.endpoints is not None or bool(registered),
        services=frozenset(name for _, services in named for name in services),
        domains=frozenset(one.domain for one in view.declarations.clusters.values()),
    )


def _named_by(resource: Resource) -> tuple[tuple[Contact, ...], tuple[str, ...]] | None:
    """Return the contacts and Services of a resource; None for the many that have neither."""
    found = tuple(contacts_of(resource)), tuple(_services(resource))
    return found if any(found) else None


def _services(resource: Resource) -> Iterator[str]:
    for found in objects_of(resource):
        if found.kind == "Service" and text_at(found.body, "spec", "type") != "ExternalName":
            name, space = text_at(found.body, "metadata", "name"), namespace_of(found, resource)
            if isinstance(name, str) and isinstance(space, str):
                yield f"{name}.{space}"
