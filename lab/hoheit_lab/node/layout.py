"""Where the parts of the real node lie, on the host and in the node."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from hoheit_lab.paths import StateDir

NODE_NAME = "lab-real-0"
"""Name of the Node object, and host name in the node."""


@dataclass(frozen=True)
class NodeLayout:
    """The files of the node that belongs to a state directory.

    All data lies in the state directory, which node and host see at the same path, and survives a
    power cut. What a machine forgets without power lies in the node's own `/run`.
    """

    state: StateDir

    @property
    def root(self) -> Path:
        """Everything of the node but its logs."""
        return self.state.root / "node"

    @property
    def logs(self) -> Path:
        """One log for each program of the node."""
        return self.state.logs / "node"

    @property
    def etc(self) -> Path:
        """What is rendered at each start: configuration, certificates, keys."""
        return self.root / "etc"

    @property
    def supervisor_config(self) -> Path:
        """Configuration of PID 1; its path in a command line is how the node is recognised."""
        return self.etc / "supervisord.conf"

    @property
    def host_proxy_config(self) -> Path:
        """Configuration of the proxy that runs on the host."""
        return self.etc / "haproxy-host.cfg"

    @property
    def sockets(self) -> Path:
        """Unix sockets that join the networks of host and node."""
        return self.root / "sockets"

    @property
    def containerd(self) -> Path:
        """Images, snapshots and containers."""
        return self.root / "containerd"

    @property
    def kubelet(self) -> Path:
        """What the kubelet knows of its pods, and their emptyDir volumes."""
        return self.root / "kubelet"

    @property
    def registry(self) -> Path:
        """Blobs and manifests of the lab's registry."""
        return self.root / "registry"

    @property
    def volumes(self) -> Path:
        """Directories behind PersistentVolumes."""
        return self.root / "volumes"

    @property
    def settings(self) -> Path:
        """Port and addresses that stay the same over restarts."""
        return self.root / "settings.json"

    @property
    def fingerprint(self) -> Path:
        """Digest of the configuration with which the running node was started."""
        return self.root / "running"

    @property
    def cgroup(self) -> str:
        """Name of the node's cgroup in every hierarchy."""
        return f"hoheit-lab-{self.digest}"

    @property
    def link(self) -> str:
        """Name of the host's end of the link to the node; 15 characters is the longest."""
        return f"lab-{self.digest}"

    @property
    def directories(self) -> tuple[Path, ...]:
        """All directories that have to be there before a start."""
        return (
            *(self.logs, self.etc, self.sockets),
            *(self.containerd, self.kubelet, self.registry, self.volumes),
        )

    @property
    def digest(self) -> str:
        """A hexadecimal number that no other lab on this machine has."""
        return hashlib.sha256(str(self.state.root).encode()).hexdigest()[:10]
