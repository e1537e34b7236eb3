"""The evidence as one document, from which every other file of the package is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hoheit_policy.judging import report as judged
from hoheit_policy.values import text_at
from hoheit_policy.verdict import Verdict

from .art30 import art30
from .canonical import digest, json_bytes
from .changes import changes
from .completeness import completeness
from .dora import dora
from .flows import flows
from .keeping import kept
from .models import images, models
from .operators import operators
from .rule_set import rule_set
from .verdicts import controls, exemptions, findings, outcome, rules

if TYPE_CHECKING:
    from .inputs import Inputs

SCHEMA = "urn:hoheit:evidence:1"
"""Name of the format; the number rises where a reader of the old one would misread it."""


def evidence(inputs: Inputs) -> dict[str, Any]:
    """Return everything that the evidence says, as JSON."""
    report = judged(inputs.view, inputs.rules)
    stores, recipients = kept(inputs), flows(inputs)
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "cover": _cover(inputs),
        "counts": report.counts,
        "outcome": outcome(report),
        "stopping": {
            verdict.value: sum(one.verdict is verdict for one in report.stopping)
            for verdict in (Verdict.FAIL, Verdict.UNKNOWN)
        },
        "completeness": completeness(inputs, report),
        "kept": stores,
        "flows": recipients,
        "operators": operators(inputs, stores, recipients),
        "art30": art30(inputs, stores, recipients),
        "images": images(inputs),
        "models": models(inputs),
        "rules": rules(report),
        "controls": controls(report),
        "dora": dora(stores, recipients),
        "exemptions": exemptions(inputs, report),
        "findings": findings(report),
    }
    found["unknown_fields"] = _unknown_fields(found)
    found["changes"] = changes(found, inputs.previous)
    return found


def _cover(inputs: Inputs) -> dict[str, Any]:
    stack, project = inputs.stack()
    return {
        "stack": stack,
        "project": project,
        "commit": inputs.commit,
        "at": inputs.at,
        "state_day": inputs.state_day,
        "state_sha256": digest(json_bytes(inputs.state)),
        "phase": inputs.view.phase.value,
        "engine": inputs.state["deployment"].get("manifest", {}).get("version"),
        "providers": _providers(inputs),
        "profile": inputs.declarations.profile,
        "declared_by": inputs.declared_by,
        "declarations_sha256": digest(json_bytes(inputs.declared)),
        "rule_set": dict(rule_set()),
        "own_rules": _own_rules(inputs),
    }


def _own_rules(inputs: Inputs) -> dict[str, Any] | None:
    """Return which rules of somebody else judged too; their code is not enclosed."""
    file = inputs.rule_file
    return {"file": file.name, "sha256": file.sha256, "ids": list(file.ids)} if file else None


def _providers(inputs: Inputs) -> list[str]:
    """Return every provider of the state with its version, where the state says it."""
    prefix = "pulumi:providers:"
    found: set[str] = set()
    for resource in inputs.view.resources:
        if resource.type.startswith(prefix):
            version = text_at(resource.inputs, "version")
            said = version if isinstance(version, str) else "unknown"
            found.add(f"{resource.type.removeprefix(prefix)} {said}")
    return sorted(found)


def _unknown_fields(found: dict[str, Any]) -> int:
    sections = ("kept", "flows", "operators", "models", "images")
    entries = [entry for name in sections for entry in found[name]]
    fields = [field for entry in entries for field in entry["fields"].values()]
    fields += [point for point in found["art30"].values() if "confidence" in point]
    return sum(field["value"] is None for field in fields)
