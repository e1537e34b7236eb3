"""Buckets of S3 by their names. Neither a name nor an ARN says where a bucket is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .values import at

if TYPE_CHECKING:
    from .resource import Resource
    from .view import View

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")


def buckets_named(name: str, view: View) -> Iterator[Resource]:
    """Return the buckets of the view that have a name."""
    yield from view.once(_by_name).get(name, ())


def _by_name(view: View) -> dict[str, list[Resource]]:
    found: dict[str, list[Resource]] = defaultdict(list)
    for one in view.resources:
        if one.type in BUCKETS:
            names = one.id, at(one.inputs, "bucket"), at(one.outputs, "bucket")
            for name in {text for text in names if isinstance(text, str)}:
                found[name].append(one)
    return found
