"""NVIDIA's DCGM exporter: which counters, its pod. Unprivileged, so it knows GPUs, not pods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .names import DCGM_EXPORTER, DCGM_EXPORTER_PORT
from .pods import pod, probes, resources, server

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi
    from pulumi_kubernetes.core.v1 import PodSpecArgsDict, TolerationArgsDict

    from hoheit.images import Images

COUNTERS_FILE = "counters.csv"
COUNTERS = {
    "DCGM_FI_DEV_GPU_UTIL": ("gauge", "percent of time in which a kernel ran"),
    "DCGM_FI_DEV_MEM_COPY_UTIL": ("gauge", "percent of time in which memory was moved"),
    "DCGM_FI_DEV_FB_USED": ("gauge", "framebuffer in use in MiB"),
    "DCGM_FI_DEV_FB_FREE": ("gauge", "framebuffer that is free in MiB"),
    "DCGM_FI_DEV_POWER_USAGE": ("gauge", "power draw in watt"),
    "DCGM_FI_DEV_GPU_TEMP": ("gauge", "temperature in degrees Celsius"),
    "DCGM_FI_DEV_SM_CLOCK": ("gauge", "clock of the multiprocessors in MHz"),
    "DCGM_FI_DEV_XID_ERRORS": ("gauge", "number of the last XID error"),
    "DCGM_FI_DEV_UNCORRECTABLE_REMAPPED_ROWS": ("counter", "memory rows replaced after errors"),
    "DCGM_FI_DEV_ROW_REMAP_FAILURE": ("gauge", "1 where a broken row could not be replaced"),
}
"""Fields that are read, with type and meaning. No DCGM_FI_PROF_ field: they need CAP_SYS_ADMIN."""
_CONFIG_DIR = "/etc/dcgm-exporter/counters"
_USER = 1000
"""What NVIDIA's own chart names for a run without profiling: values.yaml, securityContext."""
_CPU_MILLICORES = 100
_MEMORY_MIB = 512
_STARTUP_SECONDS = 120

DCGM_EXPORTER_COMMAND = (
    "/usr/bin/dcgm-exporter",
    f"--collectors={_CONFIG_DIR}/{COUNTERS_FILE}",
    f"--address=:{DCGM_EXPORTER_PORT}",
)


def counters_csv() -> str:
    """Return the file that tells the exporter what to read."""
    return "".join(f"{name}, {kind}, {meaning}\n" for name, (kind, meaning) in COUNTERS.items())


def dcgm_exporter_pod(  # noqa: PLR0913 - each is a means of the pod, by name
    images: Images,
    *,
    account: pulumi.Input[str],
    counters: pulumi.Input[str],
    node_selector: Mapping[str, str],
    tolerations: Sequence[TolerationArgsDict],
    runtime_class: str | None,
) -> PodSpecArgsDict:
    """Return the pod for each node of one pool; the named objects may be outputs."""
    container = server(
        DCGM_EXPORTER,
        images.reference("dcgm_exporter"),
        DCGM_EXPORTER_COMMAND,
        ports={"metrics": DCGM_EXPORTER_PORT},
        probes=probes(
            DCGM_EXPORTER_PORT, ready="/health", live="/health", startup_seconds=_STARTUP_SECONDS
        ),
        resources=resources(_CPU_MILLICORES, _MEMORY_MIB),
        mounts=[
            {"name": "counters", "mount_path": _CONFIG_DIR, "read_only": True},
            {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - emptyDir
        ],
    )
    spec = pod(
        container,
        account=account,
        user=_USER,
        volumes=[
            {"name": "counters", "config_map": {"name": counters}},
            {"name": "tmp", "empty_dir": {"size_limit": "64Mi"}},
        ],
        pull_secrets=images.pull_secrets,
    )
    spec["node_selector"] = dict(node_selector)
    spec["tolerations"] = list(tolerations)
    if runtime_class:
        spec["runtime_class_name"] = runtime_class
    return spec
