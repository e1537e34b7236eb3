"""What rules answer about data that a key of the customer has to encrypt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hoheit_facts import CUSTOMER_KEYS

from hoheit_policy.aws_codes import read_arn
from hoheit_policy.aws_places import is_aws, region_code
from hoheit_policy.tree_paths import values_at
from hoheit_policy.values import Gap
from hoheit_policy.verdict import Judgement, failed, passed, unknown

if TYPE_CHECKING:
    from hoheit_facts import CustomerKey

    from hoheit_policy.resource import Resource
    from hoheit_policy.rule import OfResource
    from hoheit_policy.view import View

_OF_AWS = "alias/aws/"
"""How the names of the keys begin that AWS makes and keeps."""
_OWNED = "AWS_OWNED_KMS_KEY"
_WAY_OUT = "name a KMS key of your own in the region of the resource"


def encrypted_for(rule: str) -> OfResource:
    """Return the answer about the keys that one rule asks about."""
    asked = [one for one in CUSTOMER_KEYS if one.rule == rule]

    def answer(resource: Resource, _view: View) -> Iterator[Judgement]:
        for known in asked:
            if known.type == resource.type and is_aws(resource):
                if known.on:
                    yield _judge_switch(resource, known)
                for path, value in _given(resource, known.key):
                    yield _judge_key(resource, path, value)

    return answer


def _given(resource: Resource, path: str) -> list[tuple[str, Any]]:
    return list(values_at(resource.inputs, path)) or [(path, Gap.MISSING)]


def _judge_switch(resource: Resource, known: CustomerKey) -> Judgement:
    """Answer whether encryption is on, as far as it is switched."""
    wanted = " or ".join(str(one) for one in known.counts)
    found = [value for _, value in _given(resource, known.on)]
    if any(value == one and type(value) is type(one) for value in found for one in known.counts):
        return passed(known.on, "encryption is on")
    unreadable = [one for one in found if isinstance(one, Gap) and one is not Gap.MISSING]
    if unreadable:
        return _unreadable(known.on, "encryption", unreadable[0])
    if all(isinstance(one, str | bool) or one is Gap.MISSING for one in found):
        return failed(known.on, f"encryption is not on; set {known.on} to {wanted}")
    return _unreadable(known.on, "encryption", Gap.WRONG)


def _judge_key(resource: Resource, path: str, value: Any) -> Judgement:
    """Answer for one key. A name or id without a region is of the resource's own."""
    if value in (Gap.MISSING, "", _OWNED):
        return failed(path, f"encrypted with a key of AWS, or not at all; {_WAY_OUT}")
    if isinstance(value, Gap) or not isinstance(value, str):
        return _unreadable(path, "the key", value if isinstance(value, Gap) else Gap.WRONG)
    if _OF_AWS in value:
        return failed(path, f"encrypted with a key that AWS keeps; {_WAY_OUT}")
    if value.startswith("arn:"):
        return _judge_arn(resource, path, value)
    return passed(path, "a key that is named, in the region of the resource")


def _judge_arn(resource: Resource, path: str, value: str) -> Judgement:
    arn, here = read_arn(value), region_code(resource)
    if arn is None or arn["service"] != "kms":
        return _unreadable(path, "the key", Gap.WRONG)
    if here is None:
        return unknown(path, "whether the key is in the region of the resource, nobody sees")
    if arn["region"] != here:
        return failed(path, f"the key is in {arn['region']}, the resource in {here}; {_WAY_OUT}")
    return passed(path, f"a key that is named, in {here}")


def _unreadable(path: str, what: str, gap: Gap) -> Judgement:
    return unknown(path, f"{what} {gap.value}", late=gap is Gap.UNKNOWN)
