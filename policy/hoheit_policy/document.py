"""The rules as the table that the documentation shows."""

from .rules import RULES

_HEAD = "| Rule | What has to hold | Severity | Supports |\n|---|---|---|---|"


def table() -> str:
    """Return one row for each rule, as Markdown."""
    rows = [
        f"| {rule.id} | **{rule.title}.** {rule.asks} | {rule.severity} | "
        f"{', '.join(rule.controls)} |"
        for rule in RULES
    ]
    return "\n".join([_HEAD, *rows])
