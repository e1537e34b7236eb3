"""The command line: `hoheit-lab up | down | status | env | exec | deploy | build`."""

import argparse
import errno
import os
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from . import lab
from .console import say
from .environment import REMOVED, engine_environment, full_environment
from .errors import LabError
from .node import NODE_NAME, registry_port
from .node.requirements import FEW_PODS, Room
from .paths import StateDir
from .signals import raise_on_sigterm
from .summary import summarize
from .toolchain import PROGRAMS, build

DEFAULT_STATE = ".lab"
DEFAULT_PROJECT = "."
INTERRUPTED = 130
NOT_FOUND = 127


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Returns:
        The exit status: 0, 1 for an error with its sentence on stderr, 130 when interrupted.
    """
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.command
    raise_on_sigterm()
    try:
        return command(options)
    except LabError as error:
        say(f"error: {error}")
        return 1
    except OSError as error:
        say(f"error: {_explain(error)} and run the same command again")
        return 1
    except KeyboardInterrupt:
        say("interrupted; the same command carries on from here")
        return INTERRUPTED


def _explain(error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"the disk is full ({error.filename}); make room"
    what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
    return f"{what}; mend that"


def _up(options: argparse.Namespace) -> int:
    state = StateDir.at(options.state)
    room = Room(options.memory_mib, options.disk_mib)
    status = lab.up(state, real=options.real, room=room)
    nodes = "SIMULATED nodes and a real one" if status.node else "SIMULATED nodes"
    say(f"lab: up, with {nodes}; {status.engine.describe()}")
    say(f"lab: state and logs in {state.root}; `hoheit-lab down` removes it")
    if status.lacking:
        say(f"lab: NO REAL NODE: {status.lacking}")
    return 0


def _down(options: argparse.Namespace) -> int:
    state = StateDir.at(options.state)
    ended = lab.down(state)
    say(f"lab: down; {ended} processes ended, {state.root} removed")
    return 0


def _status(options: argparse.Namespace) -> int:
    state = StateDir.at(options.state)
    status = lab.status(state)
    health = "running" if status.control_plane else "not running; `hoheit-lab up` brings it back"
    sys.stdout.write(
        f"control plane: {health}\n"
        f"real node: {_node(state, status)}\n"
        f"pulumi: {status.engine.describe()}\n"
        f"state: {state.root}\n"
        f"logs: {state.logs}\n"
    )
    return 0 if status.healthy else 1


def _node(state: StateDir, status: lab.Status) -> str:
    if status.node is None:
        return "none; `hoheit-lab up --real` adds one"
    if not status.node:
        return "not running; `hoheit-lab up` brings it back"
    return f"{NODE_NAME}, running; its registry takes images on 127.0.0.1:{registry_port(state)}"


def _env(options: argparse.Namespace) -> int:
    variables = engine_environment(StateDir.at(options.state))
    for name in REMOVED:
        sys.stdout.write(f"unset {name}\n")
    for name, value in variables.items():
        sys.stdout.write(f"export {name}={shlex.quote(value)}\n")
    return 0


def _exec(options: argparse.Namespace) -> int:
    words: list[str] = options.words[1:] if options.words[:1] == ["--"] else options.words
    if not words:
        raise LabError("exec needs a command, for example: hoheit-lab exec -- kubectl get nodes")
    environment = full_environment(StateDir.at(options.state))
    program = shutil.which(words[0], path=environment["PATH"])
    if program is None:
        say(f"error: there is no command '{words[0]}' on the lab's PATH")
        return NOT_FOUND
    sys.stdout.flush()
    return os.execve(program, words, environment)  # noqa: S606 - running it is what exec is for


def _deploy(options: argparse.Namespace) -> int:
    state = StateDir.at(options.state)
    project = lab.deploy(state, Path(options.project), options.stack)
    common = "" if options.state == DEFAULT_STATE else f" --state {shlex.quote(options.state)}"
    deploy = f"deploy --stack {shlex.quote(options.stack)}"
    if options.project != DEFAULT_PROJECT:
        deploy += f" --project {shlex.quote(options.project)}"
    sys.stdout.write(f"\n{summarize(state, project.stack_file(options.stack), common, deploy)}")
    return 0


def _build(options: argparse.Namespace) -> int:
    names: list[str] = options.programs or lab.needed_programs()
    for path in build(names).values():
        sys.stdout.write(f"{path}\n")
    return 0


def _mebibytes(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"'{text}' is no number of MiB; give a whole one from 1")
    return int(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hoheit-lab",
        description="A Kubernetes control plane on loopback with SIMULATED nodes, and Pulumi.",
    )
    parser.add_argument(
        "--state",
        default=os.environ.get("HOHEIT_LAB_STATE", DEFAULT_STATE),
        metavar="DIR",
        help="directory of the lab (default: $HOHEIT_LAB_STATE, else ./.lab)",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(
        name: str, action: Callable[[argparse.Namespace], int], text: str
    ) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.set_defaults(command=action)
        return command

    start = add("up", _up, "start the lab, or bring it back after a crash")
    start.add_argument("--real", action="store_true", help="with one real node (root on Linux)")
    room = "that must be free before a real node starts (default: %(default)s)"
    for what, default in (("memory", FEW_PODS.memory_mib), ("disk", FEW_PODS.disk_mib)):
        text = f"MiB of {what} {room}"
        start.add_argument(
            f"--{what}-mib", type=_mebibytes, default=default, metavar="N", help=text
        )
    add("down", _down, "end all processes of the lab and delete its directory")
    add("status", _status, "say whether the lab runs and what it consists of")
    add("env", _env, "print the lab's environment as shell code")
    run = add("exec", _exec, "run a command in the lab's environment")
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="-- CMD [ARG ...]")
    deploy = add("deploy", _deploy, "bring a stack of a Pulumi project up in the lab")
    deploy.add_argument("--stack", required=True, help="name of the stack")
    deploy.add_argument(
        "--project",
        default=DEFAULT_PROJECT,
        metavar="DIR",
        help="directory of the project (default: .)",
    )
    builder = add("build", _build, "build programs into the cache and print their paths")
    builder.add_argument("programs", nargs="*", metavar="PROGRAM", help=", ".join(PROGRAMS))
    return parser
