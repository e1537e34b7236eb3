"""Fields of cloud resources: well-formed, and of types that say which cloud they are of."""

import re

import pytest
from hoheit_facts import (
    CUSTOMER_KEYS,
    DATA_STORES,
    DESTINATIONS,
    GLOBAL_SERVICES,
    HCLOUD_FIELDS,
    REQUIRED_TAGS,
    CustomerKey,
    Destination,
)

AWS = re.compile(r"aws:[a-z0-9]+/[A-Za-z0-9]+:[A-Z][A-Za-z0-9]+")
HCLOUD = re.compile(r"hcloud:index/[A-Za-z]+:[A-Z][A-Za-z]+")
PATH = re.compile(r"(?:[A-Za-z0-9|]+(?:\[\])?)(?:\.[A-Za-z0-9|]+(?:\[\])?)*|")
KINDS = (
    "place",
    "arn",
    "bucket",
    "url",
    "subscriber",
    "arn-or-name",
    "self",
    "flag",
    "hidden",
)


@pytest.mark.parametrize("one", DESTINATIONS, ids=lambda one: f"{one.type} {one.path}")
def test_a_destination_is_a_path_of_a_known_kind(one: Destination) -> None:
    assert AWS.fullmatch(one.type)
    assert PATH.fullmatch(one.path)
    assert one.kind in KINDS
    assert one.if_missing in ("nothing", "self", "unknown")
    assert (one.path == "") <= (one.kind in ("self", "hidden"))


def test_what_follows_another_resource_names_the_types_of_it() -> None:
    for type_, known in HCLOUD_FIELDS.items():
        assert HCLOUD.fullmatch(type_)
        assert known.fields or known.follows
        assert bool(known.follows) is bool(known.targets)
        assert set(known.targets) <= HCLOUD_FIELDS.keys()


def test_stores_and_services_are_of_a_cloud() -> None:
    for type_ in DATA_STORES:
        assert AWS.fullmatch(type_) or HCLOUD.fullmatch(type_)
    assert all(one.prefix.startswith("aws:") for one in GLOBAL_SERVICES)
    assert len(set(REQUIRED_TAGS)) == len(REQUIRED_TAGS) > 0


@pytest.mark.parametrize("one", CUSTOMER_KEYS, ids=lambda one: one.type)
def test_a_key_is_named_by_a_path_and_a_switch_has_values(one: CustomerKey) -> None:
    assert AWS.fullmatch(one.type)
    assert PATH.fullmatch(one.key)
    assert PATH.fullmatch(one.on)
    assert bool(one.on) is bool(one.counts)
