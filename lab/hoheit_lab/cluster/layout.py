"""Where the parts of one cluster lie inside the state directory."""

from dataclasses import dataclass
from pathlib import Path

from hoheit_lab.paths import StateDir

CLUSTER_NAME = "lab"


@dataclass(frozen=True)
class Layout:
    """The files of the cluster that belongs to a state directory.

    kwokctl makes and deletes its work directory as it likes. What must survive a crash, the
    etcd data and the certificates, lies outside and is only linked into it.
    """

    state: StateDir

    @property
    def root(self) -> Path:
        """What kwokctl knows as KWOK_WORKDIR."""
        return self.state.cluster

    @property
    def work(self) -> Path:
        """The directory of kwokctl for this cluster; can be thrown away while nothing runs."""
        return self.root / "clusters" / CLUSTER_NAME

    @property
    def data(self) -> Path:
        """What survives a restart."""
        return self.root / "data"

    @property
    def pki(self) -> Path:
        """Certificates and keys that the running processes use."""
        return self.work / "pki"

    @property
    def kept_pki(self) -> Path:
        """The copy of them that survives a restart."""
        return self.data / "pki"

    @property
    def etcd(self) -> Path:
        """The database of the API server."""
        return self.data / "etcd"

    @property
    def complete(self) -> Path:
        """Exists once the cluster was ready: the data is worth keeping."""
        return self.data / "complete"

    @property
    def ports(self) -> Path:
        """The ports in use, for the next start."""
        return self.data / "ports.json"

    @property
    def config(self) -> Path:
        """The configuration that kwokctl gets; unchanged means that nothing needs a restart."""
        return self.root / "config.yaml"

    @property
    def fingerprint(self) -> Path:
        """The configuration with which the running processes were started."""
        return self.root / "running.yaml"
