"""The file by which a gateway knows keys."""

from __future__ import annotations

from hoheit._api_keys import digest, keys_file


def test_a_digest_is_the_sha_256_of_the_key_in_capitals() -> None:
    assert digest("abc") == "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"


def test_every_key_has_a_line_with_its_clients_name() -> None:
    text = keys_file([("team-a", "abc"), ("team-a", "x"), ("team-b", "y")])
    assert [line.split() for line in text.splitlines()] == [
        [digest("abc"), "team-a"],
        [digest("x"), "team-a"],
        [digest("y"), "team-b"],
    ]


def test_no_key_is_an_empty_file() -> None:
    assert keys_file([]) == ""
