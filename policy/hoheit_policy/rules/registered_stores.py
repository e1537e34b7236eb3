"""REG-01: every store that the resources show is in the register."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from hoheit_policy.registered import COMPONENT, Entry, has_register, stores_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.shown_stores import ShownStore, shown_stores
from hoheit_policy.values import Gap
from hoheit_policy.verdict import Judgement, failed, passed, unknown

from ._register_rule import no_register

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_WAY_OUT = "make it by a component that registers it, or have the rule exempted for it"


def judge_shown(view: View) -> Iterator[tuple[str, Judgement]]:
    """Answer for every store of a program that has a register."""
    if not view.complete:
        return
    if not has_register(view):
        yield no_register()
        return
    free: list[Entry] = []
    for entry in stores_of(view):
        if isinstance(entry, Entry):
            free.append(entry)
        else:
            urn, path, gap = entry
            text = f"name or medium of an entry {gap.value}, so it cannot be compared"
            yield urn, unknown(path, text, late=gap is Gap.UNKNOWN)
    for resource in view.resources:
        for shown in shown_stores(resource):
            yield resource.urn, _judge(resource, shown, free)


def _judge(resource: Resource, shown: ShownStore, free: list[Entry]) -> Judgement:
    if isinstance(shown.key, Gap):
        text = f"its name or class {shown.key.value}, so no entry of the register can be found"
        return unknown(shown.path, text, late=shown.key is Gap.UNKNOWN)
    for entry in free:
        if _is(entry, shown, shown.key, resource):
            if shown.kind == "claim":
                # One entry is one volume: a second claim needs an entry of its own.
                free.remove(entry)
            return passed(shown.path, f"registered as '{entry.name}'", "register")
    return failed(shown.path, f"{_what(shown)}: no entry of the register is left; {_WAY_OUT}")


def _is(entry: Entry, shown: ShownStore, key: str, resource: Resource) -> bool:
    if shown.kind in ("claim", "ephemeral"):
        return entry.owns(resource) and entry.has_class(key)
    if shown.kind == "node":
        return COMPONENT in resource.urn and "nodes' own disks" in entry.medium
    return entry.medium.startswith(f"bucket {key} at ") or _is_host_of(entry, resource)


def _is_host_of(entry: Entry, resource: Resource) -> bool:
    """Tell whether the cloud gave a store the host that an entry names."""
    if entry.host is None or not isinstance(resource.outputs, dict):
        return False
    given = cast("dict[str, Any]", resource.outputs).values()
    return any(str(one).lower().partition(":")[0] == entry.host for one in given)


def _what(shown: ShownStore) -> str:
    if shown.kind == "node":
        return f"'{shown.key}' of a node"
    return f"a store '{shown.key}'" if shown.kind == "cloud" else f"a volume of class '{shown.key}'"


REGISTERED_STORES = Rule(
    id="REG-01",
    title="The register has every store",
    asks=(
        "In a program with a register, every volume claim, path of a node, bucket, database, "
        "volume, storage box and log group that the resources show is in it."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 30(1)", "BSI C5 AM"),
    remediation=Remediation(
        en="Make the store by a component that registers it, or have the rule exempted for it by "
        "whoever keeps the record of processing.",
        de="Den Speicher durch eine Komponente anlegen, die ihn meldet, oder ihn durch den "
        "Verantwortlichen des Verarbeitungsverzeichnisses ausnehmen lassen.",
    ),
    of_stack=judge_shown,
)
