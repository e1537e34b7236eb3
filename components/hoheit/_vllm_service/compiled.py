"""The volume for compiled kernels, where the cluster has one that pods can share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_kubernetes as k8s

from hoheit._compile_cache import CompileCache, cache_key, cache_store, claim_spec
from hoheit.capabilities import StoragePurpose

if TYPE_CHECKING:
    from hoheit._server_pod import ServerPod
    from hoheit.cluster import Cluster
    from hoheit.register import Store

    from .parts import Parts


def make_compile_cache(
    parts: Parts, cluster: Cluster, pod: ServerPod, device: str
) -> CompileCache | None:
    """Make the volume of all pods of the service; None where the cluster offers no shared one.

    Its name says what it is compiled for: with another engine, model or device pods move to an
    empty volume, and the old one goes.
    """
    storage = cluster.storage(StoragePurpose.COMPILE_CACHE)
    if storage.storage_class is None:
        return None
    key = cache_key(pod.engine_image, pod.settings.weights, device)
    made = k8s.core.v1.PersistentVolumeClaim(
        f"{parts.name}-compiled",
        metadata={**parts.metadata(), "name": f"{parts.name}-compiled-{key}"},
        spec=claim_spec(storage.storage_class),
        opts=parts.options(),
    )
    return CompileCache(claim=made.metadata.name)


def compile_stores(parts: Parts, cluster: Cluster) -> tuple[Store, ...]:
    """Return the entry of that volume in the register, where there is one."""
    storage = cluster.storage(StoragePurpose.COMPILE_CACHE)
    return (cache_store(parts.name, storage),) if storage.storage_class else ()
