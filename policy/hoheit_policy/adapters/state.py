"""Reads `pulumi stack export`, and `pulumi preview --json`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any, cast

from hoheit_policy.declarations import Declarations
from hoheit_policy.guarded import declared_in
from hoheit_policy.resource import Phase, Resource
from hoheit_policy.values import Gap, at, list_at, map_at, text_at
from hoheit_policy.view import StateFacts, View

from .entries import Listed, StateError, checked

if TYPE_CHECKING:
    from hoheit_policy.rule import Rule

_GONE = ("delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace")
_SAME = "same"
_PENDING = "pending_operations"
VERSIONS = (3, 4)
"""Of exports: DeploymentSchemaVersionCurrent and -Latest of Pulumi (sdk/go/common/apitype)."""


def view_of(
    document: Any,
    declarations: Declarations | None = None,
    *,
    today: date | None = None,
    rules: Iterable[Rule] = (),
) -> View:
    """Return what rules look at in an export or a preview.

    Args:
        document: the JSON that Pulumi printed.
        declarations: a reviewer's; without them those of the guard in the program count.
        today: for exemptions; None is the day of the run.
        rules: whose exemptions the program's declarations may hold beside those of hoheit.

    Raises:
        StateError: if the document is neither an export nor a preview, or cannot be one.
        DeclarationsError: if the program's own declarations are wrong.
    """
    leaving: list[Resource] = []
    if isinstance(map_at(document, "deployment"), dict):
        _refuse_version(document)
        resources, leaving = _exported(document["deployment"])
        phase = Phase.STATE
    elif not isinstance(at(document, "steps"), Gap):
        resources, phase = _previewed(document), Phase.PREVIEW
    else:
        raise StateError(
            "neither `pulumi stack export` (deployment) nor `pulumi preview --json` (steps)"
        )
    if declarations is None:
        declarations = declared_in(resources, rules)
    return View(
        declarations=declarations or Declarations(),
        resources=resources,
        leaving=leaving,
        pending_operations=_pending(document.get("deployment")),
        phase=phase,
        state=_state_facts(document.get("deployment")),
        today=today or date.today(),
    )


def _refuse_version(document: dict[str, Any]) -> None:
    version: Any = document.get("version", VERSIONS[0])
    if version not in VERSIONS:
        raise StateError(
            f"version is {version!r}, and exports of {' and '.join(map(str, VERSIONS))} are read; "
            "export the state with a Pulumi CLI that this release knows"
        )


def _exported(deployment: Any) -> tuple[list[Resource], list[Resource]]:
    """Return the resources of a stack, and those that wait to be deleted."""
    # The engine leaves out what is empty.
    entries = checked(deployment.get("resources") or [], "deployment.resources")
    kept = Listed(entries)
    gone = [bool(entry.get("delete")) for entry in entries]
    _refuse_twins(entry for entry, leaves in zip(entries, gone, strict=True) if not leaves)
    found = [kept.resource(entry) for entry in entries]
    return (
        [one for one, leaves in zip(found, gone, strict=True) if not leaves],
        [one for one, leaves in zip(found, gone, strict=True) if leaves],
    )


def _refuse_twins(entries: Iterable[dict[str, Any]]) -> None:
    for urn, count in Counter(entry["urn"] for entry in entries).items():
        if count > 1:
            raise StateError(
                f"deployment.resources has {urn} {count} times, and nobody can tell which is "
                "meant; write a state with `pulumi stack export`, and do not edit it"
            )


def _previewed(document: dict[str, Any]) -> list[Resource]:
    steps = document["steps"]
    if not isinstance(steps, list):
        raise StateError("steps is no list; write a preview with `pulumi preview --json`")
    held = cast("list[Any]", steps)
    kept = [at(step, "newState") for step in held if at(step, "op") not in _GONE]
    unchanged = sum(at(step, "op") == _SAME for step in held)
    counted = at(document, "changeSummary", _SAME)
    if isinstance(counted, int) and counted > unchanged:
        raise StateError(
            f"the preview leaves {counted - unchanged} unchanged resources out; write it with "
            "`pulumi preview --json --show-sames`"
        )
    entries = checked(kept, "the new states of steps")
    found = Listed(entries)
    return [found.resource(entry) for entry in entries]


def _pending(deployment: Any) -> int:
    """Return how many operations were cut off; evidence keeps their number only."""
    listed, counted = list_at(deployment, _PENDING), at(deployment, f"{_PENDING}_count")
    if listed is Gap.WRONG:
        raise StateError(f"deployment.{_PENDING} is no list")
    return (0 if isinstance(listed, Gap) else len(listed)) + (
        counted if isinstance(counted, int) else 0
    )


def _state_facts(deployment: Any) -> StateFacts:
    kind = text_at(deployment, "secrets_providers", "type")
    state = map_at(deployment, "secrets_providers", "state")
    if isinstance(kind, Gap) or isinstance(state, Gap):
        return StateFacts(secrets_kind=kind if isinstance(kind, str) else Gap.MISSING)
    return StateFacts(secrets_kind=kind, secrets_url=text_at(state, "url"))
