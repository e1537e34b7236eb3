"""The command line: `mirror` runs in a Job, `pull` in an init container."""

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

# Read by huggingface_hub when it is imported.
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")

from weights_fetcher import __version__
from weights_fetcher.bucket import Bucket
from weights_fetcher.errors import FetchError
from weights_fetcher.hub import Hub
from weights_fetcher.mirror import DEFAULT_ALLOW, Order, mirror
from weights_fetcher.pull import pull

_DEFAULT_HUB = "https://huggingface.co"
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status: 0, or 1 after one sentence on stderr."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s", stream=sys.stdout)
    logging.getLogger("weights_fetcher").setLevel(logging.INFO)
    signal.signal(signal.SIGTERM, _stop)
    options = _parser().parse_args(arguments)
    try:
        manifest = _run(options)
    except FetchError as error:
        sys.stderr.write(f"weights-fetcher: {error}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("weights-fetcher: stopped; the next run carries on\n")
        return 130
    size = f"{manifest.size / 1024**3:.2f} GiB"
    sys.stdout.write(
        f"{manifest.repository} {manifest.commit}: {len(manifest.files)} files, {size}\n"
    )
    sys.stdout.write(f"manifest digest: {manifest.digest}\n")
    return 0


def _run(options: argparse.Namespace) -> Manifest:
    bucket = Bucket(
        name=options.bucket,
        prefix=options.prefix,
        endpoint=options.endpoint,
        region=options.region,
    )
    digests = dict(options.digest)
    if options.command == "pull":
        return pull(bucket, options.destination, digests, options.manifest_digest)
    order = Order(
        repository=options.repository,
        revision=options.revision,
        allow=tuple(sorted(set(options.allow or DEFAULT_ALLOW))),
        allow_pickle=options.allow_pickle,
        digests=digests,
        manifest_digest=options.manifest_digest,
    )
    hub = Hub(os.environ.get("HF_ENDPOINT") or _DEFAULT_HUB, order.repository)
    return mirror(order, hub, bucket)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="weights-fetcher", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True)
    store = argparse.ArgumentParser(add_help=False)
    for name in ("bucket", "prefix", "endpoint", "region"):
        store.add_argument(f"--{name}", required=True)
    store.add_argument(
        "--digest", action="append", default=[], type=_declared, metavar="FILE=sha256:HEX"
    )
    store.add_argument("--manifest-digest", type=_digest, metavar="sha256:HEX")

    to_store = commands.add_parser("mirror", parents=[store], help="hub to object store")
    to_store.add_argument("--repository", required=True, metavar="ORG/NAME")
    to_store.add_argument("--revision", required=True, help="a commit, a tag or a branch")
    to_store.add_argument(
        "--allow", action="append", metavar="GLOB", help="files to take; repeatable"
    )
    to_store.add_argument(
        "--allow-pickle", action="store_true", help="take files that can run code"
    )

    to_volume = commands.add_parser("pull", parents=[store], help="object store to volume")
    to_volume.add_argument("--destination", required=True, type=Path)
    return parser


def _digest(text: str) -> str:
    if not _DIGEST.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not sha256: and 64 small hexadecimal digits")
    return text


def _declared(text: str) -> tuple[str, str]:
    path, _, digest = text.rpartition("=")
    if not path:
        raise argparse.ArgumentTypeError(f"{text!r} is not FILE=sha256:HEX")
    return path, _digest(digest)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    """Stop a container at once: as process 1 it would not even hear of SIGTERM otherwise."""
    sys.stderr.write("weights-fetcher: stopped; the next run carries on\n")
    sys.stderr.flush()
    os._exit(143)
