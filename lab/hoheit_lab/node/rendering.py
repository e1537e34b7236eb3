"""Everything that decides how a node runs, rendered into files."""

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from hoheit_lab.cluster.layout import Layout

from . import bridge, certificates, containerd, kubelet, mounts, network, registry
from .addresses import Link
from .launching import init_command
from .layout import NODE_NAME, NodeLayout
from .supervision import Service, supervisor_config

_NODE_USER = (f"system:node:{NODE_NAME}", "system:nodes")
"""User and group that the kubelet is, to the API server and to its own clients."""


@dataclass(frozen=True)
class Plan:
    """A node as it is to run."""

    layout: NodeLayout
    programs: Mapping[str, Path]
    """What the lab built, and what the machine brings."""
    api_port: int
    registry_port: int
    link: Link

    def files(self) -> dict[Path, str]:
        """Returns the files that are the same each time."""
        etc = self.layout.etc
        return {
            etc / "containerd.toml": containerd.config(self.layout, self.programs["ptp"].parent),
            containerd.hosts_file(self.layout): containerd.registry_hosts(),
            etc / "kubelet.yaml": _yaml(
                kubelet.kubelet_config(self.layout, self._authority, self.link.node)
            ),
            etc / "kube-proxy.yaml": _yaml(kubelet.kube_proxy_config(self.layout)),
            etc / "registry.yaml": _yaml(
                registry.registry_config(self.layout.registry, containerd.REGISTRY_ADDRESS)
            ),
            # There is no name server outside that a pod could be sent to.
            etc / "resolv.conf": "",
            etc / "haproxy-node.cfg": bridge.haproxy_config(bridge.in_node(self.api_port)),
            self.layout.host_proxy_config: bridge.haproxy_config(
                bridge.on_host(self.api_port, self.registry_port)
            ),
            self.layout.supervisor_config: supervisor_config(self.services()),
        }

    def secrets(self) -> dict[Path, str]:
        """Issues the credentials of the node's programs, new ones at each call."""
        pki, etc, this_node = self._authority.parent, self.layout.etc, _NODE_USER
        users = {"kubelet": this_node, "kube-proxy": ("system:kube-proxy", None)}
        issued = {
            name: certificates.issue_client(pki, user, group)
            for name, (user, group) in users.items()
        }
        certificate, key = certificates.issue_server(
            pki, *this_node, name=NODE_NAME, address=self.link.node
        )
        return {
            **{
                etc / f"{name}.kubeconfig": _yaml(
                    kubelet.kubeconfig(self.api_port, self._authority, *pair)
                )
                for name, pair in issued.items()
            },
            etc / kubelet.SERVING_CERTIFICATE: certificate.decode(),
            etc / kubelet.SERVING_KEY: key.decode(),
        }

    def services(self) -> dict[str, Service]:
        """Returns the programs that PID 1 runs, in the order in which they start."""
        layout, etc = self.layout, self.layout.etc
        proxy = (*(self._program("haproxy"), "-db", "-f"), str(etc / "haproxy-node.cfg"))
        storage = (sys.executable, "-m", "hoheit_lab.node.storage", "--state")
        return {
            "haproxy": Service(proxy, directory=layout.sockets),
            "containerd": Service(
                (self._program("containerd"), "--config", str(etc / "containerd.toml"))
            ),
            "registry": Service(
                (self._program("registry"), "serve", str(etc / "registry.yaml")),
                environment=registry.ENVIRONMENT,
            ),
            "kube-proxy": Service(
                (self._program("kube-proxy"), f"--config={etc / 'kube-proxy.yaml'}")
            ),
            "kubelet": Service(
                (
                    self._program("kubelet"),
                    *kubelet.kubelet_arguments(layout, self.link.node),
                )
            ),
            "storage": Service((*storage, str(layout.state.root))),
        }

    def fingerprint(self) -> str:
        """Names all that a running node was started with."""
        parts = [
            *self.files().values(),
            *init_command(self.layout.state.root, self.link.node),
            *(" ".join(words) for words in mounts.commands(self.layout)),
            *(" ".join(words) for words in network.node_commands(self.link.node)),
            network.cni_conflist(),
            self._authority.read_text(),
        ]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    @property
    def _authority(self) -> Path:
        return Layout(self.layout.state).kept_pki / "ca.crt"

    def _program(self, name: str) -> str:
        return str(self.programs[name])


def _yaml(document: Mapping[str, object]) -> str:
    return yaml.safe_dump(dict(document), sort_keys=False)
