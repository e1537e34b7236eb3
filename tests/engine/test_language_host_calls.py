"""The lab's language host as a gRPC server that outlives its calls, as under a debugger."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import grpc
import psutil
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import language_pb2
from pulumi.runtime.proto.language_pb2_grpc import LanguageRuntimeStub


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "hoheit_lab.language_host"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as started:
        yield started
        started.terminate()


@pytest.fixture
def host(process: subprocess.Popen[str]) -> Iterator[LanguageRuntimeStub]:
    assert process.stdout is not None
    with grpc.insecure_channel(f"127.0.0.1:{int(process.stdout.readline())}") as channel:
        yield LanguageRuntimeStub(channel)


def started_plugin(host: LanguageRuntimeStub, directory: Path) -> tuple[grpc.Call, psutil.Process]:
    """A plugin that waits, and its process."""
    (directory / "__main__.py").write_text(
        "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(300)\n"
    )
    info = language_pb2.ProgramInfo(
        root_directory=str(directory), program_directory=str(directory), entry_point="."
    )
    call = host.RunPlugin(
        language_pb2.RunPluginRequest(info=info, pwd=str(directory), kind="resource")
    )
    return call, psutil.Process(int(next(call).stdout))


def test_a_plugin_ends_with_the_call_that_runs_it(
    host: LanguageRuntimeStub, process: subprocess.Popen[str], tmp_path: Path
) -> None:
    call, plugin = started_plugin(host, tmp_path)
    call.cancel()
    plugin.wait(timeout=10)
    assert process.poll() is None


def test_a_program_ends_with_the_call_that_runs_it(
    host: LanguageRuntimeStub, process: subprocess.Popen[str], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as monitor:  # which never answers
        address = f"127.0.0.1:{monitor.getsockname()[1]}"
        (tmp_path / "__main__.py").touch()
        info = language_pb2.ProgramInfo(
            root_directory=str(tmp_path), program_directory=str(tmp_path), entry_point="."
        )
        call = host.Run.future(
            language_pb2.RunRequest(info=info, pwd=str(tmp_path), monitor_address=address)
        )
        connection, _ = monitor.accept()
        (program,) = psutil.Process(process.pid).children()
        with connection:
            call.cancel()
            program.wait(timeout=10)
    assert process.poll() is None


def test_a_cancellation_ends_everything_that_runs(
    host: LanguageRuntimeStub, tmp_path: Path
) -> None:
    call, plugin = started_plugin(host, tmp_path)
    host.Cancel(empty_pb2.Empty())
    plugin.wait(timeout=10)
    *_, last = call
    assert last.exitcode != 0


def test_the_host_ends_when_the_engine_closes_its_standard_input(
    host: LanguageRuntimeStub, process: subprocess.Popen[str], tmp_path: Path
) -> None:
    _, plugin = started_plugin(host, tmp_path)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=10) == 0
    plugin.wait(timeout=10)


def test_code_generation_is_refused_with_the_program_that_does_it(
    host: LanguageRuntimeStub,
) -> None:
    with pytest.raises(grpc.RpcError) as refusal:
        host.GeneratePackage(language_pb2.GeneratePackageRequest())
    assert refusal.value.code() == grpc.StatusCode.UNIMPLEMENTED
    assert "needs the official pulumi-language-python" in refusal.value.details()
