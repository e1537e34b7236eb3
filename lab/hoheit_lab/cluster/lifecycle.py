"""Starts, recovers and stops the control plane of a lab."""

import os
import shutil
import subprocess
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from time import monotonic, sleep

from hoheit_lab.console import heartbeat, say
from hoheit_lab.errors import LabError
from hoheit_lab.paths import StateDir
from hoheit_lab.toolchain import CLUSTER_PROGRAMS, build

from .api import Api
from .config import render_config
from .kubeconfig import write_kubeconfig
from .layout import CLUSTER_NAME, Layout
from .objects import apply_objects
from .pki import is_current
from .ports import choose_ports, load_ports, save_ports
from .processes import COMPONENTS, running, stop_all, stop_one

READY_SECONDS = 120.0
NODE_LEASES = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"


def start(state: StateDir, *, real: bool = False) -> None:
    """Brings up the cluster of a state directory: as it was, if there was one.

    A healthy cluster is left alone. One of which processes have died is restarted on its data;
    one that never got ready is made anew.

    Args:
        state: The lab.
        real: Whether a real node joins, so that ordinary pods belong there.
    """
    layout = Layout(state)
    programs = build(CLUSTER_PROGRAMS) | {"kubectl": kubectl()}
    if not _runs(layout, programs):
        _restart(layout, programs)
    apply_objects(api_of(state), real=real)


def stop(state: StateDir) -> int:
    """Ends every process of the cluster.

    Returns:
        How many processes were ended.
    """
    return stop_all(Layout(state))


def api_of(state: StateDir) -> Api:
    """Returns the API server of a lab whose cluster was started."""
    layout = Layout(state)
    if not (ports := load_ports(layout.ports)):
        raise LabError(f"there is no cluster in {state.root}; start it with `hoheit-lab up`")
    return Api(layout, ports["kubeApiserverPort"])


def is_healthy(state: StateDir) -> bool:
    """Says whether every process of the cluster runs and the API server calls itself ready."""
    return set(running(Layout(state))) == set(COMPONENTS) and api_of(state).ready()


def _runs(layout: Layout, programs: Mapping[str, Path]) -> bool:
    """Says whether the cluster is healthy, and started as this version of the lab would."""
    ports = load_ports(layout.ports)
    if not ports or not layout.complete.exists() or not layout.fingerprint.exists():
        return False
    if layout.fingerprint.read_text() != render_config(programs, ports, layout.pki):
        return False
    return is_healthy(layout.state)


def kubectl() -> Path:
    """Returns the kubectl that is installed with the lab."""
    return Path(sysconfig.get_path("scripts")) / "kubectl"


def _restart(layout: Layout, programs: Mapping[str, Path]) -> None:
    known = layout.complete.exists()
    started = monotonic()
    say("control plane: " + ("bringing the cluster back" if known else "starting a new cluster"))
    layout.fingerprint.unlink(missing_ok=True)
    stop_all(layout)
    _clear(layout, keep_data=known)
    ports = choose_ports(load_ports(layout.ports))
    save_ports(layout.ports, ports)
    config = render_config(programs, ports, layout.pki)
    layout.config.write_text(config)
    _create(layout, programs["kwokctl"])
    _wait_ready(layout, ports["kubeApiserverPort"])
    if known:
        _free_node_leases(layout, programs["kwokctl"], ports["kubeApiserverPort"])
    write_kubeconfig(layout, ports["kubeApiserverPort"])
    if not layout.kept_pki.exists():
        shutil.copytree(layout.pki, layout.kept_pki)
    layout.complete.touch()
    layout.fingerprint.write_text(config)
    say(f"control plane: ready on 127.0.0.1 after {monotonic() - started:.0f} s")


def _clear(layout: Layout, *, keep_data: bool) -> None:
    """Removes what a dead or half-made cluster left, and links the data into a new place."""
    shutil.rmtree(layout.root / "clusters", ignore_errors=True)
    if not keep_data:
        shutil.rmtree(layout.data, ignore_errors=True)
    layout.work.mkdir(parents=True)
    layout.etcd.mkdir(parents=True, exist_ok=True, mode=0o700)
    (layout.work / "etcd").symlink_to(layout.etcd)
    if keep_data and is_current(layout.kept_pki):
        layout.pki.symlink_to(layout.kept_pki)
    else:
        shutil.rmtree(layout.kept_pki, ignore_errors=True)
    logs = layout.state.logs / "cluster"
    if logs.exists():  # what the dead processes said may be what somebody looks for
        previous = logs.with_name("cluster.previous")
        shutil.rmtree(previous, ignore_errors=True)
        logs.rename(previous)
    logs.mkdir(parents=True)
    (layout.work / "logs").symlink_to(logs)


def _create(layout: Layout, kwokctl: Path) -> None:
    # An empty --kubeconfig: kwokctl would write to the user's otherwise.
    _kwokctl(
        layout, kwokctl, "create", "cluster", "--config", str(layout.config), "--kubeconfig", ""
    )


def _free_node_leases(layout: Layout, kwokctl: Path, port: int) -> None:
    """Lets the new kwok take over its nodes at once.

    The dead one still holds their leases, and until those expire nothing happens on the nodes.
    """
    stop_one(layout, "kwok-controller")
    Api(layout, port).delete(NODE_LEASES)
    _kwokctl(layout, kwokctl, "start", "cluster")
    _wait_ready(layout, port)


def _kwokctl(layout: Layout, kwokctl: Path, *arguments: str) -> None:
    log = layout.state.logs / "kwokctl.log"
    with log.open("a") as output, heartbeat("starting the control plane"):
        done = subprocess.run(  # noqa: S603 - our own argument list
            [kwokctl, "--name", CLUSTER_NAME, *arguments],
            env=_environment(layout),
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode != 0:
        lines = log.read_text(errors="replace").strip().splitlines() or ["no reason given"]
        raise LabError(f"the control plane did not start: {lines[-1]} (all of it: {log})")


def _environment(layout: Layout) -> dict[str, str]:
    """A fresh environment: no KWOK_* setting, home or kubeconfig of the user reaches kwokctl."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return kept | {"HOME": str(layout.root), "KWOK_WORKDIR": str(layout.root)}


def _wait_ready(layout: Layout, port: int) -> None:
    """Waits until the API server calls itself ready; every process must be there meanwhile."""
    deadline = monotonic() + READY_SECONDS
    logs = layout.state.logs / "cluster"
    while True:
        ready = Api(layout, port).ready()
        if missing := set(COMPONENTS) - set(running(layout)):
            name = sorted(missing)[0]
            raise LabError(f"{name} ended right after its start; its log is in {logs}")
        if ready:
            return
        if monotonic() > deadline:
            raise LabError(
                f"the API server is not ready after {READY_SECONDS:.0f} s; its log is in {logs}"
            )
        sleep(0.1)
