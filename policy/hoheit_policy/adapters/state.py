"""Reads `pulumi stack export`, and `pulumi preview --json`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from hoheit_policy.declarations import Declarations
from hoheit_policy.guarded import declared_in
from hoheit_policy.resource import Phase, Provider, Resource, read_urn
from hoheit_policy.values import Gap, list_at, map_at, text_at
from hoheit_policy.view import StateFacts, View

from .wire import read_wire

if TYPE_CHECKING:
    from hoheit_policy.rule import Rule

_GONE = ("delete", "delete-replaced", "discard", "discard-replaced")


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
        ValueError: if the document is neither an export nor a preview.
        DeclarationsError: if the program's own declarations are wrong.
    """
    if "deployment" in document:
        resources, phase = _exported(document["deployment"]), Phase.STATE
    elif "steps" in document:
        resources, phase = _previewed(document["steps"]), Phase.PREVIEW
    else:
        raise ValueError(
            "neither `pulumi stack export` (deployment) nor `pulumi preview --json` (steps)"
        )
    if declarations is None:
        declarations = declared_in(resources, rules)
    return View(
        declarations=declarations or Declarations(),
        resources=resources,
        phase=phase,
        state=_state_facts(document.get("deployment")),
        today=today or date.today(),
    )


def _exported(deployment: Any) -> list[Resource]:
    listed = list_at(deployment, "resources")
    entries = [] if isinstance(listed, Gap) else listed
    return _resources([entry for entry in entries if not entry.get("delete")])


def _previewed(steps: list[dict[str, Any]]) -> list[Resource]:
    kept = [step for step in steps if step.get("op") not in _GONE]
    return _resources([step["newState"] for step in kept if step.get("newState")])


def _resources(entries: list[dict[str, Any]]) -> list[Resource]:
    inputs = {entry["urn"]: read_wire(entry.get("inputs") or {}) for entry in entries}
    return [_resource(entry, inputs) for entry in entries]


def _resource(entry: dict[str, Any], inputs: dict[str, Any]) -> Resource:
    urn: str = entry["urn"]
    return Resource(
        urn=urn,
        type=entry["type"],
        name=read_urn(urn)[1],
        inputs=inputs[urn],
        outputs=read_wire(entry.get("outputs") or {}),
        provider=_provider(entry.get("provider"), inputs),
        # A component has no id, so who says that it is one in spite of an id is not believed.
        custom=bool(entry.get("custom", True)) or bool(entry.get("id")),
        external=bool(entry.get("external")),
        id=text_at(entry, "id"),
        depends=_depends(entry.get("propertyDependencies")),
    )


def _depends(given: Any) -> dict[str, tuple[str, ...]]:
    read = map_at(given)
    listed = {} if isinstance(read, Gap) else {name: list_at(read, name) for name in read}
    return {
        name: tuple(urn for urn in urns if isinstance(urn, str))
        for name, urns in listed.items()
        if not isinstance(urns, Gap)
    }


def _provider(reference: str | None, inputs: dict[str, Any]) -> Provider | None:
    """Return the provider that a reference ``urn::id`` leads to."""
    if not reference:
        return None
    urn = reference.rpartition("::")[0]
    token, name = read_urn(urn)
    return Provider(type=token, name=name, inputs=inputs.get(urn, {}))


def _state_facts(deployment: Any) -> StateFacts:
    kind = text_at(deployment, "secrets_providers", "type")
    state = map_at(deployment, "secrets_providers", "state")
    if isinstance(kind, Gap) or isinstance(state, Gap):
        return StateFacts(secrets_kind=kind if isinstance(kind, str) else Gap.MISSING)
    return StateFacts(secrets_kind=kind, secrets_url=text_at(state, "url"))
