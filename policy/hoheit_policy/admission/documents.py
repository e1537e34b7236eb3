"""The objects that Kubernetes is given: a policy and its binding for every check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .cel import text
from .exemptions import ENDED, Exempted, exemption_variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hoheit_facts import Profile

    from .check import Check

_GROUP = "admissionregistration.k8s.io/v1"
_LABELS = {"app.kubernetes.io/part-of": "hoheit", "app.kubernetes.io/component": "residency"}
SYSTEM_NAMESPACES = ("kube-node-lease", "kube-public", "kube-system")
"""Namespaces of Kubernetes itself, whose pods come with the distribution."""

_SHOWN = 4
"""Findings in one refusal; Kubernetes takes 5 KiB of text."""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What all policies of one cluster have in common."""

    profile: Profile | None
    exempted: tuple[Exempted, ...]
    excepted: Sequence[str]
    """Namespaces that no policy judges, beside those of Kubernetes."""
    controllers: Sequence[str]
    """Users as which controllers run, beside those of Kubernetes by default."""


def documents(check: Check, where: Installation) -> list[dict[str, Any]]:
    """Return policy and binding of a check; without a profile everything stops."""
    profile = where.profile
    stops = profile is None or profile.enforcement == "stop"
    metadata = {
        "name": check.name,
        "labels": _LABELS,
        "annotations": {"hoheit/profile": profile.name if profile else "unknown"},
    }
    return [
        {
            "apiVersion": _GROUP,
            "kind": "ValidatingAdmissionPolicy",
            "metadata": metadata,
            "spec": _policy(check, where),
        },
        {
            "apiVersion": _GROUP,
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": metadata,
            "spec": {
                "policyName": check.name,
                "validationActions": ["Deny"] if stops else ["Warn", "Audit"],
                "matchResources": {"namespaceSelector": _namespaces(where.excepted)},
            },
        },
    ]


def _namespaces(excepted: Sequence[str]) -> dict[str, Any]:
    names = sorted({*SYSTEM_NAMESPACES, *excepted})
    key = "kubernetes.io/metadata.name"
    return {"matchExpressions": [{"key": key, "operator": "NotIn", "values": names}]}


def _policy(check: Check, where: Installation) -> dict[str, Any]:
    variables = (
        *check.subject.variables,
        *check.variables,
        *exemption_variables(check.rule.id, where.exempted, where.controllers),
        ("findings", check.findings),
        ("ended", ENDED),
        ("said", _said(check.rule.id)),
    )
    return {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": check.subject.matched()},
        "matchConditions": [
            {
                "name": "changed",
                "expression": f"oldObject == null || !({check.subject.same})",
            }
        ],
        "variables": [{"name": name, "expression": value} for name, value in variables],
        "validations": [
            {
                "expression": "variables.findings.size() == 0 || variables.holds",
                "message": f"{check.rule.id}: {check.rule.asks} {check.rule.remediation.en}",
                "messageExpression": "variables.said",
                "reason": "Forbidden",
            }
        ],
        "auditAnnotations": [
            {
                "key": "exempted",
                "valueExpression": (
                    'variables.findings.size() > 0 && variables.holds ? variables.said : ""'
                ),
            }
        ],
    }


def _said(rule: str) -> str:
    """Return the findings as one line, in the words of the rules' own report."""
    verdict = '(variables.exempted.size() > 0 ? "FAIL" : f.verdict)'
    return (
        "variables.findings.slice(0, "
        f"variables.findings.size() < {_SHOWN} ? variables.findings.size() : {_SHOWN}).map(f, "
        f'{text(rule + " ")} + {verdict} + " " + object.kind + " " + variables.name + " " + '
        'f.path + ": " + f.message + variables.ended).join(" | ") + '
        f'(variables.findings.size() > {_SHOWN} ? " (and " + '
        f'string(variables.findings.size() - {_SHOWN}) + " more)" : "")'
    )
