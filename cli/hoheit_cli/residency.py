"""`hoheit residency`: what the residency rules say of a stack's state."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from hoheit_policy import RULES, Declarations, DeclarationsError, Report, Rule, report, table
from hoheit_policy.adapters.entries import StateError
from hoheit_policy.adapters.state import view_of

from . import residency_admission
from .declarations_file import STDIN, TOO_DEEP, declared_in_file
from .errors import UsageError
from .exit_status import status_of
from .rule_option import add_rule_option, read_rules
from .state import add_state_options, read_state_or_preview


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
            "Judge the state of a stack, or a preview of it (--state with what `pulumi preview "
            "--json --show-sames` printed), by the residency rules; what fails or is unknown "
            "comes first. Exit status: 0 where nothing stops, 1 where a failure stops, 2 for "
            "wrong options, 3 where only something unknown stops. The profile says what stops; "
            "without one everything does."
        ),
    )
    add_state_options(check)
    check.add_argument(
        "--declarations",
        metavar="FILE",
        help=(
            "JSON with a reviewer's declarations, in place of those in the program; also as the "
            "configuration of the policy pack; - for standard input"
        ),
    )
    add_rule_option(check, "judge beside those of hoheit")
    check.add_argument("--json", action="store_true", help="print it for machines")
    check.add_argument(
        "--all",
        action="store_true",
        help="print every line of every rule, also of what passed, and what it rests on",
    )
    check.set_defaults(command=_run)
    residency_admission.add(actions)


def _run(options: argparse.Namespace) -> int:
    if options.declarations == options.state == STDIN:
        raise UsageError(
            "--declarations and --state are both standard input; name a file for one of them"
        )
    own = read_rules(options)
    rules = own.rules if own else RULES
    declared = declared_in_file(options.declarations, rules) if options.declarations else None
    try:
        found = residency_of(read_state_or_preview(options), declared, rules)
    except RecursionError:
        raise UsageError(f"{options.state or options.stack} is not JSON ({TOO_DEEP})") from None
    if options.json:
        plain = found.plain(everything=options.all)
        sys.stdout.write(json.dumps(plain, indent=2, ensure_ascii=False) + "\n")
    elif options.all:
        sys.stdout.write(table(found, limit=None, everything=True) + "\n")
    else:
        sys.stdout.write(table(found) + "\n")
    return status_of(found)


def residency_of(
    export: dict[str, Any],
    declared: Declarations | None = None,
    rules: Sequence[Rule] = RULES,
) -> Report:
    """Return the verdicts over a state, by its own declarations or those of a reviewer.

    Raises:
        UsageError: if the declarations in the state are wrong, or the state itself.
    """
    try:
        return report(view_of(export, declared, rules=rules), rules)
    except DeclarationsError as error:
        raise UsageError(f"the declarations in the state are not valid: {error}") from None
    except StateError as error:
        raise UsageError(f"the state cannot be read: {error}") from None
