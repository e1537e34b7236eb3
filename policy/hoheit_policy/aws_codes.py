"""What a text of AWS says of a place: a region, an availability zone, or an ARN."""

from __future__ import annotations

import re
from dataclasses import replace

from hoheit_facts import region_named

from .places import AWS_PARTITIONS, Place, in_region, lost
from .values import Gap

_ARN = re.compile(
    r"arn:(?P<partition>[a-z-]+):(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9-]*):[!-~]*"
)
"""Whole, and of printable letters: what looks like an ARN and is none says nothing."""
_ZONE = re.compile(r"(?P<region>[a-z]+(?:-[a-z]+)+-\d)[a-z]")
"""A zone of the region itself: a local zone or one at the edge has more parts in its name."""
_ELSEWHERE = "outposts"
"""Service of machines that stand at a customer's, wherever its region is."""


def aws_region(what: str, path: str, given: object) -> Place:
    """Return the region that a value names, and nothing else than a region."""
    if isinstance(given, Gap) or not isinstance(given, str):
        return lost(what, path, given if isinstance(given, Gap) else Gap.WRONG)
    return in_region(what, path, given, AWS_PARTITIONS)


def aws_place(what: str, path: str, given: object) -> Place:
    """Return the place that a value names; a code that no table knows is nowhere."""
    if isinstance(given, Gap):
        return lost(what, path, given)
    if not isinstance(given, str):
        return lost(what, path, Gap.WRONG)
    if given.startswith("arn:"):
        return _of_arn(what, path, given)
    zone = _ZONE.fullmatch(given)
    if zone is not None and region_named(zone["region"], AWS_PARTITIONS):
        place = in_region(what, path, zone["region"], AWS_PARTITIONS)
        return replace(place, provenance=f"availability zone {given}; {place.provenance}")
    return in_region(what, path, given, AWS_PARTITIONS)


def has_region(text: object) -> bool:
    """Tell whether a text is an ARN in which a region stands."""
    found = _ARN.fullmatch(text) if isinstance(text, str) else None
    return found is not None and found["region"] != ""


def read_arn(text: str) -> dict[str, str] | None:
    """Return partition, service and region of an ARN, or None where it is none."""
    found = _ARN.match(text)
    return found.groupdict() if found else None


def _of_arn(what: str, path: str, text: str) -> Place:
    found = _ARN.fullmatch(text)
    if found is None or not found["region"]:
        return Place(what=what, path=path, why_unknown="its ARN names no region")
    if found["service"] == _ELSEWHERE:
        why = "an Outpost stands where its owner put it, whatever its region"
        return Place(what=what, path=path, why_unknown=why)
    place = in_region(what, path, found["region"], (found["partition"],))
    return replace(place, provenance=f"ARN; {place.provenance}")
