"""Fields of cloud resources that name the key with which their data is encrypted."""

from dataclasses import dataclass
from typing import Any

from ._data import load


@dataclass(frozen=True, kw_only=True)
class CustomerKey:
    """A field of an AWS resource that names a KMS key of the customer."""

    rule: str
    """Id of the rule that asks."""
    type: str
    key: str
    """Path of the key, as in ``Destination.path``."""
    on: str
    """Path of what switches encryption on; empty where the key alone does."""
    counts: tuple[str | bool, ...]
    """Values of that field that do."""


def _key(record: dict[str, Any]) -> CustomerKey:
    counts = tuple(record.pop("counts"))
    return CustomerKey(counts=counts, **record)


CUSTOMER_KEYS: tuple[CustomerKey, ...] = tuple(
    _key(one) for one in load("encryption_fields")["customer_keys"]
)
"""Every field that names a key."""
