"""A pod that runs: containers in the kubelet's order, asked and stopped as the kubelet does it."""

from __future__ import annotations

import contextlib
import re
import signal
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from hoheit._gateway import API_PORT, METRICS_PORT, VLLM_PORT
from serving.vllm.client import Client
from serving.vllm.container import Process, Start, running, wait_while_running

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from serving.vllm.container import Image
    from serving.vllm.network import PodNetwork
    from serving.vllm.rendered import Rendered

ENGINE, GATEWAY, ROUTER = "vllm", "gateway", "router"
STOP_SIGNALS = {ENGINE: signal.SIGTERM, GATEWAY: signal.SIGUSR1, ROUTER: signal.SIGTERM}
"""What the image says (STOPSIGNAL): HAProxy's official image names SIGUSR1."""
START_SECONDS = 600
"""One start takes about 70 s of CPU; machines that run tests have other things to do."""
_FINISHED = re.compile(r"^vllm:request_success_total\{.*\} (\S+)$", re.MULTILINE)
_INIT_SECONDS = 120
_SIDECAR_SECONDS = 60
_SUCCESS = range(200, 400)
"""What the kubelet takes for success of an HTTP probe."""


def start_of(
    rendered: Rendered, name: str, image: Image, folder: Path, network: PodNetwork | None = None
) -> Start:
    """Return one container as it is rendered."""
    container = rendered.container(name)
    return Start(
        name=name,
        command=[*container["command"], *container.get("args", [])],
        image=image,
        environment=rendered.environment(container),
        mounts=rendered.mounts(container),
        user=rendered.user,
        folder=folder,
        network=network,
    )


@dataclass(frozen=True)
class Moment:
    """What the pod said of itself at one time."""

    is_ready: bool
    """Its gateway's readiness probe."""
    is_started: bool
    """The startup probe of what it is for, engine or router."""
    listed: list[str]
    """What vLLM itself lists; nothing while it does not answer."""


@dataclass
class Pod:
    rendered: Rendered
    network: PodNetwork
    images: Mapping[str, Image]
    """By name of the container."""
    folder: Path
    """For logs."""
    client_key: str
    processes: dict[str, Process] = field(default_factory=dict)
    moments: list[Moment] = field(default_factory=list)
    """From the start of vLLM until it was ready."""
    finished_when_ready: float = 0
    """Requests that vLLM had finished by then."""

    @property
    def api(self) -> Client:
        """What clients reach, with a client's key."""
        return Client(self.network, API_PORT, self.client_key)

    @property
    def metrics(self) -> Client:
        """What Prometheus reaches."""
        return Client(self.network, METRICS_PORT)

    @property
    def inside(self) -> Client:
        """vLLM itself, with its own key, which nobody but the pod has and reaches."""
        environment = self.rendered.environment(self.rendered.container(ENGINE))
        return Client(self.network, VLLM_PORT, environment["VLLM_API_KEY"])

    @property
    def main(self) -> str:
        """The container that the pod is for."""
        (container,) = self.rendered.pod["containers"]
        return container["name"]

    @property
    def engine(self) -> Process:
        return self.processes[ENGINE]

    @property
    def gateway(self) -> Process:
        return self.processes[GATEWAY]

    @property
    def grace_seconds(self) -> int:
        return self.rendered.pod["terminationGracePeriodSeconds"]

    @property
    def pre_stop_seconds(self) -> int:
        """How long the preStop hook sleeps."""
        return self.rendered.container(self.main)["lifecycle"]["preStop"]["sleep"]["seconds"]

    def probe(self, container: str, kind: str) -> bool:
        """Ask once, as rendered: by HTTP or by a command inside, within its time limit."""
        probe = self.rendered.container(container)[kind]
        limit = probe["timeoutSeconds"]
        if "exec" in probe:
            return self._passes(container, probe["exec"]["command"], limit)
        asked = probe["httpGet"]
        with contextlib.suppress(OSError):
            answer = Client(self.network, asked["port"]).get(asked["path"], timeout=limit)
            return answer.status in _SUCCESS
        return False

    def _passes(self, container: str, command: list[str], seconds: float) -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self.processes[container].execute(command, seconds).returncode == 0
        return False

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Run everything, from the moment on when the pod is ready."""
        with self.starting():
            self.wait_until_ready()
            yield

    @contextlib.contextmanager
    def starting(self, without: Collection[str] = ()) -> Iterator[None]:
        """Run everything, from the moment on when the main process is there.

        Args:
            without: init containers to leave out, as no kubelet would.
        """
        self.rendered.prepare_volumes()
        with contextlib.ExitStack() as stack:
            for container in self.rendered.init_containers:
                if container["name"] in without:
                    continue
                process = stack.enter_context(self._run(container))
                if container.get("restartPolicy") == "Always":
                    self._wait_for_sidecar(process)
                else:
                    assert process.wait(_INIT_SECONDS) == 0, process.tail()
            stack.enter_context(self._run(self.rendered.container(self.main)))
            yield

    def wait_until_ready(self) -> None:
        process = self.processes[self.main]
        for _ in wait_while_running(process, START_SECONDS, "the pod does not become ready"):
            self.moments.append(self._moment())
            if self.moments[-1].is_started and self.moments[-1].is_ready:
                if self.main == ENGINE:
                    self.finished_when_ready = self.finished_requests()
                return

    def finished_requests(self) -> float:
        """Count the requests that vLLM has answered to their end."""
        return sum(map(float, _FINISHED.findall(self.metrics.get("/metrics").text)))

    @contextlib.contextmanager
    def _run(self, container: dict[str, Any]) -> Iterator[Process]:
        name = container["name"]
        # Weights come from a store on this machine, before the cables are pulled.
        network = self.network if name in STOP_SIGNALS else None
        start = start_of(self.rendered, name, self.images[name], self.folder, network)
        with running(start) as process:
            self.processes[name] = process
            yield process

    def _wait_for_sidecar(self, process: Process) -> None:
        name = process.start.name
        for _ in wait_while_running(process, _SIDECAR_SECONDS, f"{name} does not start"):
            if self.probe(name, "startupProbe"):
                return

    def _moment(self) -> Moment:
        """Ask for the list last: what is ready at a moment was listed by its end."""
        is_ready = self.probe(GATEWAY, "readinessProbe")
        is_started = is_ready and self.probe(self.main, "startupProbe")
        listed: list[str] = []
        if self.main == ENGINE:
            with contextlib.suppress(OSError):
                listed = self.inside.models()
        return Moment(is_ready, is_started, listed)
