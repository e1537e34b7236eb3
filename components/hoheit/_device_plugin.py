"""NVIDIA's device plugin: what makes the GPUs of a node a resource that pods can ask for.

Written for k8s-device-plugin 0.20.0; options from its README, "Configuring the NVIDIA device plugin
binary", and from its own manifests.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ._placement import GPU_RESOURCE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pulumi
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        EnvVarArgsDict,
        PodSpecArgsDict,
        ResourceRequirementsArgsDict,
        SecurityContextArgsDict,
        TolerationArgsDict,
        VolumeArgsDict,
    )

    from .images import Images

DEVICE_PLUGIN = "nvidia-device-plugin"
CONFIG_FILE = "config.yaml"
_CONFIG = "/config"
_PLUGINS = "/var/lib/kubelet/device-plugins"
"""Where the kubelet listens for plugins."""
_FEATURES = "/etc/kubernetes/node-feature-discovery/features.d"
"""Where Node Feature Discovery reads what others found."""
_CPU_MILLICORES = 50
_MEMORY_MIB = 128


def plugin_config(*, mig: bool, time_slices: int) -> str:
    """Return the plugin's configuration file; JSON, which YAML readers take.

    Args:
        mig: Offer slices by the name of their profile (strategy ``mixed``), else whole GPUs.
        time_slices: Pods that take turns on one GPU; 1 shares nothing.
    """
    config: dict[str, Any] = {
        "version": "v1",
        "flags": {"migStrategy": "mixed" if mig else "none", "failOnInitError": True},
    }
    if time_slices > 1:
        config["sharing"] = {
            "timeSlicing": {
                # A shared GPU has a name of its own, so that nobody takes it for a whole one.
                "renameByDefault": True,
                "failRequestsGreaterThanOne": True,
                "resources": [{"name": GPU_RESOURCE, "replicas": time_slices}],
            }
        }
    return json.dumps(config, indent=2) + "\n"


def plugin_pod(  # noqa: PLR0913 - each is a means of the pod, by name
    images: Images,
    *,
    account: pulumi.Input[str],
    config: pulumi.Input[str],
    mig: bool,
    feature_labels: bool,
    node_selector: Mapping[str, str],
    tolerations: Sequence[TolerationArgsDict],
    runtime_class: str | None,
) -> PodSpecArgsDict:
    """Return the pod for each node of one pool; the named objects may be outputs."""
    containers = [_plugin(images, mig=mig)]
    volumes: list[VolumeArgsDict] = [
        {"name": "config", "config_map": {"name": config}},
        {"name": "plugins", "host_path": {"path": _PLUGINS, "type": "Directory"}},
    ]
    if feature_labels:
        containers.append(_feature_discovery(images, mig=mig))
        found: VolumeArgsDict = {"name": "features"}
        found["host_path"] = {"path": _FEATURES, "type": "DirectoryOrCreate"}
        kernel: VolumeArgsDict = {"name": "sys"}
        kernel["host_path"] = {"path": "/sys", "type": "Directory"}
        volumes += [found, kernel]
    spec: PodSpecArgsDict = {
        "service_account_name": account,
        "automount_service_account_token": False,
        "enable_service_links": False,
        # Without it a full node would have no room for what its other pods wait for.
        "priority_class_name": "system-node-critical",
        "node_selector": dict(node_selector),
        "tolerations": list(tolerations),
        "containers": containers,
        "volumes": volumes,
    }
    if runtime_class:
        spec["runtime_class_name"] = runtime_class
    if images.pull_secrets:
        spec["image_pull_secrets"] = [{"name": name} for name in images.pull_secrets]
    return spec


def _plugin(images: Images, *, mig: bool) -> ContainerArgsDict:
    # Root, because the kubelet's folder is root's; and of what root may do, only what slices need.
    security: SecurityContextArgsDict = {
        "allow_privilege_escalation": mig,
        "read_only_root_filesystem": True,
        "run_as_user": 0,
        "capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"] if mig else []},
        "seccomp_profile": {"type": "RuntimeDefault"},
    }
    return {
        "name": "device-plugin",
        "image": images.reference("device_plugin"),
        "command": ["nvidia-device-plugin"],
        "env": [{"name": "CONFIG_FILE", "value": f"{_CONFIG}/{CONFIG_FILE}"}, *_visible(mig=mig)],
        "resources": _resources(),
        "security_context": security,
        "volume_mounts": [
            {"name": "config", "mount_path": _CONFIG, "read_only": True},
            {"name": "plugins", "mount_path": _PLUGINS},
        ],
    }


def _feature_discovery(images: Images, *, mig: bool) -> ContainerArgsDict:
    return {
        "name": "feature-discovery",
        "image": images.reference("device_plugin"),
        "command": ["gpu-feature-discovery"],
        "env": [{"name": "CONFIG_FILE", "value": f"{_CONFIG}/{CONFIG_FILE}"}, *_visible(mig=mig)],
        "resources": _resources(),
        # It reads of virtual GPUs what the kernel shows to nobody else.
        "security_context": {"privileged": True, "read_only_root_filesystem": True},
        "volume_mounts": [
            {"name": "config", "mount_path": _CONFIG, "read_only": True},
            {"name": "features", "mount_path": _FEATURES},
            {"name": "sys", "mount_path": "/sys", "read_only": True},
        ],
    }


def _visible(*, mig: bool) -> list[EnvVarArgsDict]:
    own = {"NVIDIA_VISIBLE_DEVICES": "all", "NVIDIA_DRIVER_CAPABILITIES": "compute,utility"}
    if mig:
        own["NVIDIA_MIG_MONITOR_DEVICES"] = "all"
    return [{"name": name, "value": value} for name, value in own.items()]


def _resources() -> ResourceRequirementsArgsDict:
    return {
        "requests": {"cpu": f"{_CPU_MILLICORES}m", "memory": f"{_MEMORY_MIB}Mi"},
        "limits": {"memory": f"{_MEMORY_MIB}Mi"},
    }
