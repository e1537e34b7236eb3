"""Where data rests: the stores that components register, and every other place of the state."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from hoheit_policy.known_services import completed, endpoint_of, known_place
from hoheit_policy.logins import without_login
from hoheit_policy.places import Place, located
from hoheit_policy.record import StoreRecord
from hoheit_policy.register_places import declared_location, recipient_places, store_places
from hoheit_policy.resource import read_urn
from hoheit_policy.where import declared_places, places_of

from .areas import area
from .fields import Field, of_fact, of_place, of_plain_fact, unknown

if TYPE_CHECKING:
    from .inputs import Inputs

LOCATED = ("country", "region", "zone", "operator", "jurisdiction")
KEPT = ("retention", "erasure", "encryption", "key_holder", "backup", "readers")
"""What a record of processing asks of every store."""

_WRITTEN = {"jurisdiction": "controlling_jurisdiction"}
"""Names in a register that are longer."""
_NOBODY = "nobody declared it"


def kept(inputs: Inputs) -> list[dict[str, Any]]:
    """Return every place where data rests or is worked on, with the source of each fact."""
    return [*_registered(inputs), *_found(inputs), *_backend(inputs)]


def place_fields(entry: Any, inputs: Inputs) -> dict[str, Field]:
    """Return the location of an entry of a register as fields."""
    given: dict[str, Any] = entry.get("location") or {}
    return {
        name: of_plain_fact(given.get(_WRITTEN.get(name, name)) or {}, inputs) for name in LOCATED
    }


def _registered(inputs: Inputs) -> Iterator[dict[str, Any]]:
    stores: list[dict[str, Any]] = (inputs.register or {}).get("stores") or []
    for store in stores:
        said = _record(str(store.get("name")), "", inputs)
        facts = {
            name: of_plain_fact(store.get(name) or {}, inputs, getattr(said, name)) for name in KEPT
        }
        yield {
            "name": store.get("name", "unknown"),
            "kind": "store",
            "resource": "",
            "path": "register",
            "data_class": store.get("data_class"),
            "medium": store.get("medium"),
            "host": store.get("host"),
            "on_destroy": store.get("on_destroy"),
            "fields": {**_with_area(place_fields(store, inputs)), **facts},
        }


def _found(inputs: Inputs) -> Iterator[dict[str, Any]]:
    """Return places that the state shows; a store that stands in the register stands there."""
    view = inputs.view
    for resource in view.resources:
        elsewhere = list(recipient_places(resource, view))
        if inputs.register is not None:
            elsewhere += store_places(resource, view)
        for place in places_of(resource, view):
            if place not in elsewhere:
                yield _entry(place, resource.urn, "place", inputs)
    for place in declared_places(view):
        yield _entry(place, "", "place", inputs)


def _backend(inputs: Inputs) -> Iterator[dict[str, Any]]:
    """Return Pulumi's state, which holds what the stack knows."""
    stated = inputs.declarations.state
    path = "state.backend"
    if stated is None or stated.backend is None:
        place = Place(what="Pulumi state", path=path, why_unknown=_NOBODY)
        yield _entry(place, "", "state", inputs)
        return
    url = without_login(stated.backend)
    what = f"Pulumi state at {url.partition('?')[0]}"
    given = stated.location or declared_location(inputs.declarations, *endpoint_of(url))
    claimed = located(what, path, given, inputs.today)
    known = known_place(Place(what=what, path=path), url)
    yield _entry(completed(known, claimed) if known else claimed, "", "state", inputs)


def _entry(place: Place, urn: str, kind: str, inputs: Inputs) -> dict[str, Any]:
    where = of_place(place, inputs)
    location = place.location
    finer = {
        name: of_plain_fact(getattr(location, name).model_dump(mode="json"), inputs)
        if location
        else unknown()
        for name in ("region", "zone")
    }
    name = f"{place.what} ({read_urn(urn)[1]})" if urn else place.what
    facts = {key: of_fact(fact, inputs) for key, fact in _record(name, urn, inputs)}
    return {
        "name": name,
        "kind": kind,
        "resource": urn,
        "path": place.path,
        "data_class": None,
        "medium": None,
        "host": None,
        "on_destroy": None,
        "fields": {**_with_area(where), **finer, **facts},
    }


def _with_area(where: dict[str, Field]) -> dict[str, Field]:
    return {**where, "area": area(where["country"])}


def _record(name: str, urn: str, inputs: Inputs) -> StoreRecord:
    """Return what people say of a store that they mean by its name or its URN."""
    said = inputs.record.stores
    fits = (one for key, one in said.items() if key == name or (urn and fnmatchcase(urn, key)))
    return next(fits, StoreRecord())
