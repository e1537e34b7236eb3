"""Checks a package offline: signature, hashes, rule set, and the evaluation once more."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from .canonical import digest
from .names import EVIDENCE, OPTIONAL, SIGNATURE_FILE, STATEMENT
from .package import inputs_in, package
from .rule_set import rule_set
from .signing import why_not_signed

if TYPE_CHECKING:
    from hoheit_policy.rule_file import RuleFile

EVALUATION = "evaluation"
"""What the check is called that judges the enclosed state again."""


class Answer(StrEnum):
    """What a check says. UNKNOWN is never good."""

    TAMPERED = "TAMPERED"
    UNKNOWN = "UNKNOWN"
    GOOD = "GOOD"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One thing that was checked."""

    what: str
    """A file, or what the check is about."""
    answer: Answer
    says: str


def verify(
    content: dict[str, bytes], public_pem: bytes | None, rule_file: RuleFile | None = None
) -> list[Check]:
    """Return what every check says of a package, what is not good first.

    Args:
        content: every file of the package by its name.
        public_pem: key of the organisation, which the package itself cannot vouch for.
        rule_file: rules of somebody else, where the package was made with some.

    Raises:
        KeyFileError: if the key is none.
    """
    checks = [_signature(content, public_pem), *_hashes(content)]
    if worst(checks) is not Answer.TAMPERED:  # nobody renders what somebody changed
        checks += _evaluation(content, rule_file)
    order = list(Answer)
    return sorted(checks, key=lambda check: order.index(check.answer))


def worst(checks: list[Check]) -> Answer:
    """Return the worst answer."""
    return min((check.answer for check in checks), key=list(Answer).index)


def _signature(content: dict[str, bytes], public_pem: bytes | None) -> Check:
    if SIGNATURE_FILE not in content:
        if public_pem is not None:
            return _bad(SIGNATURE_FILE, "is missing, and a key is given to check it with")
        return _open(SIGNATURE_FILE, "there is none: nobody vouches for this package")
    if STATEMENT not in content:
        return _bad(STATEMENT, "is missing")
    if public_pem is None:
        return _open(SIGNATURE_FILE, "not checked: no public key of the organisation is given")
    why = why_not_signed(content[SIGNATURE_FILE], content[STATEMENT], public_pem)
    if why:
        return _bad(f"{SIGNATURE_FILE} over {STATEMENT}", why)
    return _good(SIGNATURE_FILE, "made by the given key over this statement")


def _hashes(content: dict[str, bytes]) -> list[Check]:
    if STATEMENT not in content:
        return [_bad(STATEMENT, "is missing")]
    try:
        document: dict[str, Any] = json.loads(content[STATEMENT])
        stated = {str(one["name"]): str(one["digest"]["sha256"]) for one in document["subject"]}
    except (ValueError, KeyError, TypeError):
        return [_bad(STATEMENT, "is no statement over files")]
    held = {name for name in content if name not in (STATEMENT, SIGNATURE_FILE)}
    found = [_bad(name, "the statement has no such file") for name in sorted(held - stated.keys())]
    for name, wanted in sorted(stated.items()):
        if name not in content:
            found.append(_bad(name, "is missing"))
        elif digest(content[name]) != wanted:
            found.append(_bad(name, "was changed: its hash is not the one in the statement"))
    return found or [_good("hashes", f"{len(stated)} files are as the statement says")]


def _evaluation(content: dict[str, bytes], rule_file: RuleFile | None) -> list[Check]:
    """Judge the enclosed state again, and compare every byte that comes of it."""
    try:
        cover = json.loads(content[EVIDENCE])["cover"]
        made_by, own = cover["rule_set"], cover.get("own_rules")
        same = made_by == rule_set()
        if same and own and (rule_file is None or rule_file.sha256 != own["sha256"]):
            return [_open("rules", _not_repeated(own, rule_file))]
        inputs = inputs_in(content, rule_file if own else None)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return [_bad(EVALUATION, f"the enclosed files cannot be read again: {_brief(error)}")]
    if not same:
        own = rule_set()
        return [
            _open(
                "rule set",
                f"made by {_named(made_by)}, {_age(made_by, own)} the one here, {_named(own)}; "
                "nothing was evaluated again: install that version of hoheit",
            )
        ]
    try:
        again = package(inputs)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return [_bad(EVALUATION, f"the enclosed state cannot be judged: {_brief(error)}")]
    found = [
        _bad(name, "is not what the enclosed state leads to")
        for name in sorted(again)
        if content.get(name) != again[name] and (name in content or name not in OPTIONAL)
    ]
    if found:
        return found
    return [
        _good("rule set", _named(made_by)),
        _good(EVALUATION, "the enclosed state leads to the same files again"),
    ]


def _not_repeated(own: Any, given: RuleFile | None) -> str:
    made = f"{', '.join(own['ids'])} judged too, of {own['file']} ({own['sha256'][:12]})"
    here = f"the given {given.name} is another one" if given else "which no package encloses"
    return f"{made}, {here}; nothing was evaluated again: give that file with --rules"


def _age(made_by: Any, own: dict[str, str]) -> str:
    """Say how two rule sets lie in time, as far as their versions tell."""
    then, now = _numbers(made_by.get("version")), _numbers(own["version"])
    if then == now or not then or not now:
        return "another rule set than"
    return "older than" if then < now else "newer than"


def _numbers(version: Any) -> tuple[int, ...]:
    parts = str(version).split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def _named(found: Any) -> str:
    return f"{found.get('version')} ({str(found.get('sha256'))[:12]})"


def _brief(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"


def _good(what: str, says: str) -> Check:
    return Check(what=what, answer=Answer.GOOD, says=says)


def _open(what: str, says: str) -> Check:
    return Check(what=what, answer=Answer.UNKNOWN, says=says)


def _bad(what: str, says: str) -> Check:
    return Check(what=what, answer=Answer.TAMPERED, says=says)
