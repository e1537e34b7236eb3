"""What rules answer where a resource of Kubernetes names a public service of one kind."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from hoheit_facts import Service, service_at

from hoheit_policy.known_services import completed, contradiction
from hoheit_policy.opaque import why_opaque
from hoheit_policy.places import Place, located
from hoheit_policy.recipients import recipients_of
from hoheit_policy.register_places import declared_location
from hoheit_policy.texts import Text, hosts_named, texts_of
from hoheit_policy.values import Gap
from hoheit_policy.verdict import Judgement, failed, passed, unknown

from ._stated import judge_stated

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_SECRETS = ("Secret", "SecretPatch", "SecretList")
_TABLE = "table of services"
_at = cache(service_at)
"""A word of a text occurs often, and is compared with the whole table."""
WAY_OUT = "call a service of your own, or declare the recipient with its location in endpoints"


def named_services(resource: Resource, kind: str, view: View) -> Iterator[Judgement]:
    """Answer for every service of a kind that any text names, and for what cannot be read.

    Nothing is answered where all is read and nothing named: what a program does, no text shows.
    """
    if resource.package != "kubernetes" or not resource.custom:
        return
    texts = texts_of(resource)
    found = [(one.path, host) for one in texts for host in sorted(_hosts(one, kind))]
    for path, host in found:
        yield judge_service(path, host, view)
    if found:
        return
    if hidden := why_opaque(resource):
        yield unknown("", f"{hidden}; nobody can look inside", provenance="type of the resource")
    else:
        yield from _unread(resource, texts)


def judge_service(path: str, host: str, view: View) -> Judgement:
    """Answer for one host of the table: declared, and then in an allowed country, or not."""
    service = _at(host)
    operator = service.operator if service else host
    what = f"{host} of {operator}"
    location = declared_location(view.declarations, host)
    if location is None and recipients_of(view).has(host):
        return passed(path, f"{what}: declared by a component; LOC-01 asks where", "declared")
    if location is None:
        return failed(path, f"{what}: nobody declared it; {WAY_OUT}", _TABLE)
    claimed = located(what, path, location, view.today)
    known = _known(what, path, service)
    if wrong := contradiction(known, claimed):
        return failed(path, f"{what}: {wrong}; correct the declaration", _TABLE)
    return judge_stated(completed(known, claimed), view.declarations.policy)


def _known(what: str, path: str, service: Service | None) -> Place:
    return Place(
        what=what,
        path=path,
        operator=service.operator if service else None,
        jurisdiction=service.controlling_jurisdiction if service else None,
        provenance=_TABLE,
        why_unknown="declare its country in endpoints",
    )


def _hosts(one: Text, kind: str) -> set[str]:
    if isinstance(one.text, Gap):
        return set()
    named = ((host, _at(host)) for host in hosts_named(one.text))
    return {host for host, service in named if service is not None and service.kind == kind}


def _unread(resource: Resource, texts: tuple[Text, ...]) -> Iterator[Judgement]:
    """Answer once for all that cannot be read; the content of a Secret is not looked into."""
    gaps = [one for one in texts if isinstance(one.text, Gap)]
    if not gaps or resource.type.endswith(_SECRETS):
        return
    lasting = [one for one in gaps if one.text is not Gap.UNKNOWN]
    first = (lasting or gaps)[0]
    gap = first.text if isinstance(first.text, Gap) else Gap.WRONG
    yield unknown(first.path, f"a text {gap.value} ({len(gaps)} in all)", late=not lasting)
