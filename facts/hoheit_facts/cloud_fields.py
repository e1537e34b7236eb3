"""Fields of cloud resources that say where data lies, where copies go, and how it is labelled."""

from dataclasses import dataclass
from typing import Any

from ._data import load


@dataclass(frozen=True, kw_only=True)
class Destination:
    """A field of an AWS resource that says where its data goes, or who is linked to it."""

    rule: str
    """Id of the rule that asks."""
    type: str
    path: str
    """``[]`` is every item of a list, ``|`` parts fields that stand for each other. Empty: the
    resource itself is the copy."""
    kind: str
    """``place``: a region, a zone or an ARN with one. ``arn``: the same, but nobody writes it by
    hand. ``bucket``: a bucket by name or ARN. ``url``: an address in AWS or outside.
    ``subscriber``: an ARN, an address, or somebody's mail or telephone. ``arn-or-name``: a name is
    in the region of the resource. ``self``: where the resource is. ``flag``: true allows copies
    anywhere. ``hidden``: the copies are made elsewhere."""
    if_missing: str
    """``nothing`` is copied then, the copy is where the resource is (``self``), or ``unknown``."""


@dataclass(frozen=True, kw_only=True)
class HcloudFields:
    """Fields that say where a resource of Hetzner Cloud is."""

    rule: str
    type: str
    fields: tuple[str, ...]
    """The first one that is given counts."""
    follows: str | None
    """Field with the id of another resource, beside which it lies if no field is given."""
    targets: tuple[str, ...]
    """Types of that other resource."""


@dataclass(frozen=True, kw_only=True)
class GlobalService:
    """A service that handles data at many places of the world at once."""

    rule: str
    prefix: str
    """Of the type tokens."""
    name: str


@dataclass(frozen=True, kw_only=True)
class GlobalSetting:
    """A field of an AWS resource that makes it part of such a service."""

    rule: str
    type: str
    path: str
    harmless: tuple[str, ...]
    """Values that do not."""
    name: str
    """Of the service."""
    default: str | None
    """What AWS takes where no value is given; None: it is no part of the service then."""


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """A field of an AWS resource that gives its data to others."""

    type: str
    path: str
    kind: str
    """``account``: the id of one. ``organization``: all accounts of one. ``everybody``: any value
    does. ``policy``: a document that names them. ``acl``: a canned ACL of S3."""


_DATA: dict[str, Any] = load("cloud_fields")


def _hcloud(record: dict[str, Any]) -> HcloudFields:
    lists = {name: tuple(record.pop(name)) for name in ("fields", "targets")}
    return HcloudFields(**lists, **record)


DESTINATIONS: tuple[Destination, ...] = tuple(Destination(**one) for one in _DATA["destinations"])
"""Every field with a copy of data."""

HCLOUD_WITHOUT_PLACE: frozenset[str] = frozenset(_DATA["hcloud_without_place"])
"""Types of Hetzner Cloud that hold no data, or are found at the resources that they join."""

HCLOUD_FIELDS: dict[str, HcloudFields] = {one["type"]: _hcloud(one) for one in _DATA["hcloud"]}
"""By type token."""

ZONE_FIELDS: tuple[str, ...] = tuple(_DATA["zone_fields"])
"""Fields of AWS resources that hold availability zones, whatever the type."""

GLOBAL_SERVICES: tuple[GlobalService, ...] = tuple(
    GlobalService(**one) for one in _DATA["global_services"]
)

GLOBAL_SETTINGS: tuple[GlobalSetting, ...] = tuple(
    GlobalSetting(harmless=tuple(one.pop("harmless")), **one) for one in _DATA["global_settings"]
)

SHARING: tuple[Sharing, ...] = tuple(
    Sharing(kind=one["with"], type=one["type"], path=one["path"]) for one in _DATA["sharing"]
)

EGRESS_RANGES: tuple[tuple[str, str], ...] = tuple(
    (one["type"], one["path"]) for one in _DATA["egress_ranges"]
)
"""Fields of AWS resources that say where packets may go, by type and path."""

PROVIDER_URLS: dict[str, tuple[str, ...]] = {
    provider: tuple(one["path"] for one in _DATA["provider_urls"] if one["provider"] == provider)
    for provider in dict.fromkeys(one["provider"] for one in _DATA["provider_urls"])
}
"""Settings of providers that send requests elsewhere, by type of the provider."""

USER_DATA: tuple[str, ...] = tuple(_DATA["user_data"])
"""Fields with programs that a machine runs at its first start."""

REQUIRED_TAGS: tuple[str, ...] = tuple(_DATA["required_tags"])
"""What every store of data says of itself."""

DATA_STORES: dict[str, str] = {one["type"]: one["tags"] for one in _DATA["data_stores"]}
"""Field with the tags of every type that keeps data."""
