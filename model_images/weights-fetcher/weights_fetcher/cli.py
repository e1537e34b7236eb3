"""The command line: `mirror` runs in a Job, `pull` and `adapters` in init containers."""

from __future__ import annotations

import argparse
import logging
import os
import re
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

    from weights_fetcher.manifest import Manifest
    from weights_fetcher.source import Source

# Read by huggingface_hub when it is imported.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")

from weights_fetcher import __version__
from weights_fetcher.adapter import Adapter, parse_adapter, place
from weights_fetcher.bucket import Bucket
from weights_fetcher.directory import Directory
from weights_fetcher.errors import FetchError
from weights_fetcher.hub import Hub
from weights_fetcher.mirror import DEFAULT_ALLOW, Order, mirror
from weights_fetcher.pull import Wanted, pull
from weights_fetcher.unit import Trust

_DEFAULT_HUB = "https://huggingface.co"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0, or 1 after one sentence on stderr."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stdout)
    logging.getLogger("weights_fetcher").setLevel(logging.INFO)
    signal.signal(signal.SIGTERM, _stop)
    options = _parser().parse_args(arguments)
    try:
        lines = _place_all(options) if options.command == "adapters" else _bring(options)
    except FetchError as error:
        sys.stderr.write(f"weights-fetcher: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("weights-fetcher: stopped; the next run carries on\n")
        return 130
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return 0


def _bring(options: argparse.Namespace) -> list[str]:
    manifest = _mirror(options) if options.command == "mirror" else _pull(options)
    size = f"{manifest.size / 1024**3:.2f} GiB"
    return [
        f"{manifest.repository} {manifest.commit}: {len(manifest.files)} files, {size}",
        f"manifest digest: {manifest.digest}",
    ]


def _mirror(options: argparse.Namespace) -> Manifest:
    order = Order(
        repository=options.repository,
        revision=options.revision,
        allow=tuple(sorted(set(options.allow or DEFAULT_ALLOW))),
        trust=Trust(pickle=options.allow_pickle, code=options.allow_code),
        digests=dict(options.digest),
        manifest_digest=options.manifest_digest,
        room_gib=options.room_gib,
        quota_gib=options.quota_gib,
    )
    return mirror(order, _source(options), _bucket(options, options.prefix))


def _source(options: argparse.Namespace) -> Source:
    if options.directory is not None:
        return Directory(options.directory)
    return Hub(os.environ.get("HF_ENDPOINT") or _DEFAULT_HUB, options.repository)


def _pull(options: argparse.Namespace) -> Manifest:
    wanted = Wanted(
        digests=dict(options.digest),
        manifest_digest=options.manifest_digest,
        trust=Trust(pickle=options.allow_pickle, code=options.allow_code),
        room_gib=options.room_gib,
    )
    return pull(_bucket(options, options.prefix), options.destination, wanted)


def _place_all(options: argparse.Namespace) -> list[str]:
    adapters: list[Adapter] = options.adapter
    for adapter in adapters:
        if adapter.prefix is not None and None in (options.bucket, options.endpoint):
            raise FetchError(f"adapter {adapter.name}: a prefix needs --bucket and --endpoint")
        bucket = None if adapter.prefix is None else _bucket(options, adapter.prefix)
        place(adapter, bucket)
    return [f"{len(adapters)} adapters: verified"]


def _bucket(options: argparse.Namespace, prefix: str) -> Bucket:
    return Bucket(
        name=options.bucket, prefix=prefix, endpoint=options.endpoint, region=options.region
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="weights-fetcher", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    unit = _unit_parser()
    to_store = commands.add_parser("mirror", parents=[unit], help="hub or directory to store")
    to_store.add_argument("--repository", required=True, metavar="ORG/NAME")
    to_store.add_argument(
        "--revision", required=True, help="a commit, a tag or a branch; or an image's digest"
    )
    to_store.add_argument(
        "--directory", type=Path, help="take the files from here, and ask no hub for them"
    )
    to_store.add_argument(
        "--allow", action="append", metavar="GLOB", help="files to take; repeatable"
    )
    to_store.add_argument("--quota-gib", type=int, help="room of the whole bucket")

    to_volume = commands.add_parser("pull", parents=[unit], help="object store to volume")
    to_volume.add_argument("--destination", required=True, type=Path)

    placed = commands.add_parser("adapters", help="LoRA adapters, copied and checked")
    placed.add_argument("--adapter", action="append", required=True, type=_adapter, metavar="JSON")
    for name in ("bucket", "endpoint", "region"):
        placed.add_argument(f"--{name}", help="needed where an adapter has a prefix")
    return parser


def _unit_parser() -> argparse.ArgumentParser:
    """Return what `mirror` and `pull` are both told."""
    unit = argparse.ArgumentParser(add_help=False)
    for name in ("bucket", "prefix", "endpoint", "region"):
        unit.add_argument(f"--{name}", required=True)
    unit.add_argument(
        "--digest", action="append", default=[], type=_declared, metavar="FILE=sha256:HEX"
    )
    unit.add_argument("--manifest-digest", type=_digest, metavar="sha256:HEX")
    unit.add_argument("--room-gib", type=int, help="room that the unit has on a volume")
    unit.add_argument("--allow-pickle", action="store_true", help="take files that can run code")
    unit.add_argument("--allow-code", action="store_true", help="take code of the repository")
    return unit


def _digest(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not sha256: and 64 small hexadecimal digits")
    return text


def _declared(text: str) -> tuple[str, str]:
    path, _, digest = text.rpartition("=")
    if not path:
        raise argparse.ArgumentTypeError(f"{text!r} is not FILE=sha256:HEX")
    return path, _digest(digest)


def _adapter(text: str) -> Adapter:
    try:
        return parse_adapter(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no adapter: {error}") from error


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """Stop a container at once: as process 1 it would not even hear of SIGTERM otherwise."""
    sys.stderr.write("weights-fetcher: stopped; the next run carries on\n")
    sys.stderr.flush()
    os._exit(143)
