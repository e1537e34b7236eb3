"""REG-02: every store and every recipient of the register is seen in the resources."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from hoheit_policy.kubernetes import objects_of, pods_of
from hoheit_policy.register_places import endpoints_of
from hoheit_policy.registered import Entry, entries_of, has_register, stores_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.seen_hosts import SeenHosts, seen_hosts
from hoheit_policy.shown_stores import shown_stores
from hoheit_policy.values import Gap, at, list_at, text_at
from hoheit_policy.verdict import Judgement, failed, passed, unknown

from ._register_rule import no_register

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_WAY_OUT = "take the entry out, or have the rule exempted for it"
_OF_MACHINES = ("memory of ", "log files on ", "nodes' own disks", "control plane's etcd")
"""Media that no resource shows."""


def judge_registered(view: View) -> Iterator[tuple[str, Judgement]]:
    """Answer for every entry of a register, and for every declared endpoint beside it."""
    if not view.complete:
        return
    if not has_register(view):
        yield no_register()
        return
    named = seen_hosts(view)
    claims = [pair for resource in view.resources for pair in _claims(resource)]
    for entry in stores_of(view):
        if isinstance(entry, Entry):
            for judgement in _store(entry, view, named, claims):
                yield entry.urn, judgement
        else:
            urn, path, gap = entry
            yield urn, unknown(path, f"the store {gap.value}", late=gap is Gap.UNKNOWN)
    for urn, path, contact in entries_of(view, "egress"):
        yield urn, _host(path, text_at(contact, "host"), named)
    for endpoint in endpoints_of(view.declarations):
        yield "", _host(f"endpoints.{endpoint.host}", endpoint.host, named)


def _claims(resource: Resource) -> Iterator[tuple[Resource, str]]:
    for shown in shown_stores(resource):
        if shown.kind in ("claim", "ephemeral") and isinstance(shown.key, str):
            yield resource, shown.key


def _store(
    entry: Entry, view: View, named: SeenHosts, claims: list[tuple[Resource, str]]
) -> Iterator[Judgement]:
    what = f"store '{entry.name}'"
    if entry.host is not None:
        yield _host(entry.path, entry.host, named)
    elif "storage class " in entry.medium:
        found = [one for one in claims if entry.owns(one[0]) and entry.has_class(one[1])]
        if found:
            claims.remove(found[0])
        yield _seen(entry.path, f"{what}: a claim", named, found=bool(found))
    elif any(words in entry.medium for words in _OF_MACHINES):
        return
    elif "Kubernetes Secret" in entry.medium:
        yield _made(entry, view, f"{what}: a Secret", named, _is_secret)
    elif "emptyDir" in entry.medium:
        yield _made(entry, view, f"{what}: an emptyDir", named, _has_empty_dir)
    else:
        text = f"{what}: '{entry.medium}' is nothing that a resource shows"
        yield unknown(entry.path, f"{text}; name what keeps it", provenance="register")


def _made(
    entry: Entry,
    view: View,
    what: str,
    named: SeenHosts,
    is_it: Callable[[Resource], bool],
) -> Judgement:
    found = any(entry.owns(resource) and is_it(resource) for resource in view.resources)
    return _seen(entry.path, what, named, found=found)


def _is_secret(resource: Resource) -> bool:
    return any(found.kind == "Secret" for found in objects_of(resource))


def _has_empty_dir(resource: Resource) -> bool:
    for _, _, spec in pods_of(resource):
        volumes = list_at(spec, "volumes")
        for volume in volumes if isinstance(volumes, list) else []:
            if not isinstance(at(volume, "emptyDir"), Gap):
                return True
    return False


def _host(path: str, host: str | Gap, named: SeenHosts) -> Judgement:
    if isinstance(host, Gap):
        return unknown(path, f"its host {host.value}", late=host is Gap.UNKNOWN)
    return _seen(path, host, named, found=named.has(host))


def _seen(path: str, what: str, named: SeenHosts, *, found: bool) -> Judgement:
    if found:
        return passed(path, f"{what} is seen in the resources", "register")
    if named.gaps:
        text = f"{what} is in no resource that can be read, and some values cannot"
        late = Gap.UNKNOWN in named.gaps
        return unknown(path, f"{text}; {_WAY_OUT}", late=late, provenance="register")
    return failed(path, f"{what} is registered, and in no resource; {_WAY_OUT}", "register")


SEEN_ENTRIES = Rule(
    id="REG-02",
    title="What the register says is there",
    asks=(
        "In a program with a register, every registered store and every registered or declared "
        "recipient is seen in the resources. Memory, log files and disks of nodes, and etcd, "
        "which no resource shows, are not asked about."
    ),
    severity=Severity.MEDIUM,
    phases=ALWAYS,
    controls=("GDPR Art. 30(1)", "GDPR Art. 30(1)(d)"),
    remediation=Remediation(
        en="Take out of the register, or of declarations.endpoints, what the program does not use "
        "any more.",
        de="Aus dem Register oder aus declarations.endpoints nehmen, was das Programm nicht mehr "
        "benutzt.",
    ),
    of_stack=judge_registered,
)
