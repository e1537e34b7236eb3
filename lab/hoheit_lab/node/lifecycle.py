"""Starts, cuts off and stops the real node of a lab."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import psutil

from hoheit_lab.cluster.layout import Layout
from hoheit_lab.cluster.ports import choose_ports, load_ports, save_ports
from hoheit_lab.console import say
from hoheit_lab.ending import end
from hoheit_lab.errors import LabError
from hoheit_lab.paths import StateDir
from hoheit_lab.toolchain import NODE_PROGRAMS, build

from . import machine, system, tree
from .addresses import choose_link
from .booting import boot
from .cleanup import clear
from .launching import host_proxy_arguments
from .layout import NodeLayout
from .rendering import Plan

SERVICES = frozenset({"haproxy", "containerd", "registry", "kube-proxy", "kubelet", "storage"})
"""The programs of a node, by the names of Supervisor."""

REGISTRY_PORT = "registryPort"
GRACE_SECONDS = 15.0
"""Time for Supervisor to end its programs; containers have no say in it."""


def start(state: StateDir) -> None:
    """Brings the node up, with the data it had; one that runs as it should is left alone."""
    layout = NodeLayout(state)
    for directory in layout.directories:
        directory.mkdir(parents=True, exist_ok=True)
    # Keys, logs and data of pods are for nobody else who uses this machine.
    layout.root.chmod(0o700)
    layout.logs.chmod(0o700)
    plan = _plan(layout)
    if _runs(layout, plan):
        _start_host_proxy(layout)
    else:
        started, since = monotonic(), datetime.now(UTC)
        say("real node: starting")
        stop(state)
        plan = _plan(layout)  # anew: somebody else may have the port by now
        _write(plan)
        boot(plan)
        _start_host_proxy(layout)
        system.install(state, plan.programs, plan.registry_port)
        system.wait_until_ready(state, since)
        layout.fingerprint.write_text(plan.fingerprint())
        say(f"real node: ready after {monotonic() - started:.0f} s")


def stop(state: StateDir) -> int:
    """Ends the node and takes away what it had on the host; its data stays.

    Returns:
        How many processes were ended.
    """
    layout = NodeLayout(state)
    if not layout.root.exists():
        return 0
    inside = tree.inside(layout)
    end(inside[:1], GRACE_SECONDS)
    return len(inside) + clear(layout)


def power_cut(state: StateDir) -> None:
    """Takes the node's power: every process in it ends at once, whatever it is doing."""
    inside = tree.inside(NodeLayout(state))
    if not inside:
        raise LabError(f"no real node runs in {state.root}; `hoheit-lab up --real` starts it")
    inside[0].kill()
    if psutil.wait_procs(inside, timeout=GRACE_SECONDS)[1]:
        raise LabError("processes of the node are still there after its PID 1 was killed")


def processes(state: StateDir) -> dict[str, psutil.Process]:
    """Returns the running programs of the node by name, such as `containerd` or `kubelet`."""
    return tree.services(NodeLayout(state))


def registry_port(state: StateDir) -> int:
    """Returns the port on the host's loopback where the lab's registry takes images."""
    ports = load_ports(NodeLayout(state).settings, (REGISTRY_PORT,))
    if not ports:
        raise LabError(f"the lab in {state.root} has no real node: `hoheit-lab up --real` adds one")
    return ports[REGISTRY_PORT]


def enter(state: StateDir) -> list[str]:
    """Returns the words before a command that is to run in the node's network."""
    first = tree.pid_one(NodeLayout(state))
    if first is None:
        raise LabError(f"no real node runs in {state.root}; `hoheit-lab up --real` starts it")
    return [machine.required("nsenter"), f"--target={first.pid}", "--net", "--"]


def is_wanted(state: StateDir) -> bool:
    """Says whether this lab has a real node, running or not."""
    return NodeLayout(state).settings.exists()


def is_running(state: StateDir) -> bool:
    """Says whether this lab has a real node of which every program runs."""
    if not is_wanted(state):
        return False
    proxy = tree.host_proxy(NodeLayout(state))
    return processes(state).keys() >= SERVICES and proxy is not None


def _plan(layout: NodeLayout) -> Plan:
    remembered = load_ports(layout.settings, (REGISTRY_PORT,))
    if not remembered or tree.host_proxy(layout) is None:
        remembered = choose_ports(remembered, (REGISTRY_PORT,))
        save_ports(layout.settings, remembered)
    cluster = load_ports(Layout(layout.state).ports)
    used = [
        address.address
        for name, addresses in psutil.net_if_addrs().items()
        for address in addresses
        if name != layout.link and address.family.name == "AF_INET"
    ]
    return Plan(
        layout,
        build(NODE_PROGRAMS) | {name: Path(machine.required(name)) for name in machine.PROGRAMS},
        api_port=cluster["kubeApiserverPort"],
        registry_port=remembered[REGISTRY_PORT],
        link=choose_link(layout.digest, used),
    )


def _runs(layout: NodeLayout, plan: Plan) -> bool:
    """Says whether the node runs, and was started as this version of the lab would."""
    return (
        tree.pid_one(layout) is not None
        and layout.fingerprint.exists()
        and layout.fingerprint.read_text() == plan.fingerprint()
    )


def _write(plan: Plan) -> None:
    for path, content in (plan.files() | plan.secrets()).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def _start_host_proxy(layout: NodeLayout) -> None:
    if tree.host_proxy(layout) is not None:
        return
    with (layout.logs / "haproxy-host.log").open("a") as output:
        subprocess.Popen(  # noqa: S603 - our own argument list
            [machine.required("haproxy"), *host_proxy_arguments(layout)],
            cwd=layout.sockets,
            env=machine.environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
