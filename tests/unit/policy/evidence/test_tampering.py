"""Any changed byte or field of a package is detected, and named."""

import json
import random
from typing import Any

import pytest
from hoheit_policy.evidence import (
    SIGNATURE_FILE,
    STATEMENT,
    Answer,
    KeyFileError,
    package,
    sign,
    verify,
    worst,
)
from hoheit_policy.evidence.canonical import digest, json_bytes
from support import evidence as ev

PRIVATE, PUBLIC = ev.ed25519_keys()
CHANGES = 1000


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return ev.signed()


def named(content: dict[str, bytes], key: bytes | None = PUBLIC) -> str:
    """The names of everything that verify calls tampered."""
    bad = [one for one in verify(content, key) if one.answer is Answer.TAMPERED]
    return " ".join(f"{one.what} {one.says}" for one in bad)


def resigned(content: dict[str, bytes]) -> dict[str, bytes]:
    """The package of somebody who has the key, changes files, and signs them again."""
    document = json.loads(content[STATEMENT])
    for subject in document["subject"]:
        subject["digest"]["sha256"] = digest(content[subject["name"]])
    statement = json_bytes(document)
    return {**content, STATEMENT: statement, SIGNATURE_FILE: sign(statement, PRIVATE)}


def test_a_package_as_it_was_made_is_good(files: dict[str, bytes]) -> None:
    assert worst(verify(files, PUBLIC)) is Answer.GOOD


def test_a_thousand_changed_bytes_are_all_detected_in_the_file_that_has_them(
    files: dict[str, bytes],
) -> None:
    dice = random.Random(7)  # noqa: S311 - the same changes in every run
    names = sorted(files)
    for _ in range(CHANGES):
        name = dice.choice(names)
        content = bytearray(files[name])
        place = dice.randrange(len(content))
        content[place] ^= dice.randrange(1, 256)
        assert name in named({**files, name: bytes(content)}), (name, place)


def leaves(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(tree, dict):
        return [leaf for key, inner in tree.items() for leaf in leaves(inner, (*path, key))]
    if isinstance(tree, list):
        return [leaf for key, inner in enumerate(tree) for leaf in leaves(inner, (*path, key))]
    return [path]


def changed(document: Any, path: tuple[Any, ...]) -> Any:
    copy = json.loads(json.dumps(document))
    holder = copy
    for part in path[:-1]:
        holder = holder[part]
    holder[path[-1]] = "changed"
    return copy


def test_a_thousand_changed_fields_are_all_detected_in_the_file_that_has_them(
    files: dict[str, bytes],
) -> None:
    dice = random.Random(13)  # noqa: S311 - the same changes in every run
    documents = {name: json.loads(content) for name, content in files.items() if is_json(name)}
    paths = {name: leaves(document) for name, document in documents.items()}
    for _ in range(CHANGES):
        name = dice.choice(sorted(documents))
        path = dice.choice(paths[name])
        forged = json_bytes(changed(documents[name], path))
        assert name in named({**files, name: forged}), (name, path)


def is_json(name: str) -> bool:
    return not name.endswith((".html", ".csv"))


@pytest.mark.parametrize(
    "name", ["evidence.json", "findings.sarif", "art30.json", "art30.jsonld", "declarations.json"]
)
def test_a_field_that_somebody_with_the_key_changes_is_found_by_judging_again(
    files: dict[str, bytes], name: str
) -> None:
    document = json.loads(files[name])
    dice = random.Random(11)  # noqa: S311 - the same changes in every run
    for path in dice.sample(leaves(document), 20):
        forged = resigned({**files, name: json_bytes(changed(document, path))})
        assert worst(verify(forged, PUBLIC)) is not Answer.GOOD, path
        if "rule_set" not in path:
            assert worst(verify(forged, PUBLIC)) is Answer.TAMPERED, path


def test_a_row_for_the_register_that_somebody_with_the_key_changes_is_named(
    files: dict[str, bytes],
) -> None:
    rows = files["dora-b_02_02.csv"].replace(b"US", b"DE")
    forged = resigned({**files, "dora-b_02_02.csv": rows})
    assert "dora-b_02_02.csv is not what the enclosed state leads to" in named(forged)


def test_a_page_that_somebody_with_the_key_changes_is_named(files: dict[str, bytes]) -> None:
    page = files["evidence.html"].replace(b"UNKNOWN", b"PASS")
    forged = resigned({**files, "evidence.html": page})
    assert "evidence.html is not what the enclosed state leads to" in named(forged)


@pytest.mark.parametrize("name", ["state.json", "evidence.html", STATEMENT, SIGNATURE_FILE])
def test_a_missing_file_is_named(files: dict[str, bytes], name: str) -> None:
    assert f"{name} is missing" in named({key: files[key] for key in files if key != name})


def test_an_added_file_is_named(files: dict[str, bytes]) -> None:
    assert "more.txt the statement has no such file" in named({**files, "more.txt": b"x"})


def test_a_package_of_another_key_is_not_ours(files: dict[str, bytes]) -> None:
    other = {**files, SIGNATURE_FILE: sign(files[STATEMENT], ev.ecdsa_keys()[0])}
    assert "it is of the key" in named(other)


def test_an_ecdsa_key_signs_too(files: dict[str, bytes]) -> None:
    private, public = ev.ecdsa_keys()
    other = {**files, SIGNATURE_FILE: sign(files[STATEMENT], private)}
    assert worst(verify(other, public)) is Answer.GOOD


def test_an_envelope_in_other_bytes_is_refused(files: dict[str, bytes]) -> None:
    loose = json.dumps(json.loads(files[SIGNATURE_FILE])).encode()
    assert "not written as it was signed" in named({**files, SIGNATURE_FILE: loose})


def test_without_a_key_or_a_signature_nothing_is_good(files: dict[str, bytes]) -> None:
    assert worst(verify(files, None)) is Answer.UNKNOWN
    assert worst(verify(package(ev.inputs()), None)) is Answer.UNKNOWN


@pytest.mark.parametrize(
    ("version", "age"),
    [("99.0.0", "older than"), ("0.0.1", "newer than"), (None, "another rule set than")],
)
def test_another_rule_set_is_unknown_and_says_which_of_both_is_older(
    files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, version: str | None, age: str
) -> None:
    made_by = json.loads(files["evidence.json"])["cover"]["rule_set"]["version"]
    other = {"version": version or made_by, "sha256": "ab" * 32}
    monkeypatch.setattr("hoheit_policy.evidence.verifying.rule_set", lambda: other)
    (check,) = [one for one in verify(files, PUBLIC) if one.answer is not Answer.GOOD]
    assert check.answer is Answer.UNKNOWN
    assert f"{age} the one here, {other['version']} (abababababab)" in check.says


@pytest.mark.parametrize("pem", [b"", b"no key", PUBLIC])
def test_what_is_no_private_key_is_refused(pem: bytes) -> None:
    with pytest.raises(KeyFileError):
        sign(b"{}", pem)
