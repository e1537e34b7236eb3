"""`python -m model_images.offline`: build images, push them, write their digests down."""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from time import monotonic

from hoheit_lab.console import say
from hoheit_lab.errors import LabError
from hoheit_lab.locks import exclusive
from hoheit_lab.paths import cache_dir
from hoheit_lab.signals import raise_on_sigterm
from hoheit_lab.toolchain import build

from . import locking
from .bases import BASES, update
from .buildkit import BuildError, BuildKit, running_buildkit
from .recipes import RECIPES
from .registry import Registry
from .store import Store
from .workshop import Image, Workshop

NAME = "registry.lab.internal/hoheit"
_SHOWN_LINES = 15
_INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Do what the command line says.

    Returns:
        The exit status: 0, 2 for an error that its user can mend, 130 when interrupted.
    """
    options = _parsed(arguments)
    raise_on_sigterm()
    try:
        if options.update_base:
            for name in options.update_base:
                update(BASES[name])
                say(f"{BASES[name].file}: {len(BASES[name].packages)} packages")
        else:
            with exclusive(_folder() / "lock", "building images"):
                _build_and_push(options)
    except LabError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except BuildError as error:
        lines = str(error).strip().splitlines()[-_SHOWN_LINES:]
        sys.stderr.write("error: the build failed:\n" + "".join(f"  {line}\n" for line in lines))
        return 2
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        sys.stderr.write(f"error: {what}; mend that and run the same command again\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; what was built so far is kept\n")
        return _INTERRUPTED
    return 0


def _parsed(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m model_images.offline",
        description="Build images without pulling anything, push them, and lock their digests.",
    )
    parser.add_argument(
        "targets", metavar="TARGET", nargs="*", help=f"one of: {', '.join(RECIPES)} (default: all)"
    )
    parser.add_argument(
        "--registry", metavar="HOST:PORT", help="where to push; without it images are built only"
    )
    parser.add_argument(
        "--name",
        default=NAME,
        help="registry and first part of the repository, as pods name them (default: %(default)s)",
    )
    parser.add_argument("--lock", metavar="FILE", type=Path, help="lock file to write after a push")
    parser.add_argument(
        "--update-base",
        metavar="BASE",
        action="append",
        choices=list(BASES),
        help=f"write the package list of a base anew: {', '.join(BASES)} (may be repeated)",
    )
    options = parser.parse_args(arguments)
    if unknown := [name for name in options.targets if name not in RECIPES]:
        parser.error(f"no such target: {', '.join(unknown)}; there are: {', '.join(RECIPES)}")
    if options.lock and not options.registry:
        parser.error("--lock holds what a registry has: give --registry as well")
    return options


def _build_and_push(options: argparse.Namespace) -> None:
    with ExitStack() as stack:

        @cache
        def builder() -> BuildKit:
            return stack.enter_context(running_buildkit(_folder() / "buildkit"))

        workshop = Workshop(Store(_folder() / "store"), options.name, builder)
        images = [workshop.image(name) for name in options.targets or RECIPES]
    if not options.registry:
        return
    registry = Registry(build(["crane"])["crane"], options.registry)
    for image in workshop.made:
        _push(registry, image)
    if options.lock:
        locking.write(options.lock, images, options.registry)
        say(f"{options.lock}: {len(images)} images")


def _push(registry: Registry, image: Image) -> None:
    """Push an image that the registry does not have under its tag."""
    name = image.reference.partition("/")[2]
    if registry.digest(name) == image.digest:
        say(f"image '{image.name}': {registry.address} has {image.digest}")
        return
    started = monotonic()
    registry.push(image.layout, name)
    say(f"image '{image.name}': pushed {image.digest} in {monotonic() - started:.0f} s")


def _folder() -> Path:
    return cache_dir() / "images"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
