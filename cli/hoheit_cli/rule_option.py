"""The option with which commands that judge take rules of somebody else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_policy import OwnRuleError
from hoheit_policy.rule_file import RuleFile, read_rule_file

from .errors import UsageError

if TYPE_CHECKING:
    import argparse


def add_rule_option(parser: argparse.ArgumentParser, what: str) -> None:
    """Let a command name a file with rules; ``what`` says what they do there."""
    parser.add_argument(
        "--rules",
        metavar="FILE",
        help=f"file of Python whose RULES {what}; it is run, so read it before",
    )


def read_rules(options: argparse.Namespace) -> RuleFile | None:
    """Return the rules that the options name, or None where they name none.

    Raises:
        UsageError: if the file cannot be read, or if a rule in it cannot judge.
    """
    try:
        return read_rule_file(options.rules) if options.rules else None
    except OwnRuleError as error:
        raise UsageError(str(error)) from None
