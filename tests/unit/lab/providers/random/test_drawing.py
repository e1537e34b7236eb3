import base64
import ctypes.util
import time
import uuid

import pytest
from hoheit_lab.providers.errors import ProviderError
from hoheit_lab.providers.random import drawing
from hoheit_lab.providers.random.bcrypt import bcrypt_hash, crypt


def test_an_id_is_the_same_bytes_in_four_spellings_behind_its_prefix() -> None:
    drawn = drawing.draw_id({"byteLength": 5, "prefix": "x-"})
    plain = {key: value.removeprefix("x-") for key, value in drawn.outputs.items()}
    raw = bytes.fromhex(plain["hex"])

    assert all(value.startswith("x-") for value in drawn.outputs.values())
    assert len(raw) == 5
    assert base64.b64decode(plain["b64Std"]) == raw
    assert int(plain["dec"]) == int.from_bytes(raw, "big")
    assert drawn.id == plain["b64Url"]


def test_the_id_of_a_password_does_not_tell_it() -> None:
    inputs = {"length": 9, **dict.fromkeys(("lower", "upper", "numeric", "special"), True)}
    inputs |= dict.fromkeys(("minLower", "minUpper", "minNumeric", "minSpecial"), 0)

    assert drawing.draw_password(inputs).id == "none"


def test_a_number_stays_within_its_bounds() -> None:
    drawn = {drawing.draw_integer({"min": 1, "max": 3}).outputs["result"] for _ in range(200)}

    assert drawn == {1, 2, 3}


def test_bounds_in_the_wrong_order_are_refused() -> None:
    with pytest.raises(ProviderError, match="min is 3, and max is only 1"):
        drawing.draw_integer({"min": 3, "max": 1})


def test_a_seed_repeats_the_draw() -> None:
    inputs = {"inputs": list("abcdefgh"), "seed": "s"}

    assert drawing.draw_shuffle(inputs) == drawing.draw_shuffle(inputs)


@pytest.mark.parametrize("count", [None, 0, 2, 7])
def test_a_shuffle_gives_as_many_as_asked_for(count: int | None) -> None:
    given = ["a", "b", "c"]
    results = drawing.draw_shuffle({"inputs": given, "resultCount": count}).outputs["results"]

    assert len(results) == (3 if count is None else count)
    assert set(results) <= set(given)


@pytest.mark.parametrize(("length", "words"), [(1, 1), (2, 2), (4, 4)])
def test_a_pet_has_as_many_words_as_asked_for(length: int, words: int) -> None:
    drawn = drawing.draw_pet({"length": length, "separator": "."})

    assert len(drawn.id.split(".")) == words


def test_a_pets_prefix_comes_first() -> None:
    assert drawing.draw_pet({"length": 1, "separator": "-", "prefix": "my"}).id.startswith("my-")


def test_uuids_have_the_version_that_their_type_says() -> None:
    assert uuid.UUID(drawing.draw_uuid({}).id).version == 4
    seven = uuid.UUID(drawing.draw_uuid7({}).id)
    assert seven.int >> 76 & 0xF == 7
    assert abs((seven.int >> 80) / 1000 - time.time()) < 60


def test_what_is_no_uuid_cannot_be_adopted() -> None:
    with pytest.raises(ProviderError, match="is not a UUID"):
        drawing.adopt_uuid("x")


def test_a_hash_is_bcrypts_for_a_vector_that_everybody_knows() -> None:
    library = ctypes.util.find_library("crypt")
    if library is None:
        pytest.skip("no libcrypt here; install libcrypt1 (Debian) or libxcrypt (Fedora)")

    setting = "$2b$05$CCCCCCCCCCCCCCCCCCCCC."
    assert crypt(library, "U*U", setting) == f"{setting}E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"


def test_the_hash_of_a_password_can_be_checked_against_it() -> None:
    library = ctypes.util.find_library("crypt")
    hashed = bcrypt_hash("hunter2")
    if library is None or hashed is None:
        pytest.skip("the C library has no bcrypt; install libcrypt1 (Debian) or libxcrypt (Fedora)")

    assert hashed.startswith("$2b$10$")
    assert crypt(library, "hunter2", hashed) == hashed
    assert crypt(library, "hunter3", hashed) != hashed
    assert bcrypt_hash("hunter2") != hashed


def test_a_library_without_bcrypt_gives_no_hash_instead_of_another_one() -> None:
    library = ctypes.util.find_library("crypt")
    if library is None:
        pytest.skip("no libcrypt here; install libcrypt1 (Debian) or libxcrypt (Fedora)")

    assert crypt(library, "hunter2", "$5$salt") is None
    assert crypt("no-such-library.so", "hunter2", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.") is None
