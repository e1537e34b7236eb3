"""NET-09: what looks like a part of the cluster does not lead out of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hoheit_facts import CONTAINER_HOSTS, OBJECT_HOSTS, POD_HOSTS

from hoheit_policy.hosts import is_private
from hoheit_policy.known_services import endpoint_of
from hoheit_policy.kubernetes import (
    Container,
    KubernetesObject,
    containers_of,
    objects_of,
    pods_of,
)
from hoheit_policy.recipients import Recipients, recipients_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.tree_paths import values_at
from hoheit_policy.values import Gap, map_at
from hoheit_policy.verdict import Judgement, failed, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_FORWARD = re.compile(r"^\s*forward\s+\S+[ \t]+(?P<targets>[^{\n]*)", re.MULTILINE)
"""A line of a Corefile that sends names to other resolvers."""
_OWN_FILE = "/"
"""A target that is a file, as /etc/resolv.conf, names the resolvers of the node."""
_WAY_OUT = "declare the host in endpoints, or use a service inside the cluster"


def judge_addresses(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for addresses in pods, volumes, endpoints and webhooks, and for resolvers."""
    recipients = recipients_of(view)
    for path, value in _addresses(resource):
        if value is not Gap.MISSING:
            yield _judge(path, value, recipients)


def _addresses(resource: Resource) -> Iterator[tuple[str, Any]]:
    for found in objects_of(resource):
        for path in OBJECT_HOSTS.get(found.kind, ()):
            for place, value in values_at(found.body, path):
                yield found.where(place), value
        if found.kind == "ConfigMap":
            yield from _of_resolvers(found)
    for found, path, spec in pods_of(resource):
        for below in POD_HOSTS:
            for place, value in values_at(spec, below):
                yield found.where(*path, place), value
    for container in containers_of(resource):
        yield from _of_container(container)


def _of_container(container: Container) -> Iterator[tuple[str, Any]]:
    if isinstance(container.body, Gap):
        yield container.path, container.body
        return
    for path in CONTAINER_HOSTS:
        for place, value in values_at(container.body, path):
            yield f"{container.path}.{place}", value


def _of_resolvers(found: KubernetesObject) -> Iterator[tuple[str, str]]:
    data = map_at(found.body, "data")
    for key, text in ({} if isinstance(data, Gap) else data).items():
        for target in _resolvers(text):
            yield found.where("data", key), target


def _resolvers(text: Any) -> Iterator[str]:
    if isinstance(text, str):
        for match in _FORWARD.finditer(text):
            targets = match["targets"].split()
            yield from (one for one in targets if not one.startswith(_OWN_FILE))


def _judge(path: str, value: Any, recipients: Recipients) -> Judgement:
    if not isinstance(value, str):
        gap = value if isinstance(value, Gap) else Gap.WRONG
        return unknown(path, f"the address {gap.value}", late=gap is Gap.UNKNOWN)
    try:
        host, _ = endpoint_of(value)
    except ValueError:
        return unknown(path, "not an address that anybody can read")
    return _judge_host(path, host, recipients)


def _judge_host(path: str, host: str, recipients: Recipients) -> Judgement:
    if not host or recipients.is_inside(host):
        return passed(path, "an address of the cluster itself")
    if recipients.has(host):
        return passed(path, f"{host}: declared", "declared")
    if not recipients.complete:
        return unknown(path, f"{host}: not declared so far", late=True)
    if is_private(host):
        return unknown(path, f"{host}: private, and no rule sees whose it is; {_WAY_OUT}")
    return failed(path, f"{host}: outside of the cluster, and not declared; {_WAY_OUT}")


OUTSIDE_ADDRESSES = Rule(
    id="NET-09",
    title="What looks like the cluster does not lead out of it",
    asks=(
        "Addresses of Endpoints and EndpointSlices, hosts files and resolvers of pods and of "
        "CoreDNS, servers of volumes, hosts of probes and URLs of webhooks are of the cluster "
        "itself or declared. A private address that nobody declared is unknown."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 30(1)(d)", "GDPR Art. 44"),
    remediation=Remediation(
        en="Point them at a service inside the cluster, or declare the host under "
        "declarations.endpoints.",
        de="Sie auf einen Dienst im Cluster richten, oder den Host unter declarations.endpoints "
        "erklären.",
    ),
    of_resource=judge_addresses,
)
