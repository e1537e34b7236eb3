"""TEL-01 in CEL: software of the telemetry table is told not to report, by literal variables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hoheit_facts import IMAGES, CatalogueImage, switches_off

from hoheit_policy.images import read_image
from hoheit_policy.rules.telemetry_off import COPYING, TELEMETRY_OFF
from hoheit_policy.values import Gap
from hoheit_policy.verdict import Verdict

from .cel import finding, mapped, text
from .check import Check
from .images import IMAGES_OF_CONTAINERS, IS_REFERENCE, NAME
from .subject import PODS

_EXACT, _LIKE = "exact ", "like "
_COPIES, _NOTHING, _MISSING = "copies", "nothing", "missing"
_WORD = re.compile(r"[a-z0-9]+")


def telemetry_checks() -> Iterator[Check]:
    """Return the check of every container by the software that its image is known to hold."""
    path = 'c.path + ".env"'
    missing = finding(Verdict.UNKNOWN, 'c.path + ".image"', text("the image is missing"))
    nobody = finding(
        Verdict.UNKNOWN,
        path,
        'c.name + ": no table says what it reports; nobody knows its switches"',
    )
    yield Check(
        rule=TELEMETRY_OFF,
        subject=PODS,
        variables=(
            IMAGES_OF_CONTAINERS,
            ("switches", _table()),
            ("software", _software()),
            ("settings", _settings()),
        ),
        findings=(
            f'variables.software.map(c, c.known == "{_MISSING}" ? [{missing}] : '
            f'c.known == "{_NOTHING}" ? [{nobody}] : []).flatten() + '
            f"variables.settings.filter(c, !(c.given == c.value)).map(c, {_said(path)})"
        ),
    )


def _table() -> str:
    """Return the switches of every combination of software in the catalogue."""
    table: dict[str, str] = {}
    for known in IMAGES.values():
        switches = switches_off(known.software).items()
        listed = ", ".join(
            mapped({"name": text(name), "value": text(value)}) for name, value in switches
        )
        for certainty in (_EXACT, _LIKE):
            table[certainty + ",".join(known.software)] = f"[{listed}]"
    return mapped(table)


def _software() -> str:
    """Return for each container what its image holds, by the order of the rule."""
    repository = "string(c.repository)"
    last = f'{repository}.split("/")[{repository}.split("/").size() - 1]'
    copies = f'c.body.?command[?0].orValue("") == {text(COPYING)}'
    known = (
        f'{_references()}.filter(k, ("/" + {repository}).endsWith(k.end)).map(k, k.known) + '
        f"{_names()}.filter(k, {last} == k.end).map(k, k.known) + "
        f"{_words()}.filter(k, {last}.matches(k.end)).map(k, k.known) + "
        f'[{copies} ? "{_COPIES}" : "{_NOTHING}"]'
    )
    return (
        'variables.images.map(c, {"path": c.path, "body": c.body, '
        f'"name": dyn({IS_REFERENCE} ? {NAME} : "the image"), '
        f'"known": dyn(c.given == "" ? "{_MISSING}" : '
        f'!{IS_REFERENCE} ? "{_NOTHING}" : ({known})[0])}})'
        '.map(c, {"path": dyn(string(c.path)), "body": c.body, "name": c.name, "known": c.known})'
    )


def _entry(end: str, certainty: str, known: CatalogueImage) -> str:
    return mapped({"end": text(end), "known": text(certainty + ",".join(known.software))})


def _references() -> str:
    named = [(known, read_image(known.reference)) for known in IMAGES.values() if known.reference]
    own = [_entry(f"/{image.repository}", _EXACT, known) for known, image in named if image]
    return f"[{', '.join(own)}]"


def _names() -> str:
    own = [_entry(one.name, _EXACT, one) for one in IMAGES.values() if not one.reference]
    return f"[{', '.join(own)}]"


def _words() -> str:
    own = [
        _entry(f"(^|[^a-z0-9]){name}([^a-z0-9]|$)", _LIKE, known)
        for known in IMAGES.values()
        for name in known.software
        if _WORD.fullmatch(name)
    ]
    return f"[{', '.join(own)}]"


def _settings() -> str:
    """Return for each switch of each container the value that is given; texts alone."""
    entries = "c.body.?env.orValue([]).filter(e, e.name == s.name)"
    last = f"{entries}[{entries}.size() - 1]"
    hidden = f"{entries}.size() > 0 && has({last}.valueFrom)"
    open_ = f"{entries}.size() == 0 && c.body.?envFrom.orValue([]).size() > 0"
    why = (
        f'{hidden} ? {text(Gap.SECRET.value)} : {open_} ? "may come from envFrom, of which this '
        'stack does not show the content" : ""'
    )
    given = f'{entries}.size() == 0 ? "" : {last}.?value.orValue("")'
    return (
        "variables.software.map(c, variables.switches[?string(c.known)].orValue([])"
        '.map(s, {"path": string(c.path), "name": string(c.name), "known": string(c.known), '
        f'"variable": s.name, "value": s.value, "given": string({given}), "why": {why}}}))'
        ".flatten()"
    )


def _said(path: str) -> str:
    """Return the finding for a switch that has another value than the table's, or none."""
    hidden = finding(Verdict.UNKNOWN, path, 'c.name + ": " + c.variable + ": " + c.why')
    wrong = finding(
        Verdict.FAIL,
        path,
        'c.name + ": " + c.variable + (c.given == "" ? " is missing" : " differs") + '
        '"; set it to \'" + c.value + "\' in every container that runs the software"',
    )
    alike = finding(
        Verdict.UNKNOWN,
        path,
        f'c.name + ": looks like " + c.known.substring({len(_LIKE)}).split(",")[0] + '
        '", " + c.variable + " not set"',
    )
    return f'c.why != "" ? {hidden} : c.known.startsWith("{_EXACT}") ? {wrong} : {alike}'
