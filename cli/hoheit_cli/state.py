"""The state of a stack, as `pulumi stack export` writes it."""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from .errors import UsageError
from .programs import program

Resource = dict[str, Any]

SECRET = "4dabf18193072939515e22adb298388d"  # noqa: S105 - the key that marks one, no secret
"""Key of an object that holds an encrypted value (Pulumi SDK, resource/sig)."""


def add_state_options(parser: argparse.ArgumentParser) -> None:
    """Let a command name the state that it reads."""
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--stack",
        metavar="NAME",
        help="stack of the Pulumi project in this directory",
    )
    source.add_argument(
        "--state",
        metavar="FILE",
        help="file that `pulumi stack export` wrote, or - for standard input",
    )


def read_state(options: argparse.Namespace) -> dict[str, Any]:
    """Return the export that the options name; nothing in it is decrypted.

    Raises:
        UsageError: if there is no such stack or file, or if it holds no export.
    """
    if options.stack is not None:
        return _parsed(_exported(options.stack), f"the export of stack '{options.stack}'")
    if options.state == "-":
        return _parsed(sys.stdin.read(), "standard input")
    try:
        text = Path(options.state).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{options.state} is no text; {_EXPORT}") from None
    return _parsed(text, options.state)


def resources(export: dict[str, Any]) -> Iterator[Resource]:
    """Yield the resources of a state, without those that only wait to be deleted."""
    found: list[Resource] = export["deployment"].get("resources") or []
    return (resource for resource in found if not resource.get("delete"))


_EXPORT = "write one with `pulumi stack export --stack NAME --file FILE`"


def _exported(stack: str) -> str:
    pulumi = program("pulumi", "or export the state elsewhere, and name the file with --state")
    done = subprocess.run(  # noqa: S603 - our own argument list
        [pulumi, "stack", "export", "--non-interactive", "--stack", stack],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        said = " ".join(done.stderr.split()).removeprefix("error: ")
        raise UsageError(f"pulumi cannot export stack '{stack}': {said}")
    return done.stdout


def _parsed(text: str, origin: str) -> dict[str, Any]:
    try:
        document: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise UsageError(f"{origin} is not JSON ({error}); {_EXPORT}") from None
    found = cast(dict[str, Any], document) if isinstance(document, dict) else {}
    if not isinstance(found.get("deployment"), dict):
        raise UsageError(f"{origin} is no export of a stack: it has no 'deployment'; {_EXPORT}")
    if next(resources(found), None) is None:
        raise UsageError(f"{origin} holds no resource; run `pulumi up` first")
    return found
