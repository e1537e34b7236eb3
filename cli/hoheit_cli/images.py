"""`hoheit images`: which digests do a registry's names stand for, written down and compared."""

from __future__ import annotations

import argparse
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hoheit import ImageLock, ImageReference, Images, InvalidArgsError, LockedImage
from hoheit.driver import validated
from hoheit.images import IMAGE_FIELDS
from hoheit_infra.mirror import mirrored

from .errors import UsageError
from .objects import mapping_at
from .registry import Registry
from .stated import environment_of, read_stated, stack_file
from .text import printable, printable_line
from .used_images import used_fields, weights_images

if TYPE_CHECKING:
    from collections.abc import Collection

LOCK = "images.lock.json"
"""The lock file of a stack file that names none."""
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?|[a-z0-9-]+:[0-9]{1,5}")
"""A registry as a reference to an image names it: with a dot or a port."""
_LOGIN = re.compile(r".*@(?!sha256:)", re.DOTALL)


def add(commands: Any) -> None:
    """Add the command to the subparsers of `hoheit`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "images",
        help="lock the images of a stack file to digests",
        description="Ask registries which digests stand behind the names of images.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_lock(actions)
    _add_digest(actions)


def _add_lock(actions: Any) -> None:
    description = (
        "Ask the registries, or the mirror that the stack file names, for the digest of every "
        "image that the environment runs, and write them into a lock file that the stack file can "
        "name (images.lock). Nothing is downloaded but manifests."
    )
    parser: argparse.ArgumentParser = actions.add_parser(
        "lock", help="write the lock file, or compare it", description=description
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--stack", metavar="NAME", help="stack of the Pulumi project in this directory"
    )
    source.add_argument("--file", metavar="FILE", type=Path, help="a stack file, wherever it is")
    parser.add_argument(
        "--output",
        metavar="FILE",
        type=Path,
        help=f"the lock file (default: images.lock of the stack file, else {LOCK} beside it)",
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; say what differs, and end with 1 if something does",
    )
    parser.add_argument(
        "--all", action="store_true", help="every image that is named, used by a part or not"
    )
    _add_plain_http(parser)
    parser.set_defaults(command=_lock)


def _add_digest(actions: Any) -> None:
    parser: argparse.ArgumentParser = actions.add_parser(
        "digest",
        help="print the digest of one image",
        description="Print the digest that a registry has for an image, such as a base image.",
    )
    parser.add_argument("image", metavar="IMAGE", help="registry/repository:tag")
    _add_plain_http(parser)
    parser.set_defaults(command=_digest)


def _add_plain_http(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--plain-http",
        metavar="HOST[:PORT]",
        action="append",
        type=_host,
        default=[],
        help="ask this registry without TLS; one on this machine always is (may be repeated)",
    )


def _digest(options: argparse.Namespace) -> int:
    resolved = Registry(options.plain_http).resolve(_parsed(options.image))
    sys.stdout.write(printable(f"{resolved.digest}\n"))
    return 0


def _lock(options: argparse.Namespace) -> int:
    file: Path = options.file or stack_file(options.stack, Path())
    environment = environment_of(file)
    output: Path = options.output or file.parent / str(
        mapping_at(environment, "images").get("lock", LOCK)
    )
    references = _references(environment, file, everything=options.all)
    known = _known(output) if options.check or output.exists() else ImageLock()
    mirror = read_stated(file).cluster.image_mirror
    lock = resolved_lock(references, mirror, Registry(options.plain_http), known)
    if options.check:
        return _compare(known, lock, output)
    output.write_text(lock.text(), encoding="utf-8")
    for image in lock.images:
        line = f"{image.name:<20} {image.digest}  {image.reference}"
        sys.stdout.write(f"{printable_line(line)}\n")
    sys.stdout.write(printable(f"\n{output}: {len(lock.images)} images\n"))
    return 0


def resolved_lock(
    references: dict[str, str], mirror: str | None, registry: Registry, known: ImageLock
) -> ImageLock:
    """Return the lock of some images as registries have them now.

    Args:
        references: What the environment writes, by field of ``Images`` or path of weights.
        mirror: Where they are asked for, if not in the registry of their name.
        registry: Whom to ask.
        known: The lock so far: a digest that is still the same keeps its time.

    Raises:
        UsageError: if a registry has no answer.
    """
    before = {(image.name, image.reference, image.digest): image for image in known.images}
    now = datetime.now(UTC).replace(microsecond=0)
    locked: list[LockedImage] = []
    for name, reference in sorted(references.items()):
        asked = _parsed(mirrored(reference, mirror))
        resolved = registry.resolve(asked)
        stated = _parsed(reference).digest
        if stated not in (None, resolved.digest):
            raise UsageError(
                f"{_path(name)}: {asked.registry} has {resolved.digest} under the tag of "
                f"{reference}; take that digest, or correct the tag"
            )
        old = before.get((name, reference, resolved.digest))
        locked.append(
            LockedImage(
                name=name,
                reference=reference,
                digest=resolved.digest,
                platforms=resolved.platforms,
                registry=asked.registry,
                resolved_at=old.resolved_at if old else now,
            )
        )
    return ImageLock(images=tuple(locked))


def _compare(known: ImageLock, now: ImageLock, file: Path) -> int:
    before = {image.name: image for image in known.images}
    after = {image.name: image for image in now.images}
    lines: list[str] = []
    for name in sorted(before.keys() | after.keys()):
        old, new = before.get(name), after.get(name)
        if new is None:
            lines.append(f"{name}: in the lock, but not run; lock again")
        elif old is None or old.reference != new.reference:
            lines.append(f"{name}: {new.reference} is not in the lock; lock again")
        elif old.digest != new.digest:
            lines.append(
                f"{name}: {new.reference} is {new.digest} at {new.registry} now, and was "
                f"{old.digest} on {old.resolved_at:%Y-%m-%d}; find out why, then lock again"
            )
    title = f"{file}: {len(lines)} differences" if lines else f"{file}: as the registries say"
    sys.stdout.write("".join(f"{printable_line(line)}\n" for line in [*lines, title]))
    return int(bool(lines))


def _references(environment: dict[str, Any], file: Path, *, everything: bool) -> dict[str, str]:
    given = {
        field: value
        for field, value in mapping_at(environment, "images").items()
        if field not in ("lock", "locked")
    }
    try:
        images = validated(Images, {**given, "locked": False}, f"images of {file}")
    except InvalidArgsError as error:
        raise UsageError(str(error)) from None
    fields: Collection[str] = IMAGE_FIELDS if everything else used_fields(environment, file)
    if everything:
        fields = [field for field in fields if getattr(images, field) is not None]
    try:
        images.check(*fields)
    except ValueError as error:
        raise UsageError(f"{file}: {error}") from None
    return {field: images.reference(field) for field in fields} | weights_images(environment)


def _path(name: str) -> str:
    """Return where the environment names an image: a field of its ``images``, or weights."""
    return name if "." in name else f"images.{name}"


def _known(file: Path) -> ImageLock:
    try:
        return ImageLock.read(file)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _parsed(reference: str) -> ImageReference:
    try:
        return ImageReference.parse(reference)
    except ValueError as error:
        raise UsageError(f"{_without_login(reference)}: {error}") from None


def _without_login(reference: str) -> str:
    """Return what was written, without a user and password, which a reference has no place for."""
    return _LOGIN.sub("...@", reference)


def _host(text: str) -> str:
    if not _HOST.fullmatch(text):
        raise argparse.ArgumentTypeError(
            f"'{_without_login(text)}' is no registry; name its host and port, such as "
            "registry.example.internal:5000, without http://, path or password"
        )
    return text
