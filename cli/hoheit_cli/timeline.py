"""`hoheit timeline`: what the start of a stack's models consisted of, and how long it took."""

import argparse
import sys
from dataclasses import asdict
from typing import Any

from .cluster_options import add_context_option, add_kubeconfig_option
from .finding import Unread
from .kubectl import Kubectl
from .objects import Object, labels_of, mapping_at, name_of
from .served import Served, context_of, services_of
from .service_pods import INSTANCE, pods_of, simulated_nodes
from .start_steps import made_at, ready_after, restarts, steps_of
from .state import add_state_options, read_state
from .text import json_text, printable_line

_WIDTH = 60


def add(commands: Any) -> None:
    """Add the command to the subparsers of `hoheit`."""
    description = (
        "Print how long each part of the start of a stack's models took: nodes, pulls of images, "
        "weights, the engine. Pulls are known as long as the cluster keeps its events."
    )
    parser: argparse.ArgumentParser = commands.add_parser(
        "timeline", help="print how long the start of models took", description=description
    )
    add_state_options(parser)
    add_context_option(parser)
    add_kubeconfig_option(parser)
    parser.add_argument("--json", action="store_true", help="print it for machines")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    documents: list[dict[str, Any]] = []
    for service in services_of(read_state(options)):
        cluster = Kubectl(context_of(service, options.context), options.kubeconfig)
        cluster.version()
        documents.append(_document(cluster, service))
    if options.json:
        sys.stdout.write(json_text(documents))
    else:
        lines = [line for document in documents for line in _lines(document)]
        sys.stdout.write("".join(f"{printable_line(line)}\n" for line in lines))
    return 0


def _document(cluster: Kubectl, service: Served) -> dict[str, Any]:
    pods = sorted(pods_of(cluster, service), key=made_at)
    events = cluster.objects("events", f"--namespace={service.namespace}")
    told: list[Object] = [] if isinstance(events, Unread) else events
    simulated = simulated_nodes(cluster)
    servers = [pod for pod in pods if labels_of(pod).get(INSTANCE) == service.name]
    return {
        "service": service.name,
        "pods": [
            {
                "name": name_of(pod),
                "simulated": mapping_at(pod, "spec").get("nodeName") in simulated,
                "restarts": restarts(pod),
                "after_seconds": (made_at(pod) - made_at(pods[0])).total_seconds(),
                "steps": [asdict(step) for step in steps_of(pod, told)],
            }
            for pod in pods
        ],
        "ready_seconds": ready_after(servers, made_at(pods[0])) if pods else None,
    }


def _lines(document: dict[str, Any]) -> list[str]:
    lines: list[str] = []
    for pod in document["pods"]:
        mark = "; SIMULATED, no container ran" if pod["simulated"] else ""
        if pod["restarts"]:
            mark += f"; restarted {pod['restarts']} times, the last start is shown"
        lines.append(f"pod {pod['name']}, made after {pod['after_seconds']:.0f} s{mark}")
        lines += [f"  {step['what']:<{_WIDTH}} {step['seconds']:>8.1f} s" for step in pod["steps"]]
    name, ready = document["service"], document["ready_seconds"]
    if not document["pods"]:
        return [f"{name} has no pod"]
    if ready is None:
        return [*lines, f"{name} is not ready yet"]
    again = " again" if any(pod["restarts"] for pod in document["pods"]) else ""
    return [*lines, f"{name} ready{again} {ready:.0f} s after its first pod was made"]
