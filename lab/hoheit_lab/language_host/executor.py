"""Script: runs one Pulumi program against an engine. What it prints, the user sees.

It runs in the program's own interpreter, so it needs nothing but the standard library and the
Pulumi SDK that the program itself uses.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import runpy
import signal
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

ERROR_SHOWN = 32
"""Exit code that tells the language host: failed, and the user has read why."""

INTERRUPTED = 128 + signal.SIGINT


def main() -> NoReturn:
    """Runs the program that the command line describes and exits as it fared."""
    arguments = parse(sys.argv[1:])
    # SIGTERM comes from the host, SIGINT from the engine or the terminal: one meaning.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code = run(arguments)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except SystemExit as exit_:  # the program's own: its code stands
        code = exit_code(exit_)
    sys.stdout.flush()
    sys.stderr.flush()
    if code == INTERRUPTED:
        # Threads that wait for an engine which is going away must not hold the process back.
        os._exit(code)
    sys.exit(code)


def parse(arguments: list[str]) -> argparse.Namespace:
    """The command line that the language host writes."""
    parser = argparse.ArgumentParser(description="Runs a Pulumi program.")
    names = ("project", "stack", "organization", "root_directory", "monitor", "engine", "pwd")
    for name in names:
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--parallel", type=int, required=True)
    parser.add_argument("--dry_run", action="store_true")
    parser.add_argument("program", help="a file, or a directory with a __main__.py")
    parser.add_argument("arguments", nargs="*")
    return parser.parse_args(arguments)


def run(arguments: argparse.Namespace) -> int:
    """Runs the program inside of the stack resource; returns the exit code."""
    try:
        import pulumi  # noqa: PLC0415 - the program's environment may lack it
    except ModuleNotFoundError as error:
        if error.name != "pulumi":
            raise
        sys.stderr.write(
            f"The Python environment {sys.prefix} has no Pulumi SDK: `pulumi install` installs"
            " what the project requires.\n"
        )
        return ERROR_SHOWN

    program = Path(arguments.program).absolute()
    main_file = program / "__main__.py" if program.is_dir() else program
    connect(arguments)
    if not main_file.is_file():
        pulumi.log.error(f"The program has no {main_file}.")
        return ERROR_SHOWN
    os.chdir(arguments.pwd)
    sys.argv = [arguments.program, *arguments.arguments]
    # The program's directory takes the place of this script's, for the whole run: `runpy`
    # alone would take it away again before the callbacks of the program's outputs have run.
    own = str(Path(__file__).parent)
    sys.path[:] = [str(main_file.parent), *(path for path in sys.path if path != own)]
    try:
        run_in_stack(program, arguments.parallel)
    except pulumi.RunError as error:
        pulumi.log.error(str(error))
        return ERROR_SHOWN
    except Exception as error:  # whatever a program raises is its user's to read
        trace = user_traceback(error, main_file)
        pulumi.log.error(f"Program failed with an unhandled exception:\n{trace}")
        return ERROR_SHOWN
    return 0


def connect(arguments: argparse.Namespace) -> None:
    """Gives the SDK its configuration and the addresses of engine and resource monitor."""
    from pulumi import runtime  # noqa: PLC0415 - as above

    runtime.set_all_config(runtime.get_config_env(), runtime.get_config_secret_keys_env())
    runtime.configure(
        runtime.Settings(
            project=arguments.project,
            stack=arguments.stack,
            monitor=arguments.monitor,
            engine=arguments.engine,
            parallel=arguments.parallel,
            dry_run=arguments.dry_run,
            organization=arguments.organization,
            root_directory=arguments.root_directory,
        )
    )


def run_in_stack(program: Path, parallel: int) -> None:
    """Runs the program to the end of its last output."""
    from pulumi import runtime  # noqa: PLC0415 - as above

    # A failed run leaves futures that nobody awaits; the cause has been reported by then.
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    # A registration holds its thread until the engine has made the resource, and more than
    # `parallel` of them wait at the engine: with fewer threads they would wait for each other.
    loop.set_default_executor(ThreadPoolExecutor(max_workers=max(parallel, 1) * 4))
    loop.run_until_complete(runtime.run_in_stack(lambda: run_main(program)))


def run_main(program: Path) -> None:
    """Runs the program as `python <program>` would."""
    runpy.run_path(str(program), run_name="__main__")


def user_traceback(error: BaseException, main_file: Path) -> str:
    """The traceback from the program's first own frame on: what came before is ours."""
    frames = traceback.extract_tb(error.__traceback__)
    own = (i for i, f in enumerate(frames) if Path(f.filename).absolute() == main_file)
    limit = next(own, 0) - len(frames)
    lines = traceback.format_exception(type(error), error, error.__traceback__, limit=limit)
    return "".join(lines)


def exit_code(exit_: SystemExit) -> int:
    """What the interpreter itself would exit with."""
    if exit_.code is None or isinstance(exit_.code, int):
        return exit_.code or 0
    sys.stderr.write(f"{exit_.code}\n")
    return 1


if __name__ == "__main__":
    main()
