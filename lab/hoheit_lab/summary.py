"""What a person needs to know once something is deployed."""

import sysconfig
from collections import defaultdict
from pathlib import Path
from typing import Any

from .cluster import api_of
from .cluster.objects import NODE_KIND, SIMULATION
from .paths import StateDir
from .plugins import chosen_engine

Object = dict[str, Any]


def summarize(state: StateDir, stack_file: Path, options: str, deploy: str) -> str:
    """Says what runs where, with which programs, and what to do next.

    Args:
        state: The lab.
        stack_file: What to edit to change something.
        options: The options of every `hoheit-lab` command for this lab, after a space.
        deploy: The command that deploys this stack again.
    """
    api = api_of(state)
    nodes: list[Object] = api.get("/api/v1/nodes")["items"]
    pods: list[Object] = api.get("/api/v1/pods")["items"]
    lab = f"{_command()}{options}"
    lines = [
        *placement(nodes, pods),
        "",
        f"Programs  {chosen_engine(state).describe()}",
        f"State     {state.root}",
        f"Logs      {state.logs}",
        f"Look      {lab} exec -- pulumi stack",
        f"          {lab} exec -- kubectl get pods -A -o wide",
        f"Change    edit {stack_file}, then",
        f"          {lab} exec -- pulumi preview",
        f"          {lab} {deploy}",
        f"Stop      {lab} down",
    ]
    return "".join(f"{line}\n" for line in lines)


def _command() -> str:
    """Returns how to type `hoheit-lab` here, whatever is on PATH."""
    command = Path(sysconfig.get_path("scripts")) / "hoheit-lab"
    here = Path.cwd()
    return str(command.relative_to(here) if command.is_relative_to(here) else command)


def placement(nodes: list[Object], pods: list[Object]) -> list[str]:
    """Lists the pods of each node; nodes that are only simulated are marked."""
    by_node: dict[str, list[Object]] = defaultdict(list)
    for pod in pods:
        by_node[pod["spec"].get("nodeName", "")].append(pod)
    lines = ["What runs where"]
    for node in nodes:
        name = node["metadata"]["name"]
        lines.append(f"  {name}: {_node(node)}")
        mark = " (SIMULATED)" if _is_simulated(node) else ""
        lines.extend(f"    {_pod(pod)}{mark}" for pod in by_node[name])
    if waiting := by_node[""]:
        lines.append("  not scheduled")
        lines.extend(f"    {_pod(pod)}" for pod in waiting)
    if any(_is_simulated(node) for node in nodes):
        lines.append(
            "  SIMULATED: scheduled and reported by a real control plane; no container runs"
        )
    return lines


def _is_simulated(node: Object) -> bool:
    return SIMULATION in node["metadata"].get("annotations", {})


def _node(node: Object) -> str:
    capacity: dict[str, str] = node.get("status", {}).get("allocatable", {})
    parts = [f"{capacity[name]} {name}" for name in ("cpu", "memory") if name in capacity]
    parts += [f"{count} {name}" for name, count in capacity.items() if "/" in name]
    marks = ["SIMULATED"] if _is_simulated(node) else []
    if node["metadata"].get("labels", {}).get(NODE_KIND) == "real":
        marks = ["REAL"]
    return ", ".join([*marks, *parts])


def _pod(pod: Object) -> str:
    where = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
    phase: str = pod["status"]["phase"]
    if phase in ("Succeeded", "Failed"):
        return f"{where}: {phase}"
    started: list[Object] = pod["spec"].get("initContainers", [])
    sidecars = {each["name"] for each in started if each.get("restartPolicy") == "Always"}
    statuses: list[Object] = [
        *pod["status"].get("containerStatuses", []),
        *(
            each
            for each in pod["status"].get("initContainerStatuses", [])
            if each["name"] in sidecars
        ),
    ]
    ready = sum(1 for status in statuses if status["ready"])
    containers = len(pod["spec"]["containers"]) + len(sidecars)
    state = f"{phase}, {ready} of {containers} containers ready"
    return f"{where}: {', '.join([state, *_complaints(pod)])}"


def _complaints(pod: Object) -> list[str]:
    """Returns why containers of a pod do not run, such as ImagePullBackOff, each once."""
    statuses: list[Object] = [
        *pod["status"].get("initContainerStatuses", []),
        *pod["status"].get("containerStatuses", []),
    ]
    reasons = [each.get("state", {}).get("waiting", {}).get("reason") for each in statuses]
    return sorted({reason for reason in reasons if reason and reason not in _USUAL})


_USUAL = ("ContainerCreating", "PodInitializing")
"""What every container waits for at first."""
