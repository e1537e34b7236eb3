"""`hoheit residency check`: what the residency rules say of a stack's state."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from hoheit_policy import Declarations, DeclarationsError, Report, read_declarations, report, table
from hoheit_policy.adapters.state import view_of

from .errors import UsageError
from .state import add_state_options, read_state

STOPPED = 1
"""Exit status where a finding has to stop, under the declared profile or without one."""


def add(commands: Any) -> None:
    """Add the command to the subparsers of `hoheit`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "residency", help="judge where data is, by the residency rules"
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    check: argparse.ArgumentParser = actions.add_parser(
        "check",
        help="judge the state of a stack",
        description=(
            "Judge the state of a stack by the residency rules; what fails or is unknown comes "
            "first. Exit status: 0 where nothing stops, 1 where a finding stops under the "
            "profile, or where nobody declared a profile, 2 for wrong options."
        ),
    )
    add_state_options(check)
    check.add_argument(
        "--declarations",
        metavar="FILE",
        type=Path,
        help="JSON with a reviewer's declarations, in place of those in the program",
    )
    check.add_argument("--json", action="store_true", help="print it for machines")
    check.add_argument("--all", action="store_true", help="print every line of every rule")
    check.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    declared = _declared(options.declarations) if options.declarations else None
    found = residency_of(read_state(options), declared)
    if options.json:
        sys.stdout.write(json.dumps(found.plain(), indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(table(found, **({"limit": None} if options.all else {})) + "\n")
    return STOPPED if found.stopping else 0


def residency_of(export: dict[str, Any], declared: Declarations | None = None) -> Report:
    """Return the verdicts over a state, by its own declarations or those of a reviewer.

    Raises:
        UsageError: if the declarations in the state are wrong.
    """
    try:
        return report(view_of(export, declared))
    except DeclarationsError as error:
        raise UsageError(f"the declarations in the state are not valid: {error}") from None


def _declared(file: Path) -> Declarations:
    try:
        return read_declarations(json.loads(file.read_text(encoding="utf-8")))
    except ValueError as error:
        raise UsageError(f"{file}: {error}") from None
