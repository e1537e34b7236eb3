"""EGR-01: nothing leaves a cluster to a recipient that nobody declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeGuard

from hoheit_facts import service_at

from hoheit_policy.hosts import as_url, builds_a_host, hosts_in, is_private
from hoheit_policy.kubernetes import (
    KubernetesObject,
    annotations_of,
    containers_of,
    objects_of,
)
from hoheit_policy.recipients import Recipients, recipients_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, at, list_at, map_at, text_at
from hoheit_policy.verdict import Judgement, failed, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

NAMES_OF_CALLERS = {"MLFLOW_SERVER_ALLOWED_HOSTS", "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"}
"""Variables with host names of those who call, whom nobody contacts (MLflow 3.18 documentation,
Network Security)."""
ASKED = ("/auth-url", "/auth-signin", "/mirror-target")
"""Ends of annotations with a host that gets requests (Ingress-NGINX Controller)."""
WAY_OUT = "declare the recipient in endpoints, or remove it"
HIDDEN = "the host of a URL is put together, or hidden; write it out"


def judge_egress(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for rules of NetworkPolicies, and for URLs in containers and ConfigMaps."""
    recipients = recipients_of(view)
    for found in objects_of(resource):
        if found.kind == "NetworkPolicy":
            yield from _policy(found, recipients)
        elif found.kind == "ConfigMap":
            yield from _config_map(found, recipients)
        elif found.kind == "Service":
            yield from _external_name(found, recipients)
        elif found.kind == "Ingress":
            yield from _annotations(found, recipients)
    for container in containers_of(resource):
        yield from _container(container.path, container.body, recipients)


def _policy(found: KubernetesObject, recipients: Recipients) -> Iterator[Judgement]:
    rules = list_at(found.body, "spec", "egress")
    if rules is Gap.MISSING:
        return
    if isinstance(rules, Gap):
        yield unknown(
            found.where("spec", "egress"), f"the rules {rules.value}", late=rules is Gap.UNKNOWN
        )
        return
    for index, rule in enumerate(rules):
        path = found.where("spec", "egress", index)
        peers = list_at(rule, "to")
        if peers is Gap.MISSING or peers == []:
            yield from _ports(path, rule, "everybody", recipients, private=False)
        elif isinstance(peers, Gap):
            yield unknown(f"{path}.to", f"the peers {peers.value}", late=peers is Gap.UNKNOWN)
        else:
            for peer in peers:
                yield from _peer(path, rule, peer, recipients)


def _peer(path: str, rule: Any, peer: Any, recipients: Recipients) -> Iterator[Judgement]:
    block = map_at(peer, "ipBlock")
    if block is Gap.MISSING and not isinstance(peer, Gap):
        return
    cidr = block if isinstance(block, Gap) else text_at(block, "cidr")
    private = None if isinstance(cidr, Gap) else is_private(cidr)
    if isinstance(cidr, Gap) or private is None:
        gap = cidr if isinstance(cidr, Gap) else Gap.WRONG
        yield unknown(f"{path}.to", f"a range {gap.value}", late=gap is Gap.UNKNOWN)
        return
    yield from _ports(path, rule, cidr, recipients, private=private)


def _ports(
    path: str, rule: Any, whom: str, recipients: Recipients, *, private: bool
) -> Iterator[Judgement]:
    ports = list_at(rule, "ports")
    if isinstance(ports, Gap) and ports is not Gap.MISSING:
        yield unknown(f"{path}.ports", f"the ports {ports.value}", late=ports is Gap.UNKNOWN)
        return
    if ports is Gap.MISSING or ports == []:
        yield _undeclared(path, f"to {whom}, every port", recipients, private=private)
        return
    for index, entry in enumerate(ports):
        place = f"{path}.ports[{index}]"
        port = at(entry, "port")
        if isinstance(port, Gap) and port is not Gap.MISSING:
            yield unknown(place, f"to {whom}: the port {port.value}", late=port is Gap.UNKNOWN)
        elif not _is_number(port) or at(entry, "endPort") is not Gap.MISSING:
            text = f"to {whom}: a port by name, a range of ports, or every port"
            yield _undeclared(place, text, recipients, private=private)
        elif hosts := recipients.at_port(int(port)):
            text = f"to {whom} port {int(port)}: serves {', '.join(hosts)}"
            yield passed(place, f"{text}, by port; a policy does not see hosts", "declared")
        else:
            yield _undeclared(place, f"to {whom} port {int(port)}", recipients, private=private)


def _is_number(port: Any) -> TypeGuard[int | float]:
    """Tell whether a port is a number; the policy SDK makes every number a float."""
    return isinstance(port, int) or (isinstance(port, float) and port.is_integer())


def _undeclared(path: str, text: str, recipients: Recipients, *, private: bool) -> Judgement:
    if not recipients.complete:
        return unknown(path, f"{text}: no recipient declared so far", late=True)
    if not recipients.stated:
        return unknown(path, f"{text}: nobody declared any recipient; declare endpoints")
    if private:
        return unknown(path, f"{text}: a private range, whose owner no rule sees; {WAY_OUT}")
    return failed(path, f"{text}: no declared recipient is contacted there; {WAY_OUT}")


def _container(path: str, body: Any, recipients: Recipients) -> Iterator[Judgement]:
    if isinstance(body, Gap):
        yield unknown(path, f"the container {body.value}", late=body is Gap.UNKNOWN)
        return
    for field in ("command", "args"):
        listed = list_at(body, field)
        if isinstance(listed, Gap) and listed is not Gap.MISSING:
            yield unknown(f"{path}.{field}", f"{field} {listed.value}", late=listed is Gap.UNKNOWN)
        for index, text in enumerate(listed if isinstance(listed, list) else []):
            yield from _text(f"{path}.{field}[{index}]", text, recipients, certain=True)
    variables = list_at(body, "env")
    if isinstance(variables, Gap) and variables is not Gap.MISSING:
        yield unknown(f"{path}.env", f"env {variables.value}", late=variables is Gap.UNKNOWN)
    for index, entry in enumerate(variables if isinstance(variables, list) else []):
        value = at(entry, "value")
        name = at(entry, "name")
        if value is not Gap.MISSING and name not in NAMES_OF_CALLERS:
            text = as_url(name, value)
            yield from _text(f"{path}.env[{index}].value", text, recipients, certain=True)


def _config_map(found: KubernetesObject, recipients: Recipients) -> Iterator[Judgement]:
    data = map_at(found.body, "data")
    if isinstance(data, Gap):
        if data is not Gap.MISSING:
            text = f"the data {data.value}"
            yield unknown(found.where("data"), text, late=data is Gap.UNKNOWN)
        return
    for key, text in data.items():
        yield from _text(found.where("data", key), text, recipients, certain=False)


def _annotations(found: KubernetesObject, recipients: Recipients) -> Iterator[Judgement]:
    """Answer for what an ingress controller is told to ask, to copy requests to, or to run."""
    notes = annotations_of(found)
    if isinstance(notes, Gap):
        text = f"the annotations {notes.value}"
        yield unknown(found.where("metadata", "annotations"), text, late=notes is Gap.UNKNOWN)
        return
    for key, text in notes.items():
        path = found.where("metadata", "annotations", key)
        yield from _text(path, as_url(key, text), recipients, certain=key.endswith(ASKED))


def _external_name(found: KubernetesObject, recipients: Recipients) -> Iterator[Judgement]:
    name = at(found.body, "spec", "externalName")
    if name is Gap.MISSING:
        return
    path = found.where("spec", "externalName")
    yield from _text(
        path, f"https://{name}" if isinstance(name, str) else name, recipients, certain=True
    )


def _text(path: str, text: Any, recipients: Recipients, *, certain: bool) -> Iterator[Judgement]:
    """Answer for every host in a text; in a ConfigMap it may be a comment or a link."""
    if isinstance(text, Gap):
        yield unknown(path, f"a text {text.value}", late=text is Gap.UNKNOWN)
        return
    if not isinstance(text, str):
        if isinstance(text, dict | list):
            yield unknown(path, f"a text {Gap.WRONG.value}")
        return
    if certain and builds_a_host(text):
        yield unknown(path, HIDDEN)
    for host in sorted({one.name for one in hosts_in(text)}):
        service = service_at(host)
        if recipients.is_inside(host):
            continue
        if recipients.has(host):
            yield passed(path, f"{host}: declared", "declared")
        elif service is not None:
            text_ = f"{host}: a public service of {service.operator} ({service.kind})"
            yield failed(path, f"{text_} that nobody declared; {WAY_OUT}", "table of services")
        elif not recipients.complete:
            yield unknown(path, f"{host}: not declared so far", late=True)
        elif not certain or not recipients.stated:
            yield unknown(path, f"{host}: named in a text and not declared; {WAY_OUT}")
        else:
            yield failed(path, f"{host}: not a declared recipient; {WAY_OUT}")


DECLARED_EGRESS = Rule(
    id="EGR-01",
    title="Only declared recipients are contacted",
    asks=(
        "Every rule of a NetworkPolicy that leads out of the cluster serves a declared recipient "
        "by its port; every host in a URL in command, args and env of a container is declared, "
        "also one without a scheme in a variable that is called after a host, and in annotations "
        "of an Ingress. Public model APIs fail wherever they are named."
    ),
    severity=Severity.CRITICAL,
    phases=ALWAYS,
    controls=("GDPR Art. 30(1)(d)", "GDPR Art. 44"),
    remediation=Remediation(
        en="Add the recipient to declarations.endpoints with its location, or point the workload "
        "at a service inside the cluster.",
        de="Den Empfänger mit Standort unter declarations.endpoints erklären, oder den Workload "
        "auf einen Dienst im Cluster richten.",
    ),
    of_resource=judge_egress,
    looks_inside=True,
)
