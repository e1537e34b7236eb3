"""What the three rules on places share: which places they ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from hoheit_policy.verdict import Verdict, unknown
from hoheit_policy.where import declared_places, places_of

if TYPE_CHECKING:
    from hoheit_facts import Profile

    from hoheit_policy.places import Place
    from hoheit_policy.resource import Resource
    from hoheit_policy.rule import OfResource, OfStack
    from hoheit_policy.verdict import Judgement
    from hoheit_policy.view import View

PlaceJudge: TypeAlias = "Callable[[Place, Profile | None], Judgement]"
PlaceSource: TypeAlias = "Callable[[Resource, View], Iterator[Place]]"

NO_PROFILE = "nobody declared a profile; give one in the declarations, for example profile: eu"


def of_resource(judge: PlaceJudge, places: PlaceSource = places_of) -> OfResource:
    """Return a rule that asks ``judge`` about places of a resource, all of them if not told."""

    def answer(resource: Resource, view: View) -> Iterator[Judgement]:
        for place in places(resource, view):
            yield _cautious(place, judge(place, view.declarations.policy))

    return answer


def of_stack(judge: PlaceJudge) -> OfStack:
    """Return a rule that asks ``judge`` about declared clusters that nothing uses."""

    def answer(view: View) -> Iterator[tuple[str, Judgement]]:
        for place in declared_places(view):
            yield "", judge(place, view.declarations.policy)

    return answer


def _cautious(place: Place, judgement: Judgement) -> Judgement:
    """Take a pass back that rests on a value which is not there yet."""
    if not place.tentative or judgement.verdict is not Verdict.PASS:
        return judgement
    text = f"{judgement.message}, if the value is what it seems to come from"
    return unknown(judgement.path, text, late=True, provenance=judgement.provenance)
