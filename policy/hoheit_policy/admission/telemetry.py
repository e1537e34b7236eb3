"""TEL-01 in CEL: software of the telemetry table is told not to report, by variables and flags."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from hoheit_facts import IMAGES, KNOWN_IMAGES, arguments_off, switches_off

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
            ("switches", _table(_switches)),
            ("flags", _table(_flags)),
            ("software", _software()),
            ("settings", _settings()),
            ("arguments", _arguments()),
        ),
        findings=(
            f'variables.software.map(c, c.known == "{_MISSING}" ? [{missing}] : '
            f'c.known == "{_NOTHING}" ? [{nobody}] : []).flatten() + '
            f"variables.settings.filter(c, !(c.given == c.value)).map(c, {_said(path)}) + "
            f"{_arguments_said()}"
        ),
    )


def _table(listed: Callable[[Iterable[str]], Iterable[str]]) -> str:
    """Return what turns every combination of software in the catalogue off."""
    table: dict[str, str] = {}
    for known in (*IMAGES.values(), *KNOWN_IMAGES):
        for certainty in (_EXACT, _LIKE):
            off = ", ".join(listed(known.software))
            table[certainty + ",".join(known.software)] = f"[{off}]"
    return mapped(table)


def _switches(software: Iterable[str]) -> Iterator[str]:
    for name, value in switches_off(software).items():
        yield mapped({"name": text(name), "value": text(value)})


def _flags(software: Iterable[str]) -> Iterator[str]:
    for name, value in arguments_off(software).items():
        like = f"^-+{re.escape(name.lstrip('-').lower())}(=|$)"
        yield mapped({"name": text(name), "value": text(value), "like": text(like)})


def _software() -> str:
    """Return for each container what its image holds, by the order of the rule."""
    repository = "string(c.repository)"
    last = f'{repository}.split("/")[{repository}.split("/").size() - 1]'
    copies = f'c.body.?command[?0].orValue("") == {text(COPYING)}'
    known = (
        f'{_references()}.filter(k, ("/" + {repository}).endsWith(k.end)).map(k, k.known) + '
        f"{_names()}.filter(k, {last} == k.end).map(k, k.known) + "
        f'{_others()}.filter(k, ("/" + {repository}).endsWith(k.end)).map(k, k.known) + '
        f"{_words()}.filter(k, {last}.matches(k.end)).map(k, k.known) + "
        f'[{copies} ? "{_COPIES}" : "{_NOTHING}"]'
    )
    return (
        'variables.images.map(c, {"path": c.path, "body": c.body, '
        f'"name": dyn({IS_REFERENCE} ? {NAME} : "the image"), '
        f'"known": dyn(c.given == "" ? "{_MISSING}" : '
        f'!{IS_REFERENCE} ? "{_NOTHING}" : ({known})[0])}})'
        '.map(c, {"path": dyn(string(c.path)), "body": c.body, "name": c.name, "known": c.known, '
        '"words": dyn(c.body.?command.orValue([]) + c.body.?args.orValue([]))})'
    )


def _entry(end: str, certainty: str, software: Sequence[str]) -> str:
    return mapped({"end": text(end), "known": text(certainty + ",".join(software))})


def _references() -> str:
    named = [(known, read_image(known.reference)) for known in IMAGES.values() if known.reference]
    own = [
        _entry(f"/{image.repository}", _EXACT, known.software) for known, image in named if image
    ]
    return f"[{', '.join(own)}]"


def _names() -> str:
    own = [_entry(one.name, _EXACT, one.software) for one in IMAGES.values() if not one.reference]
    return f"[{', '.join(own)}]"


def _others() -> str:
    own = [_entry(f"/{one.repository}", _EXACT, one.software) for one in KNOWN_IMAGES]
    return f"[{', '.join(own)}]"


def _words() -> str:
    own = [
        _entry(f"(^|[^a-z0-9]){name}([^a-z0-9]|$)", _LIKE, known.software)
        for known in (*IMAGES.values(), *KNOWN_IMAGES)
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


def _arguments() -> str:
    """Return for each flag of each container the value that counts, behind an equals sign."""
    apart = 'i + 1 < c.words.size() && !string(c.words[i + 1]).matches("^(-|$)")'
    value = (
        'string(w).contains("=") ? string(w).substring(string(w).indexOf("=")) : '
        f'{apart} ? "=" + string(c.words[i + 1]) : "=true"'
    )
    given = f"c.words.transformList(i, w, string(w).lowerAscii().matches(f.like), {value})"
    return (
        "variables.software.map(c, variables.flags[?string(c.known)].orValue([])"
        '.map(f, {"path": string(c.path) + ".args", "name": string(c.name), "flag": f.name, '
        f'"value": f.value, "given": ({given}.reverse() + [""])[0]}})).flatten()'
    )


def _arguments_said() -> str:
    """Return the findings for flags that do not say last what the table says."""
    missing = finding(
        Verdict.UNKNOWN,
        "c.path",
        'c.name + ": " + c.flag + " is not given, and no rule reads its configuration file; set " '
        '+ c.flag + "=" + c.value',
    )
    wrong = finding(
        Verdict.FAIL,
        "c.path",
        'c.name + ": " + c.flag + " differs; set it to \'" + c.value + "\'"',
    )
    return (
        'variables.arguments.filter(c, c.given != "=" + c.value)'
        f'.map(c, c.given == "" ? {missing} : {wrong})'
    )
