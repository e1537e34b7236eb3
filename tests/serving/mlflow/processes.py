"""Rendered containers as processes: started, waited for, stopped."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from serving.mlflow import tools
from serving.mlflow.rendered import API, HEALTH, METRICS, OBJECTS, Command, Rendered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CLIENT = Path(__file__).with_name("client.py")
SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True)
class Run:
    """How a process ended."""

    status: int
    output: str


@dataclass(frozen=True)
class Answer:
    status: int
    body: str


@dataclass
class Pod:
    """The processes of one MLflow server and of its stores, on one machine."""

    rendered: Rendered
    python: Path
    """Folder of the environment's programs."""
    postgres: Path
    versitygw: Path
    haproxy: str
    pids: dict[str, int] = field(default_factory=dict)
    """Process groups of what runs."""

    @property
    def folder(self) -> Path:
        return self.rendered.folder

    def take_over(self, other: Pod) -> None:
        """Begin with a copy of the volumes of another pod, which has been stopped."""
        for volume in ("database", "data"):
            shutil.rmtree(self.folder / volume)
            subprocess.run(["cp", "-a", other.folder / volume, self.folder], check=True)

    # PostgreSQL

    def initialise(self) -> Run:
        """Run the database's init container."""
        options = tools.unprivileged()
        _write(self.folder / "database-files", self.rendered.files("database-files"))
        _write(self.folder / "database-secret", self.rendered.secret("database"))
        for name in ("database", "sockets", "database-files", "database-secret", "tmp"):
            _give(self.folder / name, options)
        command = self.rendered.command("database", "initialise")
        return self._run(command, path=f"{self.postgres}:{SYSTEM_PATH}", options=options)

    def initialise_as_process_one(self) -> Run:
        """Run it once more, as the first process of a container; for root."""
        user = tools.unprivileged()
        command = self.rendered.command("database", "initialise")
        first = ["unshare", "--pid", "--fork", "--kill-child", "setpriv", "--clear-groups"]
        alone = [*first, f"--reuid={user['user']}", f"--regid={user['group']}", *command.line]
        return self._run(replace(command, line=alone), path=f"{self.postgres}:{SYSTEM_PATH}")

    @contextlib.contextmanager
    def database(self) -> Iterator[None]:
        """Run PostgreSQL, and stop it as the kubelet does: with the image's stop signal."""
        initialised = self.initialise()
        assert initialised.status == 0, initialised
        command = self.rendered.command("database", "postgres")
        process = self._start(
            command, "postgres", path=str(self.postgres), options=tools.unprivileged()
        )
        try:
            deadline = time.monotonic() + 60
            while not self.database_is_ready():
                assert process.poll() is None, self.log("postgres").read_text()
                assert time.monotonic() < deadline, self.log("postgres").read_text()
            yield
        finally:
            _stop(process, signal.SIGINT)

    def database_is_ready(self) -> bool:
        """Ask as the kubelet does."""
        command = self.rendered.probe("database", "postgres")
        program = self.postgres / command[0]
        return (
            subprocess.run([program, *command[1:]], check=False, capture_output=True).returncode
            == 0
        )

    def sql(self, statement: str) -> str:
        """Ask the database over TCP, as MLflow does."""
        dsn = self.rendered.secret("database")["dsn"].replace("+psycopg", "")
        done = subprocess.run(
            [self.postgres / "psql", "-XAtq", "-c", statement, dsn],
            capture_output=True,
            text=True,
            check=False,
        )
        return (done.stdout + done.stderr).strip()

    # S3

    @contextlib.contextmanager
    def objects(self) -> Iterator[None]:
        """Run the S3 server over its folders."""
        folders = self.rendered.command("objects", "folders")
        assert self._run(folders, path=SYSTEM_PATH).status == 0
        command = self.rendered.command("objects", "versitygw")
        process = self._start(command, "versitygw", path=str(self.versitygw.parent))
        try:
            _wait_for(self.rendered.ports[OBJECTS], process, self.log("versitygw"))
            yield
        finally:
            _stop(process)

    # MLflow

    def prepare(self) -> Run:
        """Run the server's init container to its end."""
        return self._run(self.rendered.command("server", "prepare"), path=self._path)

    def start_prepare(self) -> subprocess.Popen[str]:
        """Start the server's init container."""
        command = self.rendered.command("server", "prepare")
        return subprocess.Popen(
            command.line,
            executable=shutil.which(command.line[0], path=self._path),
            env={**command.environment, "PATH": self._path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd="/",
        )

    @contextlib.contextmanager
    def server(self) -> Iterator[None]:
        """Run gateway and server, and stop them in the order of a pod."""
        command = self.rendered.command("server", "mlflow")
        with self.gateway():
            process = self._start(command, "mlflow", path=self._path)
            try:
                self._wait_until_healthy(process)
                yield
            finally:
                _stop(process)

    def serve_briefly(self, seconds: float) -> Run:
        """Run the server where it is not expected to come up."""
        return self._run(
            self.rendered.command("server", "mlflow"), path=self._path, seconds=seconds
        )

    @contextlib.contextmanager
    def gateway(self) -> Iterator[None]:
        """Run HAProxy with the rendered file."""
        file = self.folder / "haproxy.cfg"
        file.write_text(self.rendered.files("gateway")["haproxy.cfg"])
        command = self.rendered.command("server", "gateway")
        line = [*command.line[:-1], str(file)]
        haproxy = Command(line, command.environment)
        process = self._start(haproxy, "haproxy", path=str(Path(self.haproxy).parent))
        try:
            _wait_for(self.rendered.ports[HEALTH], process, self.log("haproxy"))
            yield
        finally:
            _stop(process, signal.SIGUSR1)

    @property
    def _path(self) -> str:
        return f"{self.python}:{SYSTEM_PATH}"

    def _wait_until_healthy(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + 120
        while self.ask("/health", port=HEALTH).status != 200:
            assert process.poll() is None, self.log("mlflow").read_text()
            assert time.monotonic() < deadline, self.log("mlflow").read_text()
            time.sleep(0.3)

    def ask(
        self,
        path: str,
        *,
        port: int = API,
        headers: Mapping[str, str] | None = None,
        method: str = "GET",
        body: bytes | None = None,
    ) -> Answer:
        """Send one request to the gateway."""
        connection = http.client.HTTPConnection("127.0.0.1", self.rendered.ports[port], timeout=60)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return Answer(response.status, response.read().decode(errors="replace"))
        finally:
            connection.close()

    def metrics(self) -> Answer:
        """Ask as Prometheus does: no login, and the address of the pod."""
        return self.ask("/metrics", port=METRICS, headers={"Host": "10.1.2.3:8081"})

    def client(self, act: str, **login: str) -> Any:
        """Let a real MLflow client do something; it knows the URL and a login, nothing else."""
        admin = self.rendered.secret("admin")
        environment = {
            "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{self.rendered.ports[API]}",
            "MLFLOW_TRACKING_USERNAME": login.get("username", admin["username"]),
            "MLFLOW_TRACKING_PASSWORD": login.get("password", admin["password"]),
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
            "HOME": str(self.folder),
            "PATH": self._path,
        }
        done = subprocess.run(
            [self.python / "python", CLIENT, act],
            env={key: value for key, value in environment.items() if value},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def remote_ports(self, name: str) -> set[int]:
        """Ports that a process and its children hold connections to, wherever they are."""
        return {remote for _, remote in self._connections(name)}

    def local_ports(self, name: str) -> set[int]:
        """Their own ends of these connections."""
        return {local for local, _ in self._connections(name)}

    def _connections(self, name: str) -> set[tuple[int, int]]:
        sockets = _sockets_of(self.pids[name])
        return {ends for inode, ends in _established().items() if inode in sockets}

    def telemetry(self, *without: str) -> Any:
        """What MLflow says of its telemetry in the server's environment.

        Without the variables that tell MLflow of a test or a CI machine, where it is silent anyway.
        """
        environment = self.rendered.command("server", "mlflow").environment
        kept = {name: value for name, value in environment.items() if name not in without}
        done = subprocess.run(
            [self.python / "python", CLIENT, "silent"],
            env={**kept, "PATH": self._path},
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=True,
        )
        return json.loads(done.stdout.splitlines()[-1])

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _run(
        self,
        command: Command,
        *,
        path: str,
        options: dict[str, object] | None = None,
        seconds: float = 180,
    ) -> Run:
        done = subprocess.run(
            command.line,
            executable=shutil.which(command.line[0], path=path),
            env={**command.environment, "PATH": path},
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=seconds,
            **(options or {}),
        )
        return Run(done.returncode, done.stdout)

    def _start(
        self,
        command: Command,
        name: str,
        *,
        path: str,
        options: dict[str, object] | None = None,
    ) -> subprocess.Popen[bytes]:
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                command.line,
                executable=shutil.which(command.line[0], path=path),
                env={**command.environment, "PATH": path},
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0,
                **(options or {}),
            )
        self.pids[name] = process.pid
        return process


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).write_text(text)


def _give(folder: Path, options: dict[str, object]) -> None:
    """Do what fsGroup does in a pod, where the tests run as root."""
    if options:
        shutil.chown(folder, options["user"], options["group"])


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    process.send_signal(how)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _sockets_of(group: int) -> set[str]:
    """Return the inodes of all sockets of a process group."""
    found: set[str] = set()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if os.getpgid(int(process.name)) == group:
                links = [str(one.readlink()) for one in (process / "fd").iterdir()]
                found |= {one[8:-1] for one in links if one.startswith("socket:[")}
    return found


def _established() -> dict[str, tuple[int, int]]:
    """Return local and remote port of every TCP connection of this machine, by inode."""
    found: dict[str, tuple[int, int]] = {}
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            _, local, remote, state, *rest = line.split()
            if state != "0A":  # a listening one
                found[rest[5]] = _port(local), _port(remote)
    return found


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)
