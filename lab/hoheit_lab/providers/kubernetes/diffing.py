"""Which properties differ between what the state holds and what the program says now."""

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from hoheit_lab.providers.marks import Unknown, is_list, is_object
from hoheit_lab.providers.paths import Path
from hoheit_lab.providers.requests import Change

from .elements import MISSING, counterpart
from .sameness import is_empty, same
from .schema import Schema, at, items


def differences(old: Any, new: Any, live: Any, schema: Schema | None = None) -> dict[Path, Change]:
    """The changed paths.

    A field that is added with the value which the live object has anyway is no change: that is how
    a program that spells out a default meets an object which was imported.
    """
    comparison = _Comparison()
    comparison.compare(old, new, _Place((), schema, live))
    return comparison.found


@dataclass(frozen=True)
class _Place:
    """Where the comparison is, and what the schema and the live object say there."""

    path: Path
    schema: Schema | None
    live: Any

    def under(self, key: str) -> "_Place":
        live = self.live.get(key, MISSING) if is_object(self.live) else MISSING
        return _Place((*self.path, key), at(self.schema, key), live)

    def element(self, index: int, wanted: Any, count: int) -> "_Place":
        live = counterpart(wanted, index, self.live, count, self.schema)
        return _Place((*self.path, index), items(self.schema), live)

    @property
    def stored(self) -> bool:
        """Whether the API server keeps the field; some it drops when they are empty."""
        return self.live is not MISSING

    @property
    def free_keys(self) -> bool:
        return self.schema is not None and self.schema.is_map


@dataclass
class _Comparison:
    found: dict[Path, Change] = field(default_factory=dict[Path, Change])

    def compare(self, old: Any, new: Any, place: _Place) -> None:
        if is_object(old) and is_object(new):
            for key in old.keys() | new.keys():
                self._compare_field(old, new, key, place)
        elif is_list(old) and is_list(new):
            self._compare_lists(old, new, place)
        elif isinstance(new, Unknown) or not same(old, new, place.schema, place.path):
            self.found[place.path] = Change.UPDATE

    def _compare_field(
        self, old: dict[str, Any], new: dict[str, Any], key: str, place: _Place
    ) -> None:
        here = place.under(key)
        if key in old and key in new:
            self.compare(old[key], new[key], here)
        elif key in old:
            if place.free_keys or not is_empty(old[key]) or here.stored:
                self.found[here.path] = Change.DELETE
        elif not (here.stored and _holds(new[key], here)):
            self.found[here.path] = Change.ADD

    def _compare_lists(self, old: list[Any], new: list[Any], place: _Place) -> None:
        for index, (before, after) in enumerate(zip_longest(old, new, fillvalue=MISSING)):
            here = place.element(index, before if after is MISSING else after, len(new))
            if after is MISSING:
                self.found[here.path] = Change.DELETE
            elif before is MISSING:
                self.found[here.path] = Change.ADD
            else:
                self.compare(before, after, here)


def _holds(new: Any, place: _Place) -> bool:
    """Whether the live value says all that the new one says; it may say more."""
    live = place.live
    if is_object(live) and is_object(new):
        return all(key in live and _holds(item, place.under(key)) for key, item in new.items())
    if is_list(live) and is_list(new):
        return len(live) == len(new) and all(
            _holds(item, place.element(index, item, len(new))) for index, item in enumerate(new)
        )
    return not isinstance(new, Unknown) and same(live, new, place.schema, place.path)
