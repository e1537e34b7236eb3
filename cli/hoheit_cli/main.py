"""The command line: `hoheit COMMAND`, one module for each command."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version

from . import chat, doctor, evidence, images, plan, register, residency, timeline
from .errors import UsageError
from .text import printable

USAGE = 2
INTERRUPTED = 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit status of the command; 2 for an error, with its sentence on stderr, and 130 when
        interrupted.
    """
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    try:
        return command(options)
    except UsageError as error:
        sys.stderr.write(printable(f"error: {error}\n"))
        return USAGE
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        sys.stderr.write(printable(f"error: {what}; mend that and run the same command again\n"))
        return USAGE
    except RecursionError:
        sys.stderr.write("error: a value of the input is nested too deeply; hoheit wrote none\n")
        return USAGE
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; nothing was changed\n")
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hoheit",
        description="What is where, by which rules, and is a cluster as stated? It changes none.",
    )
    parser.add_argument("--version", action="version", version=f"hoheit {version('hoheit')}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (plan, register, doctor, residency, evidence, images, chat, timeline):
        command.add(commands)
    return parser
