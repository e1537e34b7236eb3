"""Findings as SARIF 2.1.0, which code review and vulnerability tools read."""

from __future__ import annotations

from typing import Any

_LEVELS = {"FAIL": "error", "EXEMPT": "note"}
"""Any other kind than ``fail`` has the level ``none`` (SARIF 2.1.0, 3.27.10)."""
_KINDS = {
    "FAIL": "fail",
    "UNKNOWN": "open",
    "EXEMPT": "fail",
    "PASS": "pass",
    "NOT_APPLICABLE": "notApplicable",
}
"""``open``: the rule found too little to decide (SARIF 2.1.0, 3.27.9)."""


def sarif(evidence: dict[str, Any]) -> dict[str, Any]:
    """Return the log of one run."""
    rule_set = evidence["cover"]["rule_set"]
    ids = [rule["id"] for rule in evidence["rules"]]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "hoheit residency",
                        "version": rule_set["version"],
                        "properties": {"ruleSetSha256": rule_set["sha256"]},
                        "rules": [_rule(rule) for rule in evidence["rules"]],
                    }
                },
                "invocations": [
                    {"executionSuccessful": True, "endTimeUtc": evidence["cover"]["at"]}
                ],
                "results": [_result(one, ids) for one in evidence["findings"]],
            }
        ],
    }


def _rule(rule: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": rule["id"],
        "name": rule["title"],
        "shortDescription": {"text": rule["title"]},
        "fullDescription": {"text": rule["asks"]},
        "help": {"text": f"{rule['remediation']['en']}\n\n{rule['remediation']['de']}"},
        "properties": {"severity": rule["severity"], "supports": rule["controls"]},
    }


def _result(finding: dict[str, Any], ids: list[str]) -> dict[str, Any]:
    verdict = finding["verdict"]
    name = finding["resource"] or "stack"
    path = f"{name}#{finding['path']}" if finding["path"] else name
    result: dict[str, Any] = {
        "ruleId": finding["rule"],
        "kind": _KINDS[verdict],
        "level": _LEVELS.get(verdict, "none"),
        "message": {"text": finding["message"]},
        "locations": [{"logicalLocations": [{"fullyQualifiedName": path, "kind": "resource"}]}],
        "properties": {"verdict": verdict, "provenance": finding["provenance"]},
    }
    if finding["rule"] in ids:
        result["ruleIndex"] = ids.index(finding["rule"])
    if verdict == "EXEMPT":
        result["suppressions"] = [{"kind": "external", "justification": finding["message"]}]
    return result
