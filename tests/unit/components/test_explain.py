"""Validation errors as sentences for an operator."""

from typing import Annotated, Any, Literal

import pulumi
import pytest
from hoheit import DnsLabel, InputStr, InvalidArgsError, Peer
from hoheit.driver import Args, validated
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

SECRET = "wJalrXUtnFEMI-K7MDENG"


class Cat(Args):
    kind: Literal["cat"] = "cat"
    lives: int = Field(default=9, ge=1)


class Dog(Args):
    kind: Literal["dog"] = "dog"
    name: str


class Home(Args):
    street: str
    pets: dict[DnsLabel, Annotated[Cat | Dog, Field(discriminator="kind")]] = Field(default={})
    rooms: tuple[Dog, ...] = ()
    owner: Cat | None = None
    secret_name: InputStr | None = None
    peers: tuple[Peer, ...] = ()


def explained(**given_fields: Any) -> list[str]:
    with pytest.raises(pulumi.RunError) as refused:
        validated(Home, {"street": "x", **given_fields}, "Home 'a'")
    head, *lines = str(refused.value).splitlines()
    assert head == "Home 'a' is not valid:"
    return [line.removeprefix("  ") for line in lines]


def test_a_valid_mapping_becomes_the_model() -> None:
    assert validated(Home, {"street": "x"}, "Home") == Home(street="x")


def test_a_missing_field_is_named() -> None:
    assert explained(rooms=[{}]) == ["rooms[0].name: required, but not given"]


def test_every_fault_has_its_own_line() -> None:
    lines = explained(rooms=[{"name": 1}, {"name": "a"}, {}], owner={"lives": 0})
    assert [line.split(":")[0] for line in lines] == [
        "rooms[0].name",
        "rooms[2].name",
        "owner.lives",
    ]


def test_an_unknown_field_gets_a_suggestion_and_the_known_ones() -> None:
    expected = "owner.livse: unknown field; did you mean 'lives'?; known fields: kind, lives"
    assert explained(owner={"livse": 3}) == [expected]


def test_an_unknown_field_that_resembles_nothing_gets_the_known_ones() -> None:
    assert explained(zzz=3) == [
        "zzz: unknown field; known fields: owner, peers, pets, rooms, secret_name, street"
    ]


def test_a_path_is_what_the_author_wrote_without_the_tags_of_unions() -> None:
    assert explained(pets={"tom": {"kind": "cat", "lives": 0}}) == [
        "pets.tom.lives: Input should be greater than or equal to 1"
    ]


def test_a_name_that_is_also_a_tag_stays_in_the_path() -> None:
    assert explained(pets={"cat": {"kind": "cat", "lives": 0}, "dog": {"kind": "dog"}}) == [
        "pets.cat.lives: Input should be greater than or equal to 1",
        "pets.dog.name: required, but not given",
    ]


def test_the_known_fields_are_those_of_the_chosen_member_of_a_union() -> None:
    assert explained(pets={"rex": {"kind": "dog", "name": "Rex", "lives": 9}}) == [
        "pets.rex.lives: unknown field; known fields: kind, name"
    ]


def test_an_unknown_member_of_a_union_gets_the_known_ones() -> None:
    assert explained(pets={"tweety": {"kind": "bird"}}) == [
        "pets.tweety.kind: no 'bird'; known: 'cat', 'dog'"
    ]


def test_a_wrong_key_of_a_mapping_is_shown_at_its_place() -> None:
    (line,) = explained(pets={"Tom": {"kind": "cat"}})
    assert line.startswith("pets.Tom: a name of lower-case letters, digits and '-'")


def test_a_value_that_no_member_of_a_union_takes_gets_one_line() -> None:
    assert explained(secret_name=5) == ["secret_name: Input should be a valid string"]


def test_a_fault_inside_a_foreign_type_is_shown_at_our_field() -> None:
    assert explained(peers=[{"cidrs": ["nonsense"]}]) == [
        "peers[0].cidrs[0]: should be a range such as 192.0.2.0/24, whose last bits are zero"
    ]


def test_a_rule_over_several_fields_is_shown_at_the_model() -> None:
    (line,) = explained(peers=[{}])
    assert line.startswith("peers[0]: name either the pods")


def test_a_rule_that_names_its_field_extends_the_path() -> None:
    class Shed(Args):
        home: Home

        def model_post_init(self, _: Any, /) -> None:
            raise ValueError("home.street: too far away")

    with pytest.raises(pulumi.RunError, match=r"\n  home\.street: too far away$"):
        validated(Shed, {"home": {"street": "x"}}, "Shed")


def test_something_that_is_no_mapping_at_all_is_explained_too() -> None:
    with pytest.raises(pulumi.RunError, match=r"\(the whole\): should be a mapping"):
        validated(Home, [SECRET], "Home")


def test_arguments_are_explained_where_they_are_written_down() -> None:
    with pytest.raises(InvalidArgsError) as refused:
        Home(street="x", rooms=(SECRET,), owner={"lives": 0})  # pyright: ignore[reportArgumentType]
    head, *lines = str(refused.value).splitlines()
    assert head == "Home is not valid:"
    assert lines[0].startswith("  rooms[0]: ")
    assert lines[1:] == ["  owner.lives: Input should be greater than or equal to 1"]
    assert SECRET not in str(refused.value)


def test_an_explanation_ends_a_program_without_a_stack_trace() -> None:
    assert issubclass(InvalidArgsError, pulumi.RunError)
    with pytest.raises(InvalidArgsError) as refused:
        Dog()  # pyright: ignore[reportCallIssue]
    assert refused.value.__suppress_context__


@pytest.mark.parametrize(
    "given_fields",
    [
        {"street": {"value": SECRET}},
        {"street": [SECRET]},
        {"owner": SECRET},
        {"owner": {"lives": SECRET}},
        {"pets": SECRET},
        {"pets": {"tom": SECRET}},
        {"rooms": [SECRET]},
        {"secret_name": {"AWS_SECRET_ACCESS_KEY": SECRET}},
        {"token": SECRET},
        {"owner": {"token": SECRET}},
        {"peers": [{"namespace": f"{SECRET}_"}]},
    ],
)
def test_no_value_is_echoed_because_it_might_be_a_secret(given_fields: dict[str, Any]) -> None:
    assert SECRET not in "\n".join(explained(**given_fields))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
fields = st.sampled_from([*Home.model_fields, "kind", "x", ""])


@given(st.dictionaries(fields, json_values))
def test_whatever_is_given_there_is_a_model_or_an_explanation(anything: dict[str, Any]) -> None:
    try:
        text = str(validated(Home, anything, "Home"))
    except pulumi.RunError as refused:
        head, *faults = str(refused).splitlines()
        text = head if faults else ""
    assert text


def test_an_output_where_a_plain_value_is_needed_is_called_one() -> None:
    late = pulumi.Output.from_input(3)
    (line,) = explained(owner={"lives": late})
    assert line.startswith("owner.lives: is an Output, which is known only after deployment; ")
