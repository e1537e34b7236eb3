"""The `LanguageRuntime` service: what the engine asks of a language."""

# The names and parameters of the methods are those of the gRPC service.
# ruff: noqa: N802, ARG002

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, language_pb2, plugin_pb2
from pulumi.runtime.proto.language_pb2_grpc import LanguageRuntimeServicer

from hoheit_lab.errors import LabError
from hoheit_lab.language_host import dependencies, interpreter, plugins, programs
from hoheit_lab.language_host.processes import Processes, output, stop

CODE_GENERATION = "generating code needs the official pulumi-language-python"


class LanguageRuntime(LanguageRuntimeServicer):
    """Runs programs and plugins, each in a process of its own.

    Args:
        engine: Address of the engine that started the host.
        processes: Where to start children, so that whoever owns it can end them.
    """

    def __init__(self, engine: str, processes: Processes) -> None:
        self._engine = engine
        self._processes = processes

    def Handshake(self, request: language_pb2.LanguageHandshakeRequest, context: Any) -> Any:
        """Learns the engine's address where the command line did not have it."""
        self._engine = request.engine_address or self._engine
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: Any) -> Any:
        """Which host this is."""
        return plugin_pb2.PluginInfo(version=version("hoheit-lab"))

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:
        """None in advance: a provider's plugin is looked for when a resource needs it."""
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:
        """None in advance, for engines that ask in the older way."""
        return language_pb2.GetRequiredPluginsResponse()

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:
        """`pulumi new` need not ask anything: every option has a default."""
        return language_pb2.RuntimeOptionsResponse()

    def Template(self, request: Any, context: Any) -> Any:
        """A template is used as it is; `InstallDependencies` understands all of its forms."""
        return language_pb2.TemplateResponse()

    def About(self, request: language_pb2.AboutRequest, context: Any) -> Any:
        """Which interpreter would run the program."""
        with _refusals(context):
            found = _interpreter(request.info)
        return language_pb2.AboutResponse(
            executable=str(found.python), version=dependencies.python_version(found)
        )

    def GetProgramDependencies(
        self, request: language_pb2.GetProgramDependenciesRequest, context: Any
    ) -> Any:
        """What is installed in the program's environment."""
        with _refusals(context):
            found = _interpreter(request.info)
        installed = dependencies.installed(found, transitive=request.transitiveDependencies)
        return language_pb2.GetProgramDependenciesResponse(
            dependencies=[language_pb2.DependencyInfo(name=n, version=v) for n, v in installed]
        )

    def InstallDependencies(
        self, request: language_pb2.InstallDependenciesRequest, context: Any
    ) -> Iterator[Any]:
        """Makes the program's environment with uv and passes on what uv says."""
        root, program = _directories(request.info)
        with _refusals(context):
            steps = dependencies.install_steps(root, program, programs.options(request.info))
        for command, extra in steps:
            process = self._processes.start(command, program, {**os.environ, **extra}, capture=True)
            context.add_callback(lambda process=process: stop(process))
            for stream, chunk in output(process):
                yield language_pb2.InstallDependenciesResponse(**{stream: chunk})
            if self._processes.wait(process):
                context.abort(grpc.StatusCode.ABORTED, f"`{' '.join(command)}` failed")

    def Run(self, request: language_pb2.RunRequest, context: Any) -> Any:
        """Runs a program to its end; what it prints goes to the engine as it comes."""
        try:
            found = _interpreter(request.info)
            steps = programs.steps(request, self._engine, found)
        except LabError as error:
            self._show(str(error))
            return language_pb2.RunResponse(bail=True)
        environment = found.activate(programs.environment(request))
        for step in steps:
            process = self._processes.start(step.command, Path(request.pwd), environment)
            # The call also ends when the engine dies, and the program must end with it.
            context.add_callback(lambda process=process: stop(process))
            if code := self._processes.wait(process):
                return step.failure(code)
        return language_pb2.RunResponse()

    def RunPlugin(self, request: language_pb2.RunPluginRequest, context: Any) -> Iterator[Any]:
        """Runs a policy pack or a provider until the engine lets go of it."""
        with _refusals(context):
            found = _interpreter(request.info)
            directory = Path(request.info.program_directory)
            command = plugins.command(request.kind, directory, request.args, found)
        environment = dict(entry.split("=", 1) for entry in request.env) or dict(os.environ)
        process = self._processes.start(
            command, Path(request.pwd), found.activate(environment), capture=True
        )
        context.add_callback(lambda: stop(process))
        for stream, chunk in output(process):
            yield (
                language_pb2.RunPluginResponse(stdout=chunk)
                if stream == "stdout"
                else language_pb2.RunPluginResponse(stderr=chunk)
            )
        yield language_pb2.RunPluginResponse(exitcode=self._processes.wait(process))

    def Cancel(self, request: empty_pb2.Empty, context: Any) -> Any:
        """Ends what still runs."""
        self._processes.stop_all()
        return empty_pb2.Empty()

    def GenerateProgram(self, request: Any, context: Any) -> NoReturn:
        """Not done here: see `CODE_GENERATION`."""
        context.abort(grpc.StatusCode.UNIMPLEMENTED, CODE_GENERATION)
        raise AssertionError

    GenerateProject = GeneratePackage = Pack = Link = GenerateProgram

    def _show(self, message: str) -> None:
        """Prints an error as the engine prints its own."""
        with grpc.insecure_channel(self._engine) as channel:
            engine_pb2_grpc.EngineStub(channel).Log(
                engine_pb2.LogRequest(severity=engine_pb2.ERROR, message=message)
            )


def _interpreter(info: language_pb2.ProgramInfo) -> interpreter.Interpreter:
    root, program = _directories(info)
    return interpreter.find(root, program, programs.options(info))


def _directories(info: language_pb2.ProgramInfo) -> tuple[Path, Path]:
    return Path(info.root_directory), Path(info.program_directory)


@contextmanager
def _refusals(context: Any) -> Generator[None]:
    """Turns the lab's own errors into the error of a call."""
    try:
        yield
    except LabError as error:
        context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
