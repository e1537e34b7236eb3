"""The configuration of kwokctl and kwok, simulation stages included."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from hoheit_lab.toolchain.programs import KUBERNETES_VERSION

STAGES = Path(__file__).with_name("stages")

SERVICE_CIDR = "10.96.0.0/16"
POD_CIDR = "10.128.0.1/16"
"""Pods on simulated nodes."""
API_SERVICE = "10.96.0.1"
"""The Service `kubernetes`: the first address of the range."""
ADVERTISED_ADDRESS = "10.127.0.1"
"""Behind that Service. A real node brings it to the API server; without one nobody asks."""

CERTIFIED = (API_SERVICE, ADVERTISED_ADDRESS)
"""Addresses, besides the host's, for which the API server's certificate is good."""


def render_config(programs: Mapping[str, Path], ports: Mapping[str, int], pki: Path) -> str:
    """Renders everything that decides how the processes of a cluster run."""
    documents = [
        yaml.safe_dump(_kwokctl(programs, ports, pki), sort_keys=False),
        *(stage.read_text() for stage in sorted(STAGES.glob("*.yaml"))),
    ]
    return "---\n".join(documents).replace("KUBERNETES_VERSION", KUBERNETES_VERSION)


def _kwokctl(programs: Mapping[str, Path], ports: Mapping[str, int], pki: Path) -> dict[str, Any]:
    return {
        "apiVersion": "config.kwok.x-k8s.io/v1alpha1",
        "kind": "KwokctlConfiguration",
        "options": {
            "runtime": "binary",
            # kwokctl's default is 0.0.0.0, for etcd without authentication too.
            "bindAddress": "127.0.0.1",
            "securePort": True,
            "kubeVersion": KUBERNETES_VERSION,
            "etcdBinary": str(programs["etcd"]),
            "kubeApiserverBinary": str(programs["kube-apiserver"]),
            "kubeControllerManagerBinary": str(programs["kube-controller-manager"]),
            "kubeSchedulerBinary": str(programs["kube-scheduler"]),
            "kwokControllerBinary": str(programs["kwok"]),
            "kubectlBinary": str(programs["kubectl"]),
            "kubeApiserverCertSANs": list(CERTIFIED),
            **ports,
        },
        "componentsPatches": [
            {
                "name": "kube-apiserver",
                "extraArgs": [
                    # The default holds 254 services.
                    {"key": "service-cluster-ip-range", "value": SERVICE_CIDR},
                    {"key": "advertise-address", "value": ADVERTISED_ADDRESS},
                    # For logs and exec on a real node, whose host name no resolver knows.
                    {"key": "kubelet-client-certificate", "value": str(pki / "admin.crt")},
                    {"key": "kubelet-client-key", "value": str(pki / "admin.key")},
                    {"key": "kubelet-preferred-address-types", "value": "InternalIP"},
                ],
            },
            *(
                # There is one of each, and after a crash it need not wait for its dead self.
                {"name": name, "extraArgs": [{"key": "leader-elect", "value": "false"}]}
                for name in ("kube-controller-manager", "kube-scheduler")
            ),
            {
                "name": "kwok-controller",
                "extraArgs": [
                    # kwokctl always passes manage-all-nodes=true, over any configuration file.
                    {"key": "manage-all-nodes", "value": "false", "override": True},
                    {
                        "key": "manage-nodes-with-annotation-selector",
                        "value": "kwok.x-k8s.io/node=fake",
                    },
                    {"key": "cidr", "value": POD_CIDR},
                ],
            },
        ],
    }
