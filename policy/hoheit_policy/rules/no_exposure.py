"""NET-07: nothing is reachable from outside without an internal scheme, or TLS and a login."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hoheit_policy.kubernetes import (
    Container,
    KubernetesObject,
    annotations_of,
    containers_of,
    objects_of,
)
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, at, list_at, text_at
from hoheit_policy.verdict import Judgement, failed, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

INTERNAL_SERVICE = {
    "service.beta.kubernetes.io/aws-load-balancer-scheme": "internal",
    "service.beta.kubernetes.io/aws-load-balancer-internal": "true",
    "load-balancer.hetzner.cloud/disable-public-network": "true",
}
"""Annotations of a Service that keep its load balancer off the internet (AWS Load Balancer
Controller, Hetzner Cloud Controller Manager)."""

INTERNAL_INGRESS = {"alb.ingress.kubernetes.io/scheme": "internal"}
"""The same of an Ingress (AWS Load Balancer Controller); those of Services do nothing there."""

TLS_NOTES = (
    "service.beta.kubernetes.io/aws-load-balancer-ssl-cert",
    "load-balancer.hetzner.cloud/http-certificates",
)
LOGIN_NOTES = (
    "nginx.ingress.kubernetes.io/auth-type",
    "nginx.ingress.kubernetes.io/auth-url",
    "nginx.ingress.kubernetes.io/auth-tls-secret",
    "alb.ingress.kubernetes.io/auth-type",
)
PLAIN_LISTENERS = ("HTTP", "TCP", "UDP")
WAY_OUT = "make it internal, or use TLS and a login in front and have the rule exempted"


def judge_exposure(resource: Resource, _view: View) -> Iterator[Judgement]:
    """Answer for Services, Ingresses, Gateways, and ports of containers on their node."""
    for found in objects_of(resource):
        if found.kind == "Service":
            yield from _service(found)
        elif found.kind == "Ingress":
            yield _ingress(found)
        elif found.kind == "Gateway":
            yield from _gateway(found)
        elif found.kind == "List" and isinstance(found.body, Gap):
            late = found.body is Gap.UNKNOWN
            yield unknown(found.path, f"the items of the list {found.body.value}", late=late)
            return
    for container in containers_of(resource):
        yield from _host_ports(container)


def _service(found: KubernetesObject) -> Iterator[Judgement]:
    addresses = at(found.body, "spec", "externalIPs")
    path = found.where("spec", "externalIPs")
    if isinstance(addresses, Gap) and addresses is not Gap.MISSING:
        yield unknown(path, f"externalIPs {addresses.value}", late=addresses is Gap.UNKNOWN)
    elif addresses is not Gap.MISSING and addresses != []:
        yield failed(path, f"externalIPs lead in from outside without TLS; {WAY_OUT}")
    kind = text_at(found.body, "spec", "type")
    path = found.where("spec", "type")
    if kind is Gap.MISSING and not isinstance(at(found.body, "spec"), Gap):
        kind = "ClusterIP"
    if isinstance(kind, Gap):
        yield unknown(path, f"the type of the Service {kind.value}", late=kind is Gap.UNKNOWN)
    elif kind in ("ClusterIP", "ExternalName"):
        yield passed(path, f"{kind}: not reachable from outside")
    elif kind == "LoadBalancer":
        yield _balancer(found, path)
    else:
        yield failed(path, f"{kind}: a port of every node, without TLS; {WAY_OUT}")


def _host_ports(container: Container) -> Iterator[Judgement]:
    """Answer for ports that a container takes of its node; none and 0 take none."""
    path = f"{container.path}.ports"
    ports = container.body if isinstance(container.body, Gap) else list_at(container.body, "ports")
    if isinstance(ports, Gap):
        if ports is not Gap.MISSING or container.body is ports:
            yield unknown(path, f"the ports of the container {ports.value}", late=_late(ports))
        return
    for index, entry in enumerate(ports):
        port = at(entry, "hostPort")
        place = f"{path}[{index}].hostPort"
        if isinstance(port, Gap):
            if port is not Gap.MISSING:
                yield unknown(place, f"hostPort {port.value}", late=_late(port))
        elif port != 0:
            yield failed(place, f"hostPort: a port of the node, without TLS; {WAY_OUT}")


def _balancer(found: KubernetesObject, path: str) -> Judgement:
    notes = annotations_of(found)
    if isinstance(notes, Gap):
        return unknown(path, f"LoadBalancer, whose annotations {notes.value}", late=_late(notes))
    scheme = _annotated(notes, INTERNAL_SERVICE)
    if scheme is True:
        return passed(path, "LoadBalancer: internal")
    if isinstance(scheme, Gap):
        return unknown(path, f"LoadBalancer, whose scheme {scheme.value}", late=_late(scheme))
    if any(not isinstance(text_at(notes, key), Gap) for key in TLS_NOTES):
        return unknown(
            path,
            f"LoadBalancer: public with TLS; no field shows whether it asks for a login; {WAY_OUT}",
        )
    return failed(path, f"LoadBalancer: public; {WAY_OUT}")


def _ingress(found: KubernetesObject) -> Judgement:
    path = found.where("spec", "tls")
    notes = annotations_of(found)
    if isinstance(notes, Gap):
        return unknown(path, f"Ingress, whose annotations {notes.value}", late=_late(notes))
    if _annotated(notes, INTERNAL_INGRESS) is True:
        return passed(path, "Ingress: internal")
    tls = list_at(found.body, "spec", "tls")
    if tls is Gap.MISSING and isinstance(at(found.body, "spec"), Gap):
        tls = at(found.body, "spec")
    if tls is Gap.MISSING or tls == []:
        return failed(path, f"Ingress without TLS; {WAY_OUT}")
    if isinstance(tls, Gap):
        return unknown(path, f"the TLS of the Ingress {tls.value}", late=_late(tls))
    if any(not isinstance(text_at(notes, key), Gap) for key in LOGIN_NOTES):
        return passed(path, "Ingress: TLS, and a login by annotation")
    return unknown(path, f"Ingress with TLS; no field shows whether it asks for a login; {WAY_OUT}")


def _gateway(found: KubernetesObject) -> Iterator[Judgement]:
    listeners = list_at(found.body, "spec", "listeners")
    if isinstance(listeners, Gap):
        path = found.where("spec", "listeners")
        yield unknown(path, f"the listeners {listeners.value}", late=_late(listeners))
        return
    for index, listener in enumerate(listeners):
        path = found.where("spec", "listeners", index, "protocol")
        protocol = text_at(listener, "protocol")
        if isinstance(protocol, Gap):
            yield unknown(path, f"the protocol {protocol.value}", late=_late(protocol))
        elif protocol in PLAIN_LISTENERS:
            yield failed(path, f"Gateway listener without TLS ({protocol}); {WAY_OUT}")
        else:
            text = (
                f"Gateway listener with TLS; no field shows whether it asks for a login; {WAY_OUT}"
            )
            yield unknown(path, text)


def _annotated(notes: dict[str, Any], wanted: dict[str, str]) -> bool | Gap:
    """Tell whether one annotation has the wanted value; a gap where it cannot be read."""
    gap: Gap | None = None
    for key, value in wanted.items():
        given = text_at(notes, key)
        if given == value:
            return True
        if isinstance(given, Gap) and given is not Gap.MISSING:
            gap = given
    return gap or False


def _late(gap: Any) -> bool:
    return gap is Gap.UNKNOWN


NO_EXPOSURE = Rule(
    id="NET-07",
    title="Nothing is exposed without an internal scheme, or TLS and a login",
    asks=(
        "No Service of type LoadBalancer without an internal scheme, no NodePort, no hostPort, no "
        "externalIPs, no Ingress and no Gateway listener without TLS. Where TLS shows and a login "
        "does not, the answer is unknown."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 32", "BSI C5 COS"),
    remediation=Remediation(
        en="Use a Service of type ClusterIP, or annotate the load balancer as internal: AWS "
        "aws-load-balancer-scheme: internal, Hetzner disable-public-network: 'true'.",
        de="Einen Service vom Typ ClusterIP verwenden, oder den Load Balancer als intern "
        "auszeichnen: AWS aws-load-balancer-scheme: internal, Hetzner disable-public-network: "
        "'true'.",
    ),
    of_resource=judge_exposure,
    looks_inside=True,
)
