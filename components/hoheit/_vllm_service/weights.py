"""What a model service makes so that weights and adapters reach its pods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_kubernetes as k8s

from hoheit._lora import adapter_key, adapter_unit, is_copied
from hoheit._weights import (
    is_mirrored,
    is_pulled,
    is_shared,
    object_prefix,
    shared_claim_spec,
    unit_key,
)
from hoheit.cluster import Access, ObjectStoreGrant
from hoheit.model_weights import WeightsSource
from hoheit.weights_mirror import WeightsMirror, WeightsMirrorArgs

if TYPE_CHECKING:
    import pulumi

    from hoheit.capabilities import StorageChoice
    from hoheit.model_weights import ModelWeights
    from hoheit.vllm_service import VllmServiceArgs

    from .parts import Parts


def weights_mirrors(parts: Parts, args: VllmServiceArgs) -> list[WeightsMirror]:
    """Bring every repository and image into the object store; servers wait until it is there."""
    if args.object_store is None:
        return []
    return [
        WeightsMirror(
            name,
            WeightsMirrorArgs(
                cluster=args.pool.cluster,
                namespace=args.namespace,
                weights=unit,
                hub=args.hub if unit.source is WeightsSource.HUB else None,
                object_store=args.object_store,
                images=args.images,
            ),
            opts=parts.options(),
        )
        for name, unit in _mirrored(parts.name, args).items()
    ]


def read_grants(args: VllmServiceArgs) -> list[ObjectStoreGrant]:
    """Return the rights that server pods need in the object store, prefix by prefix."""
    store = args.object_store
    if store is None:
        return []
    prefixes = [object_prefix(args.weights, store)] if is_pulled(args.weights) else []
    prefixes += [object_prefix(one, store) for one in args.adapters if is_copied(one)]
    return [
        ObjectStoreGrant(bucket=store.bucket, prefix=prefix, access=Access.READ)
        for prefix in prefixes
    ]


def shared_weights(
    parts: Parts, weights: ModelWeights, storage: StorageChoice
) -> pulumi.Output[str] | None:
    """Make the volume of one unit that all pods share, and return the name of its claim.

    Another unit gets another volume: pods of the previous one read theirs until they are gone.
    """
    if not is_shared(weights, storage):
        return None
    claim = k8s.core.v1.PersistentVolumeClaim(
        f"{parts.name}-weights-{unit_key(weights)}",
        # Where the class waits for a pod, the claim is bound only once the Deployment is there.
        metadata={**parts.metadata(), "annotations": {"pulumi.com/skipAwait": "true"}},
        spec=shared_claim_spec(weights, storage),
        opts=parts.options(),
    )
    return claim.metadata.name


def _mirrored(service: str, args: VllmServiceArgs) -> dict[str, ModelWeights]:
    units: dict[str, ModelWeights] = {}
    if is_mirrored(args.weights):
        units[f"{service}-weights"] = args.weights
    for adapter in args.adapters:
        if adapter.source is WeightsSource.HUB:
            units[f"{service}-{adapter_key(adapter)}"] = adapter_unit(adapter)
    return units
