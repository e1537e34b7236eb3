"""The state of a stack, as `pulumi stack export` writes it."""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

from hoheit_policy.adapters.state import VERSIONS

from .errors import UsageError
from .json_input import parsed
from .programs import program

Resource = dict[str, Any]


def add_state_options(parser: argparse.ArgumentParser, *, required: bool = True) -> Any:
    """Let a command name the state that it reads; return the group, for what stands in for it."""
    source = parser.add_mutually_exclusive_group(required=required)
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
    return source


def read_state(options: argparse.Namespace) -> dict[str, Any]:
    """Return the export that the options name; nothing in it is decrypted.

    Raises:
        UsageError: if there is no such stack or file, or if it holds no export.
    """
    if options.stack is not None:
        return _parsed(_exported(options.stack), f"the export of stack '{options.stack}'")
    return _parsed(*_given(options))


def read_state_or_preview(options: argparse.Namespace) -> dict[str, Any]:
    """Return the export that the options name, or what `pulumi preview --json` printed.

    Raises:
        UsageError: if there is no such stack or file, or if it holds neither.
    """
    if options.stack is not None:
        return read_state(options)
    text, origin = _given(options)
    document = _document(text, origin)
    if "deployment" in document or not isinstance(document.get("steps"), list):
        return _checked(document, origin)
    if fault := _fault([_made(step) for step in cast(list[Any], document["steps"])], "steps"):
        raise UsageError(f"{origin} is no preview: {fault}; write one with {_PREVIEW}")
    return document


def _made(step: Any) -> Any:
    """Return the resource that a step of a preview leads to; one that deletes has none."""
    if not isinstance(step, dict):
        return step
    return cast(Resource, step).get("newState") or {"urn": "", "type": ""}


def resources(export: dict[str, Any]) -> Iterator[Resource]:
    """Yield the resources of a state, without those that only wait to be deleted."""
    found: list[Resource] = export["deployment"].get("resources") or []
    return (resource for resource in found if not resource.get("delete"))


_FIELDS = {
    "urn": (str, "text"),
    "type": (str, "text"),
    "provider": (str, "text"),
    "inputs": (dict, "object"),
    "outputs": (dict, "object"),
}
"""What a command reads of a resource: the kind of JSON value, and what people call it."""
_PREVIEW = "`pulumi preview --json --show-sames`"
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


def _given(options: argparse.Namespace) -> tuple[str, str]:
    """Return the text that the options name, and where it comes from."""
    piped = options.state == "-"
    origin = "standard input" if piped else options.state
    try:
        return sys.stdin.read() if piped else Path(origin).read_text(encoding="utf-8"), origin
    except UnicodeDecodeError:
        raise UsageError(f"{origin} is no text; {_EXPORT}") from None


def _parsed(text: str, origin: str) -> dict[str, Any]:
    return _checked(_document(text, origin), origin)


def _checked(found: dict[str, Any], origin: str) -> dict[str, Any]:
    if not isinstance(found.get("deployment"), dict):
        raise UsageError(f"{origin} is no export of a stack: it has no 'deployment'; {_EXPORT}")
    if fault := _fault(found["deployment"].get("resources")):
        raise UsageError(f"{origin} is no export of a stack: {fault}; {_EXPORT}")
    version = found.get("version", min(VERSIONS))
    if version not in VERSIONS:
        read = " and ".join(map(str, VERSIONS))
        raise UsageError(
            f"{origin} is a state of version {version}; this release reads {read}: take a newer "
            "hoheit, or export with the Pulumi that this one is made for"
        )
    if next(resources(found), None) is None:
        raise UsageError(f"{origin} holds no resource; run `pulumi up` first")
    return found


def _document(text: str, origin: str) -> dict[str, Any]:
    try:
        document: Any = parsed(text)
    except ValueError as error:
        raise UsageError(f"{origin} is {error}; {_EXPORT}") from None
    return cast(dict[str, Any], document) if isinstance(document, dict) else {}


def _fault(listed: Any, path: str = "deployment.resources") -> str | None:
    """Say what keeps resources from being read, if anything does."""
    if listed is None:
        return None
    if not isinstance(listed, list):
        return f"{path} is no list"
    for index, entry in enumerate(cast(list[Any], listed)):
        if not isinstance(entry, dict):
            return f"{path}[{index}] is no object"
        for name, (kind, called) in _FIELDS.items():
            value = cast(Resource, entry).get(name)
            # The engine leaves out what is empty, but a resource always has a URN and a type.
            if not isinstance(value, kind) and (value is not None or name in ("urn", "type")):
                return f"{path}[{index}].{name} is no {called}"
    return None
