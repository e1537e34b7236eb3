"""The DCGM exporters: one DaemonSet for each pool that has GPUs."""

from collections.abc import Sequence

import pulumi_kubernetes as k8s

from hoheit._deployment_spec import CONFIG_HASH_ANNOTATION, config_hash
from hoheit._labels import object_labels
from hoheit._placement import POOL_LABEL
from hoheit.gpu_node_pool import GpuNodePool
from hoheit.images import Images
from hoheit.network import Peer

from .dcgm import COUNTERS_FILE, counters_csv, dcgm_exporter_pod
from .making import Maker
from .names import DCGM_EXPORTER, DCGM_EXPORTER_PORT
from .needs import scraped_by
from .targets import gpu_labels


def gpu_exporters(
    maker: Maker, pools: Sequence[GpuNodePool], images: Images, prometheus: Peer
) -> None:
    """Make an exporter on every GPU node; it talks to nobody, and Prometheus may ask it."""
    policy = maker.policy(DCGM_EXPORTER, [scraped_by(prometheus, DCGM_EXPORTER_PORT)], [])
    account = maker.account(DCGM_EXPORTER)
    counters = maker.config(DCGM_EXPORTER, "counters", {COUNTERS_FILE: counters_csv()})
    for pool in pools:
        name = pool.pulumi_resource_name
        own = {POOL_LABEL: name}
        spec = dcgm_exporter_pod(
            images,
            account=account,
            counters=counters,
            node_selector=pool.node_selector,
            tolerations=pool.tolerations,
            runtime_class=pool.cluster.capabilities.gpu_runtime_class,
        )
        k8s.apps.v1.DaemonSet(
            f"{maker.stack}-{DCGM_EXPORTER}-{name}",
            metadata=maker.metadata(DCGM_EXPORTER),
            spec={
                "selector": {"match_labels": {**gpu_labels(maker.stack), **own}},
                "template": {
                    "metadata": {
                        "labels": {**object_labels(DCGM_EXPORTER, maker.stack), **own},
                        "annotations": {CONFIG_HASH_ANNOTATION: config_hash([counters_csv()])},
                    },
                    "spec": spec,
                },
            },
            opts=maker.options(depends_on=[maker.ready, *pool.ready, policy]),
        )
