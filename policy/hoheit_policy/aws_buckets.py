"""Buckets of S3 by their names. Neither a name nor an ARN says where a bucket is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .values import at

if TYPE_CHECKING:
    from .resource import Resource
    from .view import View

BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")


def buckets_named(name: str, view: View) -> Iterator[Resource]:
    """Return the buckets of the view that have a name."""
    for one in view.resources:
        if one.type in BUCKETS and name in _names(one):
            yield one


def _names(bucket: Resource) -> tuple[object, ...]:
    return bucket.id, at(bucket.inputs, "bucket"), at(bucket.outputs, "bucket")
