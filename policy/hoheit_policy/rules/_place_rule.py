"""What the three rules on places share: which places they ask."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from hoheit_policy.where import declared_places, places_of

if TYPE_CHECKING:
    from hoheit_facts import Profile

    from hoheit_policy.places import Place
    from hoheit_policy.resource import Resource
    from hoheit_policy.rule import OfResource, OfStack
    from hoheit_policy.verdict import Judgement
    from hoheit_policy.view import View

PlaceJudge: TypeAlias = "Callable[[Place, Profile | None], Judgement]"

NO_PROFILE = "nobody declared a profile; give one in the declarations, for example profile: eu"


def of_resource(judge: PlaceJudge) -> OfResource:
    """Return a rule that asks ``judge`` about every place of a resource."""

    def answer(resource: Resource, view: View) -> Iterator[Judgement]:
        for place in places_of(resource, view):
            yield judge(place, view.declarations.policy)

    return answer


def of_stack(judge: PlaceJudge) -> OfStack:
    """Return a rule that asks ``judge`` about declared clusters that nothing uses."""

    def answer(view: View) -> Iterator[tuple[str, Judgement]]:
        for place in declared_places(view):
            yield "", judge(place, view.declarations.policy)

    return answer
