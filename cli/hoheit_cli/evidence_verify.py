"""`hoheit evidence verify`: is a package what was signed, and what its state leads to?"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from hoheit_policy.evidence import (
    EVALUATION,
    REGISTER,
    STATE,
    Answer,
    Check,
    KeyFileError,
    verify,
    worst,
)

from .errors import UsageError
from .evidence_files import read_bytes, read_package, registered, strange_entries
from .exit_status import ExitStatus
from .rule_option import add_rule_option, read_rules
from .text import printable

_STATUS = {
    Answer.GOOD: ExitStatus.FINE,
    Answer.UNKNOWN: ExitStatus.UNKNOWN,
    Answer.TAMPERED: ExitStatus.TAMPERED,
}


def add(actions: Any) -> None:
    """Add the action to the subparsers of `hoheit evidence`."""
    parser: argparse.ArgumentParser = actions.add_parser(
        "verify",
        help="check a package offline",
        description=(
            "Check a package without a network: signature, hashes of all files, rule set, and the "
            "evaluation of the enclosed state once more. Exit status: 0 where all is good, 2 for "
            "wrong options, 3 where something could not be checked (no key, no signature, another "
            "rule set, rules that no package encloses), 4 where anything was changed."
        ),
    )
    parser.add_argument("package", metavar="DIR", help="folder that `hoheit evidence` wrote")
    parser.add_argument(
        "--key",
        metavar="FILE",
        help="public key of the organisation in PEM, from elsewhere than the package",
    )
    add_rule_option(parser, "judged too when the package was made")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    folder = Path(options.package)
    content = read_package(folder)
    key = read_bytes(Path(options.key)) if options.key else None
    try:
        checks = verify(content, key, read_rules(options))
    except KeyFileError as error:
        raise UsageError(f"{options.key}: {error}") from None
    if any(check.what == EVALUATION and check.answer is Answer.GOOD for check in checks):
        checks += _register(content)
    strange = [
        Check(what=name, answer=Answer.TAMPERED, says="is a link, or no file; a package has none")
        for name in strange_entries(folder)
    ]
    for check in (*strange, *checks):
        sys.stdout.write(printable(f"{check.answer} {check.what}: {check.says}\n"))
    return _STATUS[worst([*strange, *checks])]


def _register(content: dict[str, bytes]) -> list[Check]:
    """Check that the register is the one of the enclosed state."""
    stated = json.loads(content[REGISTER]) if REGISTER in content else None
    if registered(json.loads(content[STATE])) == stated:
        return []
    says = "is not the register of the enclosed state"
    return [Check(what=REGISTER, answer=Answer.TAMPERED, says=says)]
