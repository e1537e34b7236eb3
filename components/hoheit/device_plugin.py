"""GPU software for the nodes of one pool, where the cluster's owner runs none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from ._args import Args, DnsLabel
from ._deployment_spec import CONFIG_HASH_ANNOTATION, config_hash
from ._device_plugin import CONFIG_FILE, DEVICE_PLUGIN, plugin_config, plugin_pod
from ._labels import PART_OF, object_labels, selector_labels
from ._network_policy import NEEDS_ANNOTATION, default_deny
from .cluster import Cluster, NodeShape
from .images import Images

_PRIVILEGED = {f"pod-security.kubernetes.io/{mode}": "privileged" for mode in ("enforce", "warn")}
"""Its pods write into the kubelet's folder; no stricter standard lets a pod do that."""


class DevicePluginSettings(Args):
    """NVIDIA's device plugin, for clusters whose owner does not run it (or the GPU Operator).

    Driver and container toolkit are on the nodes already: no pod installs them.
    """

    namespace: DnsLabel
    """Namespace to create for it, of its own: its pods need what the restricted Pod Security
    Standard denies (a folder of the host; root; with MIG the capability ``SYS_ADMIN``)."""
    feature_labels: bool = False
    """Find out what GPUs a node has and hand it to Node Feature Discovery, which the cluster runs
    and which writes the labels. That container is privileged."""


@dataclass(frozen=True, kw_only=True)
class PoolNodes:
    """The nodes that the plugin runs on."""

    cluster: Cluster
    shape: NodeShape
    node_selector: Mapping[str, str]
    tolerations: Sequence[k8s.core.v1.TolerationArgsDict]


def device_plugin(
    name: str,
    settings: DevicePluginSettings,
    nodes: PoolNodes,
    images: Images,
    opts: pulumi.ResourceOptions,
) -> k8s.apps.v1.DaemonSet:
    """Create namespace, account, configuration and DaemonSet of the plugin; return the DaemonSet.

    One for each pool, because the configuration is the pool's. Choosing it by a label of the node
    instead would need a token that reads nodes.
    """
    namespace = k8s.core.v1.Namespace(
        f"{name}-gpu-namespace",
        metadata={"name": settings.namespace, "labels": {**PART_OF, **_PRIVILEGED}},
        opts=opts,
    )
    metadata: k8s.meta.v1.ObjectMetaArgsDict = {
        "namespace": namespace.metadata.name,
        "labels": object_labels(DEVICE_PLUGIN, name),
    }
    policy = k8s.networking.v1.NetworkPolicy(
        f"{name}-gpu-default-deny",
        metadata={**metadata, "annotations": {NEEDS_ANNOTATION: "nothing: it talks to the node"}},
        spec=default_deny(),
        opts=opts,
    )
    account = k8s.core.v1.ServiceAccount(
        f"{name}-gpu-account",
        metadata=metadata,
        automount_service_account_token=False,
        opts=opts,
    )
    mig = "/mig-" in nodes.shape.gpu_resource
    text = plugin_config(mig=mig, time_slices=nodes.shape.time_slices)
    config = k8s.core.v1.ConfigMap(
        f"{name}-gpu-config", metadata=metadata, immutable=True, data={CONFIG_FILE: text}, opts=opts
    )
    pod = plugin_pod(
        images.rewritten(nodes.cluster.image),
        account=account.metadata.name,
        config=config.metadata.name,
        mig=mig,
        feature_labels=settings.feature_labels,
        node_selector=nodes.node_selector,
        tolerations=nodes.tolerations,
        runtime_class=nodes.cluster.capabilities.gpu_runtime_class,
    )
    selector = selector_labels(DEVICE_PLUGIN, name)
    return k8s.apps.v1.DaemonSet(
        f"{name}-gpu-device-plugin",
        metadata=metadata,
        spec={
            "selector": {"match_labels": selector},
            "template": {
                "metadata": {
                    "labels": object_labels(DEVICE_PLUGIN, name),
                    "annotations": {CONFIG_HASH_ANNOTATION: config_hash([text])},
                },
                "spec": pod,
            },
        },
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(depends_on=[policy])),
    )
