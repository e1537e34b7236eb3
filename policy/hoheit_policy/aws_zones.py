"""Availability zones that resources of AWS name, whatever their type."""

from __future__ import annotations

from collections.abc import Iterator

from hoheit_facts import ZONE_FIELDS

from .aws_codes import aws_place
from .aws_places import is_aws
from .places import Place
from .resource import Resource
from .tree_paths import values_at
from .values import Gap
from .view import View


def zone_paths() -> tuple[str, ...]:
    """Return the paths of fields with one zone, and of those with a list."""
    return tuple(f"{field}[]" if field.endswith("s") else field for field in ZONE_FIELDS)


def zone_places(resource: Resource, _view: View) -> Iterator[Place]:
    """Return every zone that a resource names; without one AWS chooses within the region."""
    if not is_aws(resource):
        return
    for field in zone_paths():
        for path, value in values_at(resource.inputs, field):
            if value is not Gap.MISSING:
                yield aws_place("availability zone", path, value)
