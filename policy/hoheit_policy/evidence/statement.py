"""The in-toto statement over a package: hashes of all files, and what the rules said."""

from __future__ import annotations

from typing import Any

from hoheit_policy.verdict import Verdict

from .canonical import digest

STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE = "https://in-toto.io/attestation/test-result/v0.1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
_RESULTS = {Verdict.FAIL.value: "FAILED", Verdict.UNKNOWN.value: "WARNED"}
"""The predicate knows no UNKNOWN; WARNED is its word for what is not a pass and no failure."""


def statement(evidence: dict[str, Any], files: dict[str, bytes]) -> dict[str, Any]:
    """Return the statement over the files of a package.

    An exempted finding is listed with the warnings, so that no reader takes it for a pass.
    """
    rule_set, own = evidence["cover"]["rule_set"], evidence["cover"]["own_rules"]
    return {
        "_type": STATEMENT_TYPE,
        "subject": [
            {"name": name, "digest": {"sha256": digest(files[name])}} for name in sorted(files)
        ],
        "predicateType": PREDICATE_TYPE,
        "predicate": {
            "result": _result(evidence),
            "configuration": [
                {
                    "name": f"hoheit rule set {rule_set['version']}",
                    "digest": {"sha256": rule_set["sha256"]},
                },
                *([{"name": own["file"], "digest": {"sha256": own["sha256"]}}] if own else []),
            ],
            "passedTests": _rules(evidence, ("PASS",)),
            "warnedTests": _rules(evidence, ("UNKNOWN", "EXEMPT")),
            "failedTests": _rules(evidence, ("FAIL",)),
        },
    }


def _result(evidence: dict[str, Any]) -> str:
    passed = "WARNED" if evidence["counts"][Verdict.EXEMPT.value] else "PASSED"
    return _RESULTS.get(evidence["outcome"], passed)


def _rules(evidence: dict[str, Any], wanted: tuple[str, ...]) -> list[str]:
    """Return the rules whose worst verdict is one of those wanted."""
    return [
        rule["id"]
        for rule in evidence["rules"]
        if next((v.value for v in Verdict if rule["counts"][v.value]), None) in wanted
    ]
