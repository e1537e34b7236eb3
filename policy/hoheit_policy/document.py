"""The rules as the documentation shows them: a table, and a reference."""

from .rule import Rule
from .rules import RULES

_HEAD = "| Rule | What has to hold | Severity | Supports |\n|---|---|---|---|"
_ON_REQUEST = "* Asked only where `requested_rules` in the declarations names it\n"
_TOP = """# Rule reference

Made by `python -m hoheit_policy docs/rules.md` from the rules themselves. [Where data
is](residency.md) says how they are used, and what they do not prove.

A rule judges in the phases that it names: `program` before the engine has seen a resource,
`preview`, `update`, and `state`, from what is stored. A control is supported by a rule, never met
by it.

"""


def table() -> str:
    """Return one row for each rule, as Markdown."""
    rows = [
        f"| {rule.id} | **{rule.title}.** {rule.asks} | {rule.severity} | "
        f"{', '.join(rule.controls)} |"
        for rule in RULES
    ]
    return "\n".join([_HEAD, *rows])


def reference() -> str:
    """Return a page with a table of the rules, and everything that each says of itself."""
    return "\n".join([_TOP + table() + "\n", *(_section(rule) for rule in RULES)])


def _section(rule: Rule) -> str:
    return (
        f"## {rule.id}: {rule.title}\n\n{rule.asks}\n\n"
        f"* Severity: {rule.severity}\n"
        f"{_ON_REQUEST if rule.on_request else ''}"
        f"* Phases: {', '.join(rule.phases)}\n"
        f"* Supports: {', '.join(rule.controls)}\n"
        f"* What to do: {rule.remediation.en}\n"
        f"* Was zu tun ist: {rule.remediation.de}\n"
    )
