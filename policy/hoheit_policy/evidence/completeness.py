"""What the evidence covers, and what it could not look into."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, cast

from hoheit_policy.adapters.wire import SECRET, SIGNATURE
from hoheit_policy.opaque import why_opaque
from hoheit_policy.verdict import Verdict

if TYPE_CHECKING:
    from hoheit_policy.judging import Report

    from .inputs import Inputs


def completeness(inputs: Inputs, report: Report) -> dict[str, Any]:
    """Return counts of the resources, and lists of those that hide something."""
    resources = inputs.view.resources
    judged = {one.resource for one in report.findings if one.resource}
    opaque = [
        {"resource": one.urn, "why": why}
        for one in resources
        if (why := why_opaque(one)) is not None
    ]
    return {
        "resources": len(resources),
        "judged": sum(one.urn in judged for one in resources),
        "types": dict(sorted(Counter(one.type for one in resources).items())),
        "opaque": opaque,
        "external": [one.urn for one in resources if one.external],
        "secrets": _secrets(inputs.state),
        "pending_operations": inputs.state["deployment"]["pending_operations_count"],
        "register": inputs.register is not None,
        "rules_without_object": [
            one.rule for one in report.findings if one.verdict is Verdict.NOT_APPLICABLE
        ],
    }


def _secrets(tree: Any) -> int:
    """Count the values that were taken out, which nobody judged."""
    if isinstance(tree, dict):
        fields = cast("dict[str, Any]", tree)
        if fields.get(SIGNATURE) == SECRET:
            return 1
        return sum(map(_secrets, fields.values()))
    return sum(map(_secrets, cast("list[Any]", tree))) if isinstance(tree, list) else 0
