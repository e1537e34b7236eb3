"""Each image runs what a component runs from it: command, user, volumes, read-only root."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
from hoheit._mlflow.gateway import MLFLOW_PORT
from serving.images.pods import command, environment, placed, pod_of
from support import components, samples
from support.monitor import run
from support.programs import eventually

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from serving.images.container import Container

    Images = Callable[[str], Container]

_KERNELS = """
import getpass, importlib.metadata, os, torch
from vllm.platforms import current_platform
current_platform.import_kernels()
print(
    current_platform.device_name,
    importlib.metadata.version("vllm"),
    hasattr(torch.ops._C, "silu_and_mul"),
    os.getuid(),
    getpass.getuser(),
)
"""


def test_a_gateway_answers_the_kubelet_and_ends_by_its_own_stop_signal(
    container: Images, folder: Path
) -> None:
    pod = pod_of(run(components.service), "gateway", folder)
    image = placed(pod, "gateway", container("gateway"))
    assert image.config["StopSignal"] == "SIGUSR1"
    with image.running(command(pod, "gateway"), environment(pod, "gateway")) as gateway:
        asked = pod.container("gateway")["livenessProbe"]["httpGet"]
        gateway.wait_for(asked["port"], asked["path"])
        assert gateway.stop(signal.SIGUSR1) == 0


@pytest.mark.parametrize("program", ["prometheus", "alertmanager"])
def test_a_program_of_the_monitoring_stack_is_ready_with_its_rendered_files(
    program: str, container: Images, folder: Path
) -> None:
    pod = pod_of(run(components.monitoring), program, folder)
    image = placed(pod, program, container(program))
    with image.running(command(pod, program), environment(pod, program)) as server:
        asked = pod.container(program)["readinessProbe"]["httpGet"]
        server.wait_for(asked["port"], asked["path"])
        assert server.stop() == 0


def test_an_object_server_makes_its_bucket_and_is_healthy(container: Images, folder: Path) -> None:
    pod = pod_of(run(components.object_server), "versitygw", folder)
    image = placed(pod, "versitygw", container("versitygw"))
    made = placed(pod, "folders", image).run(entrypoint=command(pod, "folders"))
    assert made.returncode == 0, made.stderr
    assert (pod.volume("data") / "objects" / "models").is_dir()
    with image.running(command(pod, "versitygw"), environment(pod, "versitygw")) as server:
        asked = pod.container("versitygw")["readinessProbe"]["httpGet"]
        server.wait_for(asked["port"], asked["path"])
        assert server.stop() == 0


def test_a_database_is_made_and_asked_as_the_kubelet_asks_and_ends_by_its_stop_signal(
    container: Images, folder: Path
) -> None:
    pod = pod_of(run(components.mlflow), "postgres", folder)
    (pod.volume("secret") / "password").write_text("LettersAndDigits1")
    initialise = placed(pod, "initialise", container("postgres"))
    own = environment(pod, "initialise")
    made = initialise.run(entrypoint=command(pod, "initialise"), **own)
    assert "created a database of version 15" in made.stdout, made.stderr
    image = placed(pod, "postgres", container("postgres"))
    assert image.config["StopSignal"] == "SIGINT"
    with image.running(command(pod, "postgres"), environment(pod, "postgres")) as server:
        probe = pod.container("postgres")["readinessProbe"]["exec"]["command"]
        assert eventually(lambda: server.execute(*probe).returncode == 0), server.log.read_text()
        assert server.stop(signal.SIGINT) == 0
        assert "database system is shut down" in server.log.read_text()


def test_mlflow_prepares_its_database_and_serves(container: Images, folder: Path) -> None:
    alone = {"database": {"kind": "sqlite"}, "development": True}
    pod = pod_of(run(lambda: components.mlflow(**alone)), "mlflow", folder)
    image = placed(pod, "mlflow", container("mlflow"))
    prepare = [one for one in command(pod, "prepare") if not one.startswith("--create-bucket")]
    prepared = image.run(entrypoint=prepare, **environment(pod, "prepare"))
    assert prepared.returncode == 0, prepared.stderr
    with image.running(command(pod, "mlflow"), environment(pod, "mlflow")) as server:
        assert server.wait_for(MLFLOW_PORT, "/health") == "OK"


def test_vllm_loads_its_kernels_for_this_cpu_as_the_user_of_the_pod(
    container: Images, folder: Path
) -> None:
    alone = samples.cpu_service()
    pod = pod_of(run(lambda: components.service(on=components.cpu_pool(), **alone)), "vllm", folder)
    image = placed(pod, "vllm", container("vllm-cpu"))
    asked = image.run(_KERNELS, entrypoint=["python3", "-c"], **environment(pod, "vllm"))
    assert asked.stdout.splitlines()[-1] == "cpu 0.32.0+cpu True 2000 vllm", asked.stderr
