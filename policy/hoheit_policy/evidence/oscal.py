"""Assessment results in OSCAL 1.2, with what is unknown as a finding that is not satisfied."""

from __future__ import annotations

from typing import Any

from .canonical import stable_id

VERSION = "1.2.1"
_NAMESPACE = "urn:hoheit:oscal"


def assessment_results(evidence: dict[str, Any]) -> dict[str, Any]:
    """Return the document; every id depends on the content alone."""
    cover = evidence["cover"]
    basis = f"{cover['state_sha256']} {cover['at']}"
    name = f"{cover['project']}/{cover['stack']}"
    return {
        "assessment-results": {
            "uuid": stable_id("results", basis),
            "metadata": {
                "title": f"Residency of {name}",
                "last-modified": cover["at"],
                "version": cover["rule_set"]["version"],
                "oscal-version": VERSION,
                "props": [_prop("rule-set-sha256", cover["rule_set"]["sha256"])],
            },
            # There is no plan of its own: what was asked stands in the evidence.
            "import-ap": {"href": "./evidence.json"},
            "results": [_results(evidence, name, basis)],
        }
    }


def _results(evidence: dict[str, Any], name: str, basis: str) -> dict[str, Any]:
    cover = evidence["cover"]
    found: dict[str, Any] = {
        "uuid": stable_id("result", basis),
        "title": f"Residency rules over the state of {name}",
        "description": (
            "Verdicts over a stored state and declarations. They support the controls that each "
            "rule names, and prove none. What is unknown is not satisfied."
        ),
        "start": cover["at"],
        "props": [
            _prop("profile", cover["profile"] or "unknown"),
            *(_prop(f"count-{key.lower()}", str(n)) for key, n in evidence["counts"].items()),
        ],
        "reviewed-controls": {
            "control-selections": [
                {"include-controls": [{"control-id": _token(r["id"])} for r in evidence["rules"]]}
            ]
        },
        "observations": [
            _observation(one, index, evidence, basis)
            for index, one in enumerate(evidence["findings"])
        ],
        # A rule that had nothing to judge is neither satisfied nor not.
        "findings": [_finding(r, evidence, basis) for r in evidence["rules"] if _judged(r)],
    }
    return found


def _observation(
    finding: dict[str, Any], index: int, evidence: dict[str, Any], basis: str
) -> dict[str, Any]:
    return {
        "uuid": _observation_id(index, basis),
        "title": f"{finding['rule']} {finding['verdict']}",
        "description": finding["message"],
        "props": [
            _prop("verdict", finding["verdict"]),
            _prop("rule", finding["rule"]),
            *([_prop("resource", finding["resource"])] if finding["resource"] else []),
            *([_prop("path", finding["path"])] if finding["path"] else []),
            _prop("provenance", finding["provenance"]),
        ],
        "methods": ["TEST-AUTOMATED"],
        "relevant-evidence": [{"href": "./state.json", "description": "the judged state"}],
        "collected": evidence["cover"]["at"],
    }


def _finding(rule: dict[str, Any], evidence: dict[str, Any], basis: str) -> dict[str, Any]:
    own = [i for i, one in enumerate(evidence["findings"]) if one["rule"] == rule["id"]]
    counts = rule["counts"]
    bad = counts["FAIL"] or counts["UNKNOWN"] or counts["EXEMPT"]
    reason = "fail" if counts["FAIL"] else "other" if bad else "pass"
    says = ", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n)
    found: dict[str, Any] = {
        "uuid": stable_id("finding", basis, rule["id"]),
        "title": rule["title"],
        "description": f"{rule['asks']} Verdicts: {says}.",
        "target": {
            "type": "objective-id",
            "target-id": _token(rule["id"]),
            "status": {
                "state": "not-satisfied" if bad else "satisfied",
                "reason": reason,
                "remarks": says,
            },
        },
    }
    if own:
        found["related-observations"] = [
            {"observation-uuid": _observation_id(index, basis)} for index in own
        ]
    return found


def _judged(rule: dict[str, Any]) -> bool:
    return any(n for verdict, n in rule["counts"].items() if verdict != "NOT_APPLICABLE")


def _observation_id(index: int, basis: str) -> str:
    return stable_id("observation", basis, str(index))


def _prop(name: str, value: str) -> dict[str, Any]:
    return {"name": name.replace("_", "-"), "ns": _NAMESPACE, "value": value.strip() or "-"}


def _token(rule: str) -> str:
    return rule.lower()
