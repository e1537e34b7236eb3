"""`hoheit doctor`: is a cluster what a stack file states of it, and what is missing?"""

import argparse
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .checks.admission import check_pod_security, check_rights
from .checks.autoscaling import check_adapter, check_keda
from .checks.cni import check_cni
from .checks.extensions import check_identity, check_operator, check_runtime_class
from .checks.kubelets import check_kubelets
from .checks.network import check_api_server, check_dns
from .checks.nodes import check_pool, check_simulation
from .checks.storage import check_storage
from .checks.version import check_version
from .cluster_options import add_kubeconfig_option
from .finding import FAULTS, Finding, Verdict
from .kubectl import Kubectl
from .observed import Observed, observe
from .stated import Stated, read_stated, stack_file
from .text import cells, json_text, printable_line


def add(commands: Any) -> None:
    """Add the command to the subparsers of `hoheit`."""
    description = (
        "Compare what a stack file states of an existing cluster with what the cluster says. It "
        "asks the context that the file names, and changes nothing."
    )
    parser: argparse.ArgumentParser = commands.add_parser(
        "doctor", help="compare a stack file with its cluster", description=description
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument(
        "--stack", metavar="NAME", help="stack of the Pulumi project in this directory"
    )
    source.add_argument("--file", metavar="FILE", type=Path, help="a stack file, wherever it is")
    add_kubeconfig_option(parser)
    parser.add_argument("--strict", action="store_true", help="let UNKNOWN fail as well")
    parser.add_argument("--json", action="store_true", help="print it for machines")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    file = options.file or stack_file(options.stack, Path())
    stated = read_stated(file)
    cluster = Kubectl(stated.cluster.context, options.kubeconfig)
    found = findings(stated, observe(cluster, stated))
    if options.json:
        document = {
            "file": str(file),
            "context": stated.cluster.context,
            "findings": [asdict(finding) for finding in found],
        }
        sys.stdout.write(json_text(document))
    else:
        title = printable_line(f"{file} against context '{stated.cluster.context}'")
        sys.stdout.write(f"{title}\n\n{_text(found)}")
    failing = (*FAULTS, Verdict.UNKNOWN) if options.strict else FAULTS
    return int(any(finding.verdict in failing for finding in found))


def findings(stated: Stated, seen: Observed) -> list[Finding]:
    """Return every comparison, faults first."""
    cluster = stated.cluster
    capabilities = cluster.capabilities
    found = [
        *check_version(seen.version, seen.nodes, image_volumes=stated.uses_image_volumes),
        *check_rights(seen.rights),
        *check_pod_security(seen.pod_security),
        *check_simulation(capabilities, seen.nodes),
        *check_cni(capabilities.network_policy, seen.daemon_sets, seen.cni_settings, seen.version),
        *check_dns(cluster.network.dns, seen.pods, simulated=capabilities.simulated),
        *check_api_server(
            cluster.network.api_server,
            seen.api_server,
            needed=stated.bundled_monitoring,
            simulated=capabilities.simulated,
        ),
        *check_kubelets(stated.kubelets, seen.nodes, wanted=stated.bundled_monitoring),
        *check_storage(
            capabilities,
            seen.storage_classes,
            seen.nodes,
            needed=bool(stated.parts_with_volumes),
        ),
        *check_runtime_class(capabilities.gpu_runtime_class, seen.runtime_classes),
        *check_identity(capabilities.identity),
        *check_operator(seen.crds, needed=stated.uses_operator),
        *check_keda(capabilities.keda, seen.crds, seen.pods),
        *check_adapter(capabilities.requests_waiting_metric, seen.api_services),
        *stated.unread,
    ]
    for name, pool in stated.pools.items():
        found += check_pool(name, pool, seen.nodes, seen.pods)
    order = list(Verdict)
    return sorted(found, key=lambda finding: order.index(finding.verdict))


def _text(found: list[Finding]) -> str:
    lines: list[str] = []
    for finding in found:
        lines += cells({finding.verdict: finding.subject, "": finding.seen}, indent=0)
        if finding.way_out:
            lines += cells({" ": f"-> {finding.way_out}"}, indent=0)
    counted = Counter(finding.verdict for finding in found)
    total = ", ".join(f"{counted[verdict]} {verdict}" for verdict in Verdict if counted[verdict])
    return "".join(f"{printable_line(line)}\n" for line in [*lines, "", total])
