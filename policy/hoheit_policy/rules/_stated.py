"""What rules answer where a place has to be stated and allowed: missing is not allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_policy.verdict import Judgement, Verdict

from .allowed_locations import judge_country
from .known_locations import judge_known

if TYPE_CHECKING:
    from hoheit_facts import Profile

    from hoheit_policy.places import Place


def judge_stated(place: Place, profile: Profile | None) -> Judgement:
    """Answer whether a place is known and, if so, allowed."""
    known = judge_known(place, profile)
    return known if known.verdict is not Verdict.PASS else judge_country(place, profile)
