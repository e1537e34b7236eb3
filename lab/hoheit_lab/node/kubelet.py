"""Configuration of kubelet and kube-proxy, and how they reach the API server."""

import base64
from pathlib import Path
from typing import Any

from hoheit_lab.cluster.objects import NODE_KIND

from .addresses import CLUSTER_DNS, CLUSTER_DOMAIN, POD_CIDR
from .containerd import SOCKET
from .layout import NODE_NAME, NodeLayout

LABELS = {NODE_KIND: "real"}

SERVING_CERTIFICATE = "kubelet-serving.crt"
SERVING_KEY = "kubelet-serving.key"
"""Files by which the kubelet's clients know it."""


def kubelet_config(layout: NodeLayout, authority: Path, address: str) -> dict[str, Any]:
    """Returns the KubeletConfiguration.

    Args:
        layout: The node.
        authority: Certificate of the authority whose clients may speak to the kubelet.
        address: Where it listens: the node's end of the link to the host.
    """
    return {
        "apiVersion": "kubelet.config.k8s.io/v1beta1",
        "kind": "KubeletConfiguration",
        "address": address,
        "authentication": {
            "anonymous": {"enabled": False},
            "webhook": {"enabled": True},
            "x509": {"clientCAFile": str(authority)},
        },
        "authorization": {"mode": "Webhook"},
        # Else it signs one for itself, which no client can verify.
        "tlsCertFile": str(layout.etc / SERVING_CERTIFICATE),
        "tlsPrivateKeyFile": str(layout.etc / SERVING_KEY),
        "cgroupDriver": "cgroupfs",
        # Support for v1 ends upstream one day; until then a host that has it can be a node.
        "failCgroupV1": False,
        "containerRuntimeEndpoint": f"unix://{SOCKET}",
        "clusterDNS": [CLUSTER_DNS],
        "clusterDomain": CLUSTER_DOMAIN,
        "resolvConf": str(layout.etc / "resolv.conf"),
        "podLogsDir": str(layout.root / "pod-logs"),
        "volumePluginDir": "/run/kubelet-plugins",
        "failSwapOn": False,
        # A percentage of somebody's disk says nothing about what the lab needs.
        "evictionHard": {
            "memory.available": "100Mi",
            "nodefs.available": "500Mi",
            "imagefs.available": "500Mi",
        },
        # Images that were built here cannot be pulled again from anywhere else.
        "imageGCHighThresholdPercent": 100,
        "imageGCLowThresholdPercent": 99,
        # Without this, 5 and 10 a second: a stack of 60 pods waits for them.
        "registryPullQPS": 0,
        "serializeImagePulls": False,
    }


def kubelet_arguments(layout: NodeLayout, address: str) -> list[str]:
    """Returns what the kubelet takes from its command line only."""
    labels = ",".join(f"{name}={value}" for name, value in LABELS.items())
    return [
        f"--config={layout.etc / 'kubelet.yaml'}",
        f"--kubeconfig={layout.etc / 'kubelet.kubeconfig'}",
        f"--root-dir={layout.kubelet}",
        f"--cert-dir={layout.kubelet / 'pki'}",
        f"--hostname-override={NODE_NAME}",
        f"--node-ip={address}",
        f"--node-labels={labels}",
    ]


def kube_proxy_config(layout: NodeLayout) -> dict[str, Any]:
    """Returns the KubeProxyConfiguration: nftables, and no setting of the whole host."""
    return {
        "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
        "kind": "KubeProxyConfiguration",
        "mode": "nftables",
        "clientConnection": {"kubeconfig": str(layout.etc / "kube-proxy.kubeconfig")},
        "hostnameOverride": NODE_NAME,
        "clusterCIDR": POD_CIDR,
        "healthzBindAddress": "127.0.0.1:10256",
        "metricsBindAddress": "127.0.0.1:10249",
        # The size of the table of connections is one for all network namespaces: not ours.
        "conntrack": {"maxPerCore": 0, "min": 0},
    }


def kubeconfig(port: int, authority: Path, certificate: bytes, key: bytes) -> dict[str, Any]:
    """Returns a kubeconfig that reaches the API server from inside the node."""

    def encoded(content: bytes) -> str:
        return base64.b64encode(content).decode()

    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "node",
        "clusters": [
            {
                "name": "lab",
                "cluster": {
                    "server": f"https://127.0.0.1:{port}",
                    "certificate-authority-data": encoded(authority.read_bytes()),
                },
            }
        ],
        "users": [
            {
                "name": "node",
                "user": {
                    "client-certificate-data": encoded(certificate),
                    "client-key-data": encoded(key),
                },
            }
        ],
        "contexts": [{"name": "node", "context": {"cluster": "lab", "user": "node"}}],
    }
