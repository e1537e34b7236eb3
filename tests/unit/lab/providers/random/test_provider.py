from collections.abc import Iterator
from typing import Any

import pytest
from hoheit_lab.providers.marks import UNKNOWN, Secret
from hoheit_lab.providers.random.provider import RandomProvider
from hoheit_lab.providers.random.shapes import SHAPES
from support.standin import Refused, StandIn, serving

PASSWORD = "random:index/randomPassword:RandomPassword"
STRING = "random:index/randomString:RandomString"
UUID = "random:index/randomUuid:RandomUuid"
SAMPLES: dict[str, dict[str, Any]] = {
    "RandomBytes": {"length": 4},
    "RandomId": {"byteLength": 4},
    "RandomInteger": {"min": 1, "max": 9},
    "RandomPassword": {"length": 12},
    "RandomPet": {},
    "RandomShuffle": {"inputs": ["a", "b"]},
    "RandomString": {"length": 12},
    "RandomUuid": {},
    "RandomUuid4": {},
    "RandomUuid7": {},
}


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with serving(RandomProvider()) as served:
        yield served


def token(name: str) -> str:
    return f"random:index/{name[0].lower()}{name[1:]}:{name}"


def test_every_type_has_a_sample_here() -> None:
    assert SAMPLES.keys() == SHAPES.keys()


@pytest.mark.parametrize("name", SAMPLES)
def test_every_type_is_drawn_once_and_then_stays(standin: StandIn, name: str) -> None:
    resource = standin.create(token(name), "r", SAMPLES[name])

    assert resource.id
    assert set(SHAPES[name].outputs) <= resource.outputs.keys() | {"bcryptHash"}
    assert standin.diff(resource, SAMPLES[name]).changes == {}
    assert standin.refresh(resource) == resource


@pytest.mark.parametrize("name", SAMPLES)
def test_a_new_keeper_asks_for_a_new_draw(standin: StandIn, name: str) -> None:
    resource = standin.create(token(name), "r", SAMPLES[name])

    difference = standin.diff(resource, {**SAMPLES[name], "keepers": {"a": "1"}})

    assert difference.replaces == ["keepers"]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_preview_claims_no_value(standin: StandIn, name: str) -> None:
    outputs = standin.preview(token(name), "r", SAMPLES[name])

    for output in SHAPES[name].outputs:
        assert outputs[output] in (UNKNOWN, Secret(UNKNOWN))


def test_a_password_is_secret_and_a_string_is_not(standin: StandIn) -> None:
    password = standin.create(PASSWORD, "p", {"length": 12})
    text = standin.create(STRING, "s", {"length": 12})

    assert isinstance(password.outputs["result"], Secret)
    assert isinstance(text.outputs["result"], str)


def test_spelling_out_a_default_draws_nothing_anew(standin: StandIn) -> None:
    resource = standin.create(PASSWORD, "p", {"length": 12})

    assert standin.diff(resource, {"length": 12, "special": True, "minLower": 0}).changes == {}


def test_the_former_name_of_numeric_means_the_same(standin: StandIn) -> None:
    resource = standin.create(STRING, "s", {"length": 12, "number": False})

    assert not any(character.isdigit() for character in resource.outputs["result"])
    assert standin.diff(resource, {"length": 12, "numeric": False}).changes == {}


@pytest.mark.parametrize(
    ("inputs", "text"),
    [
        ({}, "length: is required"),
        ({"length": "12"}, "length: must be an integer"),
        ({"length": 12, "special": "yes"}, "special: must be true or false"),
        ({"length": 12, "speciall": True}, "no such property; did you mean special"),
    ],
)
def test_wrong_inputs_are_refused_with_their_path(
    standin: StandIn, inputs: dict[str, Any], text: str
) -> None:
    with pytest.raises(Refused, match=text):
        standin.create(PASSWORD, "p", inputs)


def test_unknown_inputs_are_accepted_in_a_preview(standin: StandIn) -> None:
    assert standin.preview(PASSWORD, "p", {"length": UNKNOWN})["length"] is UNKNOWN


def test_a_type_that_does_not_exist_is_refused_with_those_that_do(standin: StandIn) -> None:
    with pytest.raises(Refused, match=r"has no random:index/x:RandomX; it has: RandomBytes"):
        standin.create("random:index/x:RandomX", "x", {})


def test_a_password_is_imported_from_its_value(standin: StandIn) -> None:
    resource = standin.adopt(PASSWORD, "p", "hunter22")

    assert resource is not None
    assert resource.id == "none"
    assert resource.outputs["result"] == Secret("hunter22")
    assert standin.diff(resource, {"length": 8}).changes == {}


def test_an_import_that_the_value_alone_cannot_describe_is_refused(standin: StandIn) -> None:
    with pytest.raises(Refused, match="the official random plugin can"):
        standin.adopt(token("RandomShuffle"), "s", "-")
