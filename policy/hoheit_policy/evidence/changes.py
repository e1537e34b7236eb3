"""What is new since an earlier package: countries, recipients, verdicts."""

from __future__ import annotations

from typing import Any


def remembered(evidence: dict[str, Any], statement_sha256: str) -> dict[str, Any]:
    """Return what the next package keeps of this one to compare itself with."""
    return {
        "at": evidence["cover"]["at"],
        "rule_set": evidence["cover"]["rule_set"],
        "statement_sha256": statement_sha256,
        "countries": countries(evidence),
        "recipients": recipients(evidence),
        "verdicts": verdicts(evidence),
    }


def changes(evidence: dict[str, Any], previous: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return the differences to an earlier package, or None where there is none."""
    if previous is None:
        return None
    now, then = verdicts(evidence), previous["verdicts"]
    return {
        "previous": {key: previous[key] for key in ("at", "rule_set", "statement_sha256")},
        "countries": _both(previous["countries"], countries(evidence)),
        "recipients": _both(previous["recipients"], recipients(evidence)),
        "verdicts": [
            {"finding": key, "before": then.get(key), "after": now.get(key)}
            for key in sorted(now.keys() | then.keys())
            if now.get(key) != then.get(key)
        ],
    }


def countries(evidence: dict[str, Any]) -> list[str]:
    """Return every country that places and recipients are in."""
    entries = [*evidence["kept"], *evidence["flows"]]
    found = {entry["fields"]["country"]["value"] for entry in entries}
    return sorted(found - {None})


def recipients(evidence: dict[str, Any]) -> list[str]:
    """Return every recipient by host and port."""
    return sorted({f"{flow['host']}:{flow['port']}" for flow in evidence["flows"]})


def verdicts(evidence: dict[str, Any]) -> dict[str, str]:
    """Return the verdict of every finding by rule, resource and path; the worst where two meet."""
    found: dict[str, str] = {}
    for one in evidence["findings"]:  # the bad ones come first
        key = " ".join(part for part in (one["rule"], one["resource"], one["path"]) if part)
        found.setdefault(key, one["verdict"])
    return found


def _both(before: list[str], after: list[str]) -> dict[str, list[str]]:
    return {
        "new": [one for one in after if one not in before],
        "gone": [one for one in before if one not in after],
    }
