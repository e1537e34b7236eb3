"""NET-07 in CEL: nothing is exposed without an internal scheme, or TLS and a login."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hoheit_policy.rules.no_exposure import (
    INTERNAL_INGRESS,
    INTERNAL_SERVICE,
    LOGIN_NOTES,
    NO_EXPOSURE,
    PLAIN_LISTENERS,
    TLS_NOTES,
    WAY_OUT,
)
from hoheit_policy.verdict import Verdict

from .cel import finding, mapped, text, texts
from .check import Check
from .subject import GATEWAYS, INGRESSES, PODS, SERVICES

_NOTES = ("notes", "dyn(object).metadata.?annotations.orValue({})")


def exposure_checks() -> Iterator[Check]:
    """Return the checks of Services, Ingresses, Gateways, and ports of containers on their node."""
    yield Check(
        rule=NO_EXPOSURE,
        subject=SERVICES,
        variables=(_NOTES, ("type", 'dyn(object).?spec.?type.orValue("ClusterIP")')),
        findings=f"{_addresses()} + {_service()}",
    )
    yield Check(rule=NO_EXPOSURE, subject=INGRESSES, variables=(_NOTES,), findings=f"{_ingress()}")
    yield Check(rule=NO_EXPOSURE, subject=GATEWAYS, findings=_listeners())
    yield Check(rule=NO_EXPOSURE, subject=PODS, findings=_host_ports())


def _annotated(wanted: Mapping[str, str]) -> str:
    pairs = mapped({key: text(value) for key, value in wanted.items()})
    return f'{pairs}.exists(k, v, variables.notes[?k].orValue("") == v)'


def _any(keys: tuple[str, ...]) -> str:
    return f'{texts(keys)}.exists(k, variables.notes[?k].orValue("") != "")'


def _addresses() -> str:
    said = finding(
        Verdict.FAIL,
        text("spec.externalIPs"),
        text(f"externalIPs lead in from outside without TLS; {WAY_OUT}"),
    )
    return f"(dyn(object).?spec.?externalIPs.orValue([]).size() > 0 ? [{said}] : [])"


def _service() -> str:
    path = text("spec.type")
    tls = finding(
        Verdict.UNKNOWN,
        path,
        text(
            f"LoadBalancer: public with TLS; no field shows whether it asks for a login; {WAY_OUT}"
        ),
    )
    public = finding(Verdict.FAIL, path, text(f"LoadBalancer: public; {WAY_OUT}"))
    node = finding(
        Verdict.FAIL,
        path,
        f"variables.type + {text(f': a port of every node, without TLS; {WAY_OUT}')}",
    )
    return (
        '(variables.type in ["ClusterIP", "ExternalName"] ? [] : '
        f'variables.type != "LoadBalancer" ? [{node}] : '
        f"{_annotated(INTERNAL_SERVICE)} ? [] : {_any(TLS_NOTES)} ? [{tls}] : [{public}])"
    )


def _ingress() -> str:
    path = text("spec.tls")
    plain = finding(Verdict.FAIL, path, text(f"Ingress without TLS; {WAY_OUT}"))
    no_login = finding(
        Verdict.UNKNOWN,
        path,
        text(f"Ingress with TLS; no field shows whether it asks for a login; {WAY_OUT}"),
    )
    return (
        f"{_annotated(INTERNAL_INGRESS)} ? [] : "
        f"dyn(object).?spec.?tls.orValue([]).size() == 0 ? [{plain}] : "
        f"{_any(LOGIN_NOTES)} ? [] : [{no_login}]"
    )


def _listeners() -> str:
    path = '"spec.listeners[" + string(i) + "].protocol"'
    missing = finding(Verdict.UNKNOWN, path, text("the protocol is missing"))
    plain = finding(
        Verdict.FAIL,
        path,
        f'"Gateway listener without TLS (" + l.protocol + {text(f"); {WAY_OUT}")}',
    )
    no_login = finding(
        Verdict.UNKNOWN,
        path,
        text(f"Gateway listener with TLS; no field shows whether it asks for a login; {WAY_OUT}"),
    )
    return (
        "dyn(object).?spec.?listeners.orValue([]).transformList(i, l, "
        f'l.?protocol.orValue("") == "" ? {missing} : '
        f"l.protocol in {texts(PLAIN_LISTENERS)} ? {plain} : {no_login})"
    )


def _host_ports() -> str:
    path = 'string(c.path) + ".ports[" + string(i) + "].hostPort"'
    said = finding(
        Verdict.FAIL, path, text(f"hostPort: a port of the node, without TLS; {WAY_OUT}")
    )
    return (
        "variables.containers.map(c, c.body.?ports.orValue([])"
        f".transformList(i, p, p.?hostPort.orValue(0) != 0, {said})).flatten()"
    )
