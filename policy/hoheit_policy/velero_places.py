"""Where Velero puts backups and snapshots: its custom resources, and the values of its chart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from .aws_places import region_places
from .charts import is_chart
from .kubernetes import KubernetesObject, group_of, objects_of
from .object_endpoints import endpoint_place
from .places import AWS_PARTITIONS, Place, in_region, lost
from .values import Gap, at, list_at, text_at

if TYPE_CHECKING:
    from .resource import Resource
    from .view import View

_GROUP = "velero.io"
_KINDS = {"BackupStorageLocation": "backups", "VolumeSnapshotLocation": "snapshots of volumes"}
_VALUES = {"backupStorageLocation": "backups", "volumeSnapshotLocation": "snapshots of volumes"}
"""Lists below ``configuration`` in the values of the chart."""
_AWS = ("aws", "velero.io/aws")
_URLS = ("s3Url", "publicUrl")
"""The store, and from where its downloads are offered (velero-plugin-for-aws)."""
_BUCKETS = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")


@dataclass(frozen=True, kw_only=True)
class _Location:
    """One location, as a custom resource or a chart writes it."""

    what: str
    path: str
    spec: Any
    bucket: str | Gap


def velero_places(resource: Resource, view: View) -> Iterator[Place]:
    """Return the place of every location that Velero is given."""
    for found in objects_of(resource):
        if found.kind in _KINDS and _is_velero(found, resource):
            spec, path = at(found.body, "spec"), found.where("spec")
            bucket = text_at(spec, "objectStorage", "bucket")
            one = _Location(what=_KINDS[found.kind], path=path, spec=spec, bucket=bucket)
            yield from _places(one, resource, view)
    if is_chart(resource):
        yield from _of_values(resource, view)


def _is_velero(found: KubernetesObject, resource: Resource) -> bool:
    version = text_at(found.body, "apiVersion")
    group = version.split("/")[0] if isinstance(version, str) else group_of(resource)
    return group == _GROUP


def _of_values(resource: Resource, view: View) -> Iterator[Place]:
    chart = text_at(resource.inputs, "chart")
    if not isinstance(chart, str) or "velero" not in chart:
        return
    for field, what in _VALUES.items():
        path = ("values", "configuration", field)
        listed = list_at(resource.inputs, *path)
        if isinstance(listed, Gap):
            if listed is not Gap.MISSING:
                yield lost(what, ".".join(path), listed)
            continue
        for index, entry in enumerate(listed):
            place = f"{'.'.join(path)}[{index}]"
            bucket = text_at(entry, "bucket")
            one = _Location(what=what, path=place, spec=entry, bucket=bucket)
            yield from _places(one, resource, view)


def _places(one: _Location, resource: Resource, view: View) -> Iterator[Place]:
    config = at(one.spec, "config")
    urls = [field for field in _URLS if at(config, field) is not Gap.MISSING]
    for field in urls:
        path = f"{one.path}.config.{field}"
        yield endpoint_place(one.what, path, text_at(config, field), resource, view)
    if _URLS[0] not in urls:
        yield from _of_provider(one, view)


def _of_provider(one: _Location, view: View) -> Iterator[Place]:
    provider, region = text_at(one.spec, "provider"), text_at(one.spec, "config", "region")
    path = f"{one.path}.provider"
    if isinstance(provider, Gap):
        yield lost(one.what, path, provider)
    elif provider not in _AWS:
        why = f"no table says where provider '{provider}' keeps them; use one with a URL or region"
        yield Place(what=one.what, path=path, why_unknown=why)
    elif isinstance(region, str):
        yield in_region(one.what, f"{one.path}.config.region", region, AWS_PARTITIONS)
    elif region is not Gap.MISSING:
        yield lost(one.what, f"{one.path}.config.region", region)
    else:
        yield from _of_bucket(one, view)


def _of_bucket(one: _Location, view: View) -> Iterator[Place]:
    """Return where the bucket of a name is, which Velero asks S3 for, if the stack makes it."""
    path = f"{one.path}.objectStorage.bucket"
    owners = [other for other in view.resources if _is_bucket(other, one.bucket)]
    for owner in owners:
        for found in region_places(owner):
            yield replace(found, what=one.what, path=path)
    if not owners:
        why = "neither config.region nor config.s3Url says where; state one"
        yield Place(what=one.what, path=path, why_unknown=why, late=one.bucket is Gap.UNKNOWN)


def _is_bucket(resource: Resource, name: str | Gap) -> bool:
    of_name = isinstance(name, str) and name in (resource.look("bucket"), resource.id)
    return of_name and resource.type in _BUCKETS
