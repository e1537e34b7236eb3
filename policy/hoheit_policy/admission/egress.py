"""EGR-01 in CEL: hosts in containers, ExternalNames and Ingresses, ranges in NetworkPolicies."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hoheit_facts import SERVICES as PUBLIC_SERVICES

from hoheit_policy.hosts import (
    BARE,
    BROKEN,
    BUILT,
    INTERNAL,
    IS_HOST,
    NAMES_NO_HOST,
    NO_NUMBER,
    PRIVATE,
    written,
)
from hoheit_policy.recipients import Recipients
from hoheit_policy.rules.declared_egress import (
    ASKED,
    DECLARED_EGRESS,
    HIDDEN,
    NAMES_OF_CALLERS,
    WAY_OUT,
)
from hoheit_policy.verdict import Verdict

from .cel import finding, mapped, pattern, re2, text, texts
from .check import Check
from .subject import INGRESSES, NETWORK_POLICIES, PODS, SERVICES, Variables

_URL = re.compile(
    r"\b[a-z][a-z0-9+]*://(?:[^\s/\\?#\"'<>]*@)?"
    r"(?:\[[0-9a-f:.]+\]|[^\s/\\?#\"'<>:,;|()\[\]`]+)",
    re.IGNORECASE,
)
_SURE = "true"
_ASKED = f"{texts(ASKED)}.exists(e, t.path.endsWith(e))"
"""An ingress controller contacts the host in such an annotation; others may name it only."""
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
"""Holds the object once more, for kubectl."""
_EVERYBODY = "everybody"


def egress_checks(recipients: Recipients) -> Iterator[Check]:
    """Return the checks of containers, Services, Ingresses and NetworkPolicies."""
    yield Check(
        rule=DECLARED_EGRESS,
        subject=PODS,
        variables=(("texts", _texts()), *_hosts(recipients)),
        findings=f"{_built(_SURE)} + {_hosts_said(recipients, _SURE)}",
    )
    named = (
        'dyn(object).?spec.?externalName.orValue("") == "" ? [] : '
        '[{"path": "spec.externalName", "text": "https://" + string(object.spec.externalName)}]'
    )
    yield Check(
        rule=DECLARED_EGRESS,
        subject=SERVICES,
        variables=(("texts", named), *_hosts(recipients)),
        findings=_hosts_said(recipients, _SURE),
    )
    yield Check(
        rule=DECLARED_EGRESS,
        subject=INGRESSES,
        variables=(("texts", _notes()), *_hosts(recipients)),
        findings=f"{_built(_ASKED)} + {_hosts_said(recipients, _ASKED)}",
    )
    yield Check(
        rule=DECLARED_EGRESS,
        subject=NETWORK_POLICIES,
        variables=(("openings", _openings(recipients)),),
        findings=_openings_said(recipients),
    )


def _texts() -> str:
    """Return what a container is started with, each text with its path."""
    lists = " + ".join(
        f"c.body.?{field}.orValue([]).transformList(i, t, "
        f'{{"path": string(c.path) + {text(f".{field}[")} + string(i) + "]", "text": string(t)}})'
        for field in ("command", "args")
    )
    variables = (
        "c.body.?env.orValue([]).transformList(i, e, "
        f'e.?value.orValue("") != "" && !(e.name in {texts(sorted(NAMES_OF_CALLERS))}), '
        '{"path": string(c.path) + ".env[" + string(i) + "].value", "text": '
        f"{_as_url('string(e.name)', 'string(e.value)')}}})"
    )
    return f"variables.containers.map(c, {lists} + {variables}).flatten()"


def _notes() -> str:
    """Return the annotations, each with its path."""
    return (
        "dyn(object).metadata.?annotations.orValue({}).transformList(k, v, "
        f'k != "{_APPLIED}", {{"path": "metadata.annotations." + string(k), "text": '
        f"{_as_url('string(k)', 'string(v)')}}})"
    )


def _as_url(name: str, value: str) -> str:
    """Return a value whose name says that it is a host as a URL, and any other as it is."""
    bare = " && ".join(
        f"{given}.matches({text(re2(expression))})"
        for given, expression in ((name, IS_HOST), (value, BARE), (value, NO_NUMBER))
    )
    return f'({bare} ? "https://" : "") + {value}'


def _built(sure: str) -> str:
    hidden = " || ".join(f"t.text.matches({text(re2(one))})" for one in (BUILT, BROKEN))
    said = finding(Verdict.UNKNOWN, "t.path", text(HIDDEN))
    return f"variables.texts.filter(t, {sure} && ({hidden})).map(t, {said})"


def _hosts(recipients: Recipients) -> Variables:
    """Return the hosts of literal URLs outside of the cluster that nobody declared."""
    found = (
        f"variables.texts.map(t, t.text.findAll({text(re2(_URL))})"
        f'.filter(u, !(u.split("://")[0].lowerAscii() in {texts(NAMES_NO_HOST)}))'
        '.map(u, {"path": t.path, "rest": u.substring(u.indexOf("://") + 3)})'
        '.map(u, {"path": u.path, "host": u.rest.substring(u.rest.lastIndexOf("@") + 1)'
        '.lowerAscii().replace("[", "").replace("]", "")})'
        '.filter(u, !u.host.matches("[${}%*]"))'
        '.map(u, {"path": u.path, "host": '
        'u.host.substring(0, size(u.host) - size(u.host.find("[.]+$")))})).flatten()'
    )
    declared = sorted({one.host for one in recipients.contacts})
    outside = (
        f"variables.named.filter(u, !({_inside(recipients)}) && !(u.host in {texts(declared)}))"
    )
    return (("named", found), ("hosts", outside))


def _inside(recipients: Recipients) -> str:
    ends = texts((*INTERNAL, *(f".svc.{written(one)}" for one in sorted(recipients.domains))))
    return (
        "isIP(u.host) ? ip(u.host).isLoopback() || ip(u.host).isUnspecified() : "
        '!u.host.contains(":") && !u.host.matches("^[0-9]") && '
        f'(!u.host.contains(".") || {ends}.exists(d, u.host.endsWith(d))) || '
        f"u.host in {texts(sorted(recipients.services))}"
    )


def _hosts_said(recipients: Recipients, sure: str) -> str:
    services = ", ".join(
        mapped(
            {
                "pattern": text(pattern(one.host)),
                "said": text(
                    f": a public service of {one.operator} ({one.kind}) that nobody declared; "
                    f"{WAY_OUT}"
                ),
            }
        )
        for one in PUBLIC_SERVICES
    )
    found = f"[{services}].filter(s, t.host.matches(s.pattern))"
    foreign = finding(
        Verdict.UNKNOWN,
        "t.path",
        text("a host in letters beyond ASCII, which no policy compares; write it in ASCII"),
    )
    public = finding(Verdict.FAIL, "t.path", f"t.host + {found}[0].said")
    return (
        'variables.hosts.map(t, t.host.matches("[^!-~]") ? '
        f"{foreign} : {found}.size() > 0 ? {public} : {_undeclared_host(recipients, sure)})"
    )


def _undeclared_host(recipients: Recipients, sure: str) -> str:
    named = f": named in a text and not declared; {WAY_OUT}"
    perhaps = finding(Verdict.UNKNOWN, "t.path", f"t.host + {text(named)}")
    if not recipients.stated:
        return perhaps
    said = f": not a declared recipient; {WAY_OUT}"
    surely = finding(Verdict.FAIL, "t.path", f"t.host + {text(said)}")
    return f"{sure} ? {surely} : {perhaps}"


def _openings(recipients: Recipients) -> str:
    """Return every range and port that leads out to nobody who is declared."""
    ports = sorted({one.port for one in recipients.contacts if recipients.at_port(one.port)})
    place = '"spec.egress[" + string(i) + "]"'
    port = (
        'type(p.?port.orValue("")) == int && !has(p.endPort) ? " port " + string(p.port) : '
        '": a port by name, a range of ports, or every port"'
    )
    served = f'type(p.?port.orValue("")) == int && !has(p.endPort) && p.port in {ports}'
    return (
        "dyn(object).?spec.?egress.orValue([]).transformList(i, r, "
        f'(r.?to.orValue([]).size() == 0 ? ["{_EVERYBODY}"] : '
        "r.to.filter(p, has(p.ipBlock)).map(p, string(p.ipBlock.cidr))).map(w, "
        "r.?ports.orValue([]).size() == 0 ? "
        f'[{{"path": {place}, "whom": w, "port": ", every port"}}] : '
        f"r.ports.transformList(j, p, !({served}), "
        f'{{"path": {place} + ".ports[" + string(j) + "]", "whom": w, "port": {port}}}))'
        ".flatten()).flatten()"
    )


def _openings_said(recipients: Recipients) -> str:
    what = '"to " + o.whom + o.port'
    if not recipients.stated:
        said = ": nobody declared any recipient; declare endpoints"
        unknown = finding(Verdict.UNKNOWN, "o.path", f"{what} + {text(said)}")
        return f"variables.openings.map(o, {unknown})"
    private = f"{texts(str(one) for one in PRIVATE)}.exists(c, cidr(c).containsCIDR(o.whom))"
    hidden = f": a private range, whose owner no rule sees; {WAY_OUT}"
    nobody = f": no declared recipient is contacted there; {WAY_OUT}"
    return (
        f'variables.openings.map(o, o.whom != "{_EVERYBODY}" && {private} ? '
        f"{finding(Verdict.UNKNOWN, 'o.path', f'{what} + {text(hidden)}')} : "
        f"{finding(Verdict.FAIL, 'o.path', f'{what} + {text(nobody)}')})"
    )
