"""Where an object store is that a URL leads to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .known_services import completed, contradiction, endpoint_of, known_place
from .places import Place, located, lost
from .recipients import recipients_of
from .register_places import declared_location
from .values import Gap

if TYPE_CHECKING:
    from .resource import Resource
    from .view import View


def endpoint_place(what: str, path: str, url: str | Gap, resource: Resource, view: View) -> Place:
    """Return the place of a store: in the cluster of the resource, by tables, or as declared.

    A declaration that the tables contradict changes nothing.
    """
    if isinstance(url, Gap):
        return lost(what, path, url)
    try:
        host, port = endpoint_of(url)
    except ValueError:
        return lost(what, path, Gap.WRONG)
    named = f"{what} at {host}"
    if recipients_of(view).is_inside(host):
        return _in_cluster(named, path, resource, view)
    claimed = located(named, path, declared_location(view.declarations, host, port), view.today)
    known = known_place(Place(what=named, path=path), url)
    if known is None:
        undeclared = f"declare endpoints.{host} with its location"
        return claimed if claimed.location else replace(claimed, why_unknown=undeclared)
    return known if contradiction(known, claimed) else completed(known, claimed)


def _in_cluster(what: str, path: str, resource: Resource, view: View) -> Place:
    declared = view.cluster_of(resource.provider).declared
    location = declared.location if declared else None
    return located(f"{what}, in the cluster", path, location, view.today)
