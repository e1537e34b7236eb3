from typing import Any

import pytest
from google.protobuf import struct_pb2
from hoheit_lab.providers.errors import UnsupportedError
from hoheit_lab.providers.marks import UNKNOWN, Secret
from hoheit_lab.providers.values import (
    ARCHIVE,
    ASSET,
    OUTPUT_VALUE,
    RESOURCE_REFERENCE,
    SIGNATURE_KEY,
    UNKNOWN_STRINGS,
    from_struct,
    from_value,
    to_struct,
    to_value,
)
from hypothesis import given
from hypothesis import strategies as st

_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text().filter(lambda text: text not in UNKNOWN_STRINGS),
    st.just(UNKNOWN),
)
_KEYS = st.text(max_size=8).filter(lambda key: key != SIGNATURE_KEY)
VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(_KEYS, inner, max_size=4),
        inner.map(lambda value: value if isinstance(value, Secret) else Secret(value)),
    ),
    max_leaves=12,
)


def signed(signature: str, **fields: Any) -> struct_pb2.Value:
    return to_value({SIGNATURE_KEY: signature, **fields})


@given(st.dictionaries(_KEYS, VALUES, max_size=4))
def test_properties_survive_the_wire(properties: dict[str, Any]) -> None:
    assert from_struct(to_struct(properties)) == properties


@given(st.integers(-(2**53), 2**53))
def test_a_whole_number_comes_back_as_an_integer(number: int) -> None:
    decoded = from_value(to_value(float(number)))

    assert decoded == number
    assert isinstance(decoded, int)


def test_a_fraction_stays_a_fraction() -> None:
    assert from_value(to_value(1.5)) == 1.5


@pytest.mark.parametrize("text", sorted(UNKNOWN_STRINGS))
def test_every_kind_of_unknown_value_is_recognized(text: str) -> None:
    assert from_value(to_value(text)) is UNKNOWN


def test_a_secret_inside_a_secret_is_one_secret() -> None:
    inner = to_value(Secret("s"))
    outer = struct_pb2.Value(struct_value=struct_pb2.Struct())
    outer.struct_value.CopyFrom(to_value(Secret(None)).struct_value)
    outer.struct_value.fields["value"].CopyFrom(inner)

    assert from_value(outer) == Secret("s")


def test_a_secret_does_not_show_in_its_representation() -> None:
    assert "hunter2" not in repr({"a": [Secret("hunter2")]})


def test_an_output_value_is_its_element() -> None:
    assert from_value(signed(OUTPUT_VALUE, value="x")) == "x"


def test_an_output_value_without_element_is_unknown() -> None:
    assert from_value(signed(OUTPUT_VALUE, dependencies=["urn"])) is UNKNOWN


def test_a_secret_output_value_is_a_secret() -> None:
    assert from_value(signed(OUTPUT_VALUE, value="x", secret=True)) == Secret("x")


def test_a_resource_reference_is_the_resources_id() -> None:
    assert from_value(signed(RESOURCE_REFERENCE, urn="urn:x", id="ns/name")) == "ns/name"


def test_a_reference_to_a_resource_without_id_yet_is_unknown() -> None:
    assert from_value(signed(RESOURCE_REFERENCE, urn="urn:x", id="")) is UNKNOWN


def test_a_reference_to_a_component_is_its_urn() -> None:
    assert from_value(signed(RESOURCE_REFERENCE, urn="urn:x")) == "urn:x"


@pytest.mark.parametrize("signature", [ASSET, ARCHIVE])
def test_assets_and_archives_are_refused_with_the_way_out(signature: str) -> None:
    with pytest.raises(UnsupportedError, match="read the file in the program"):
        from_value(signed(signature, text="x"))


def test_an_unheard_of_signature_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="unknown signature"):
        from_value(signed("feed"))
