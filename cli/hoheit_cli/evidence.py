"""`hoheit evidence`: write a package that shows where data is, and check one."""

import argparse
import json
import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hoheit_policy import RULES, DeclarationsError, report
from hoheit_policy.evidence import (
    EVIDENCE,
    SIGNATURE_FILE,
    STATEMENT,
    Inputs,
    KeyFileError,
    manifest_time,
    package,
    read_time,
    redacted,
    sign,
    written_time,
)

from . import evidence_verify
from .declarations_file import declared_in_file
from .errors import UsageError
from .evidence_files import earlier, read_bytes, registered
from .exit_status import ExitStatus, status_of
from .rule_option import add_rule_option, read_rules
from .state import add_state_options, read_state
from .text import printable

_STDIN = "-"


def add(commands: Any) -> None:
    """Add the command to the subparsers of `hoheit`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "evidence",
        help="write a signed package that shows where data is, or check one",
        description=(
            "Judge a state by the residency rules and write a package: a page for people, files "
            "for machines, the state without its secrets, and a signed statement over all. Exit "
            "status: 0 where nothing stops, 1 where a finding stops, 2 for wrong options, 3 where "
            "only something unknown stops, 4 where the previous package was changed."
        ),
    )
    actions = parser.add_subparsers(metavar="ACTION")
    evidence_verify.add(actions)
    add_state_options(parser, required=False)
    parser.add_argument(
        "--preview", metavar="FILE", help="refused: what does not exist yet is no evidence"
    )
    parser.add_argument("--out", metavar="DIR", help="new folder for the package")
    parser.add_argument(
        "--declarations",
        metavar="FILE",
        help="JSON with a reviewer's declarations, in place of those in the program",
    )
    add_rule_option(parser, "judge too; the package names them and does not enclose them")
    parser.add_argument(
        "--key",
        metavar="FILE",
        help="private key of the organisation in PEM (Ed25519, or ECDSA P-256 or P-384)",
    )
    parser.add_argument(
        "--passphrase-file", metavar="FILE", help="file with the passphrase of the key"
    )
    parser.add_argument(
        "--at",
        metavar="TIME",
        help=(
            "time to judge at, as 2026-11-26T10:00:00Z; else SOURCE_DATE_EPOCH, else when the "
            "state was written"
        ),
    )
    parser.add_argument("--commit", metavar="REVISION", help="revision of the program")
    parser.add_argument("--previous", metavar="DIR", help="earlier package to compare with")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    if options.preview is not None:
        raise UsageError(
            "a preview is no evidence: nothing of it exists yet, and it does not know what only "
            "the update will; judge it with the policy pack (pulumi preview --policy-pack), and "
            "make evidence of the state after `pulumi up`"
        )
    if options.stack is None and options.state is None:
        raise UsageError("name the state with --stack NAME or --state FILE")
    if options.out is None:
        raise UsageError("name a new folder for the package with --out DIR")
    if options.declarations == options.state == _STDIN:
        raise UsageError("--declarations and --state are both standard input; name a file for one")
    target = Path(options.out)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{target} is not empty; name a new folder with --out")
    before = None
    if options.previous:
        before = earlier(Path(options.previous))
        if isinstance(before, str):
            sys.stderr.write(f"error: {before}\n")
            return ExitStatus.TAMPERED
    inputs = _inputs(options, before)
    files = package(inputs)
    if options.key:
        files[SIGNATURE_FILE] = _signature(files[STATEMENT], options)
    _write(target, files)
    found = report(inputs.view, inputs.rules)
    counts = ", ".join(f"{count} {name}" for name, count in found.counts.items())
    signed = "signed" if options.key else "NOT signed: give --key, so that somebody vouches for it"
    sys.stdout.write(f"{target / 'evidence.html'}: {counts}\n{len(files)} files, {signed}\n")
    sys.stdout.write(printable(_news(json.loads(files[EVIDENCE])["changes"])))
    return status_of(found)


def _news(changes: dict[str, Any] | None) -> str:
    """Return a line on countries and recipients that an earlier package did not have."""
    if changes is None:
        return ""
    new = [*changes["countries"]["new"], *changes["recipients"]["new"]]
    since = changes["previous"]["at"]
    return f"new since {since}: {', '.join(new) or 'no country and no recipient'}\n"


def _inputs(options: argparse.Namespace, before: dict[str, Any] | None) -> Inputs:
    own = read_rules(options)
    export = read_state(options)
    reviewer = None
    if options.declarations:
        declared = declared_in_file(options.declarations, own.rules if own else RULES)
        reviewer = declared.model_dump(mode="json", exclude_none=True)
    try:
        return Inputs(
            state=export,
            at=_time(options.at, export),
            reviewer=reviewer,
            register=registered(redacted(export)),
            commit=options.commit,
            previous=before,
            rule_file=own,
        )
    except DeclarationsError as error:
        raise UsageError(f"the declarations in the state are not valid: {error}") from None
    except ValueError as error:
        raise UsageError(f"the state cannot be judged: {error}") from None


def _time(given: str | None, export: dict[str, Any]) -> str:
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    try:
        if given is None and epoch:
            return written_time(datetime.fromtimestamp(int(epoch), UTC))
        text = given or manifest_time(export)
        if text is None:
            raise UsageError("the state does not say when it was written; name a time with --at")
        return written_time(read_time(text))
    except (ValueError, OverflowError, OSError) as error:
        origin = "--at" if given else "SOURCE_DATE_EPOCH" if epoch else "deployment.manifest.time"
        raise UsageError(f"{origin}: {error}") from None


def _signature(statement: bytes, options: argparse.Namespace) -> bytes:
    passphrase = None
    if options.passphrase_file:
        passphrase = read_bytes(Path(options.passphrase_file)).rstrip(b"\r\n")
    try:
        return sign(statement, read_bytes(Path(options.key)), passphrase)
    except KeyFileError as error:
        raise UsageError(f"{options.key}: {error}") from None


def _write(target: Path, files: dict[str, bytes]) -> None:
    """Write a package whole or not at all."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".evidence-") as folder:
        made = Path(folder) / "package"
        made.mkdir()
        for name, content in files.items():
            (made / name).write_bytes(content)
        made.replace(target)
