"""ENC-03: stores of AWS are encrypted with a key of the customer."""

from typing import Any

import pytest
from hoheit_facts import CUSTOMER_KEYS, CustomerKey
from hoheit_policy import Gap, Provider, Resource, Verdict
from support import residency as r

HOME = Provider(type="pulumi:providers:aws", name="home", inputs={"region": "eu-central-1"})
KEY = "arn:aws:kms:eu-central-1:123456789012:key/a"
NOT_WELL = (Verdict.FAIL, Verdict.UNKNOWN)
STORES = [one for one in CUSTOMER_KEYS if one.rule == "ENC-03"]
every_store = pytest.mark.parametrize("one", STORES, ids=lambda one: one.type)


def put(tree: Any, path: str, value: Any) -> None:
    """Put a value at a path, with one item in each list on the way."""
    name, _, rest = path.partition(".")
    field = name.removesuffix("[]")
    inner: Any = tree.setdefault(field, {}) if rest else value
    if name.endswith("[]"):
        items = tree[field] if isinstance(tree.get(field), list) else [{}]
        inner = items[0] if rest else value
        tree[field] = items if rest else [value]
    if rest:
        put(inner, rest, value)
    elif not name.endswith("[]"):
        tree[field] = value


def store(one: CustomerKey, key: Any = KEY, on: Any = None) -> Resource:
    inputs: dict[str, Any] = {}
    if one.on:
        put(inputs, one.on, one.counts[0] if on is None else on)
    if key is not None:
        put(inputs, one.key, key)
    return r.other(one.type, inputs, provider=HOME)


@every_store
def test_a_store_is_encrypted_with_a_key_that_is_named(one: CustomerKey) -> None:
    assert r.worst("ENC-03", store(one)) is Verdict.PASS
    assert r.worst("ENC-03", store(one, None)) is Verdict.FAIL
    assert r.worst("ENC-03", store(one, "alias/aws/any")) is Verdict.FAIL
    assert r.worst("ENC-03", store(one, KEY.replace("eu-central", "us-east"))) is Verdict.FAIL


@every_store
@pytest.mark.parametrize("gap", [Gap.UNKNOWN, Gap.SECRET, Gap.WRONG, 7, [7]], ids=str)
def test_a_key_that_cannot_be_read_is_no_pass(one: CustomerKey, gap: Any) -> None:
    assert r.worst("ENC-03", store(one, gap)) in NOT_WELL
    if one.on:
        assert r.worst("ENC-03", store(one, on=gap)) in NOT_WELL


@pytest.mark.parametrize("one", [s for s in STORES if s.on], ids=lambda one: one.type)
def test_encryption_that_is_not_switched_on_fails(one: CustomerKey) -> None:
    for off in (False, "NONE", ""):
        assert r.worst("ENC-03", store(one, on=off)) is Verdict.FAIL


def test_a_key_that_aws_owns_is_not_the_customers() -> None:
    (one,) = [s for s in STORES if s.type == "aws:dsql/cluster:Cluster"]
    assert r.worst("ENC-03", store(one, "AWS_OWNED_KMS_KEY")) is Verdict.FAIL


def test_what_keeps_no_data_needs_no_key() -> None:
    assert r.worst("ENC-03", r.other("aws:ec2/subnet:Subnet", {})) is Verdict.NOT_APPLICABLE
