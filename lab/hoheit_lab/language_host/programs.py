"""From the engine's request to the commands that run a program, and back to an answer."""

import json
import os
import signal
from dataclasses import dataclass
from pathlib import Path

from google.protobuf import json_format
from pulumi.runtime.proto import language_pb2

from hoheit_lab.errors import LabError
from hoheit_lab.language_host import executor
from hoheit_lab.language_host.interpreter import Interpreter

TYPE_CHECKERS = ("mypy", "pyright")

ALREADY_REPORTED = (executor.ERROR_SHOWN, executor.INTERRUPTED)


@dataclass(frozen=True)
class Step:
    """One command of a run, and what its failure is called."""

    name: str
    command: list[str]

    def failure(self, code: int) -> language_pb2.RunResponse:
        """The answer to the engine after the command has exited with a code other than 0."""
        if code in ALREADY_REPORTED:
            return language_pb2.RunResponse(bail=True)
        if code < 0:
            return language_pb2.RunResponse(
                error=f"{self.name} was ended by signal {signal.Signals(-code).name}"
            )
        return language_pb2.RunResponse(error=f"{self.name} exited with non-zero exit code: {code}")


def options(info: language_pb2.ProgramInfo) -> dict[str, object]:
    """`runtime.options` of a project as a plain dictionary."""
    return json_format.MessageToDict(info.options)


def steps(request: language_pb2.RunRequest, engine: str, interpreter: Interpreter) -> list[Step]:
    """What a run consists of: the type checker, where the project asks for one, and the program.

    Raises:
        LabError: The request asks for something that this host cannot do.
    """
    if request.attach_debugger:
        raise LabError(
            "The lab's language host does not attach a debugger: let the program call"
            " `debugpy.listen()` itself."
        )
    python = [str(interpreter.python), "-u"]
    program = Step("Program", [*python, executor.__file__, *_arguments(request, engine)])
    checker = options(request.info).get("typechecker")
    if not checker:
        return [program]
    if checker not in TYPE_CHECKERS:
        raise LabError(
            f"The project's type checker is {checker!r}; it can be"
            f" {' or '.join(TYPE_CHECKERS)} in `runtime.options`."
        )
    check = [*python, "-m", str(checker), request.info.program_directory]
    return [Step(f"The type checker {checker}", check), program]


def environment(request: language_pb2.RunRequest) -> dict[str, str]:
    """The host's environment and the stack's configuration, as the SDK reads it."""
    return {
        **os.environ,
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }


def _arguments(request: language_pb2.RunRequest, engine: str) -> list[str]:
    named = {
        "project": request.project,
        "stack": request.stack,
        "organization": request.organization,
        "root_directory": request.info.root_directory,
        "monitor": request.monitor_address,
        "engine": engine,
        "pwd": request.pwd,
        "parallel": str(request.parallel),
    }
    program = Path(request.info.program_directory, request.info.entry_point)
    flags = [f"--{name}={value}" for name, value in named.items()]
    dry_run = ["--dry_run"] if request.dryRun else []
    return [*flags, *dry_run, "--", str(program), *request.args]
