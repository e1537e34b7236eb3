"""Configuration of containerd, with the registry that only the lab knows."""

import json
from pathlib import Path

from .images import REGISTRY, REPOSITORY, TAG
from .layout import NodeLayout

SOCKET = "/run/containerd/containerd.sock"
REGISTRY_ADDRESS = "127.0.0.1:5000"
"""Where the registry listens, in the node."""
PAUSE_IMAGE = f"{REGISTRY}/{REPOSITORY}/pause:{TAG}"
CNI_CONFIG = Path("/run/cni/net.d")


def config(layout: NodeLayout, cni_programs: Path) -> str:
    """Renders `config.toml`."""
    # A TOML basic string is written as a JSON string.
    text = {name: json.dumps(str(value)) for name, value in _values(layout, cni_programs).items()}
    return f"""\
version = 2
root = {text["root"]}
state = "/run/containerd"

[grpc]
  address = "{SOCKET}"

[plugins."io.containerd.internal.v1.opt"]
  path = {text["opt"]}

[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "{PAUSE_IMAGE}"
  # Without CAP_SYS_RESOURCE, as in many build machines, runc cannot make a score better.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = {text["cni_programs"]}
    conf_dir = "{CNI_CONFIG}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = {text["hosts"]}
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
"""


def registry_hosts() -> str:
    """Renders the file that says where images of the lab's registry come from: plain HTTP."""
    return f"""\
server = "http://{REGISTRY_ADDRESS}"

[host."http://{REGISTRY_ADDRESS}"]
  capabilities = ["pull", "resolve"]
"""


def hosts_file(layout: NodeLayout) -> Path:
    """Returns where containerd looks for it."""
    return _hosts(layout) / REGISTRY / "hosts.toml"


def _hosts(layout: NodeLayout) -> Path:
    return layout.etc / "registries"


def _values(layout: NodeLayout, cni_programs: Path) -> dict[str, Path]:
    return {
        "root": layout.containerd,
        "opt": layout.containerd / "opt",
        "cni_programs": cni_programs,
        "hosts": _hosts(layout),
    }
