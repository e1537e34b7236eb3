"""Where weights lie: in the object store, on a volume, in a server container."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

from .model_weights import ModelWeights, WeightsSource

if TYPE_CHECKING:
    import pulumi
    from pulumi_kubernetes.core.v1 import PersistentVolumeClaimSpecArgsDict, VolumeArgsDict

    from .capabilities import StorageChoice
    from .lora import LoraAdapter
    from .object_store import ObjectStore

MODELS = "/models"
"""Where the weights volume is mounted in a server pod."""
SPARE = 1.1
"""Room for what a file system takes beside the files."""


def volume_gib(weights: ModelWeights) -> int:
    """Return the size in GiB that a volume needs to hold the weights."""
    return math.ceil(weights.size_gib * SPARE)


def is_pulled(weights: ModelWeights) -> bool:
    """Tell whether server pods copy the weights out of the object store."""
    return is_mirrored(weights) or weights.source is WeightsSource.S3


def is_mirrored(weights: ModelWeights) -> bool:
    """Tell whether a Job brings the weights into the object store."""
    return weights.source in (WeightsSource.HUB, WeightsSource.IMAGE)


def check_source(weights: ModelWeights, bucket: str | None, *, hub: bool) -> None:
    """Tell whether the weights can reach a server pod with the means of an environment.

    Args:
        weights: the unit.
        bucket: the environment's bucket; None where it has no object store.
        hub: whether there is one to fetch a repository from.

    Raises:
        ValueError: beginning with the field that asks for what is not there.
    """
    source, inside = weights.source, f"s3://{bucket}/"
    if is_pulled(weights) and bucket is None:
        raise ValueError("weights: server pods take these from object_store, which is missing")
    if source is WeightsSource.HUB and not hub:
        raise ValueError("weights.repository: fetched from hub, which is missing")
    if source is WeightsSource.S3 and not (weights.uri or "").startswith(inside):
        raise ValueError(f"weights.uri: must lie in the object store's bucket, {inside}")


def model_path(weights: ModelWeights) -> str:
    """Return the directory of the weights inside the server container."""
    if weights.source is WeightsSource.PVC:
        path = (weights.uri or "").removeprefix("pvc://").partition("/")[2]
        return f"{MODELS}/{path}".rstrip("/")
    return MODELS if weights.source is WeightsSource.OCI else f"{MODELS}/{weights.name}"


def object_prefix(unit: ModelWeights | LoraAdapter, store: ObjectStore) -> str:
    """Return the key prefix under which the object store keeps weights, or an adapter."""
    if unit.source is WeightsSource.S3:
        return (unit.uri or "").removeprefix(f"s3://{store.bucket}/").rstrip("/")
    if isinstance(unit, ModelWeights) and unit.source is WeightsSource.IMAGE:
        name, revision = whence(unit)
        return f"{store.prefix}/{name}/{revision.removeprefix('sha256:')}{unit.image_path}"
    return f"{store.prefix}/{unit.repository}/{unit.revision}"


def whence(weights: ModelWeights) -> tuple[str, str]:
    """Return the repository of a mirrored unit and its revision, as its manifest names them.

    The digest of an image is its revision. Its registry is left out: a digest is the same image in
    every registry, and a mirror of one changes nothing.
    """
    if (image := weights.image_reference) is None:
        return weights.repository or "", weights.revision or ""
    return image.repository, image.digest or image.tag or ""


def is_shared(weights: ModelWeights, storage: StorageChoice) -> bool:
    """Tell whether all pods of a service read one copy of the weights."""
    return is_pulled(weights) and storage.read_write_many


def unit_key(weights: ModelWeights) -> str:
    """Return a few digits that change whenever the unit does.

    Which files belong to it counts too: the fetcher removes others, and a pod may be reading them.
    """
    stated = (weights.repository, weights.revision, weights.uri, weights.manifest_digest)
    image = (*whence(weights), weights.image_path) if weights.image else ()
    parts = (*map(str, stated), *image, *sorted(weights.fetched))
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:8]


def shared_claim_spec(
    weights: ModelWeights, storage: StorageChoice
) -> PersistentVolumeClaimSpecArgsDict:
    """Return the claim of a volume that holds one copy of the weights for all pods."""
    return {
        "access_modes": ["ReadWriteMany"],
        "storage_class_name": storage.storage_class or "",
        "resources": {"requests": {"storage": f"{volume_gib(weights)}Gi"}},
    }


def weights_volume(
    weights: ModelWeights, storage: StorageChoice, shared_claim: pulumi.Input[str] | None = None
) -> VolumeArgsDict:
    """Return the volume of a server pod that holds the weights.

    Args:
        weights: the unit; a claim or an image is mounted as it is.
        storage: where a copy out of the object store rests.
        shared_claim: name of the claim that all pods share; None where each has its own volume.
    """
    if shared_claim is not None:
        return {"name": "weights", "persistent_volume_claim": {"claim_name": shared_claim}}
    if weights.source is WeightsSource.PVC:
        claim = (weights.uri or "").removeprefix("pvc://").partition("/")[0]
        return {
            "name": "weights",
            "persistent_volume_claim": {"claim_name": claim, "read_only": True},
        }
    if weights.source is WeightsSource.OCI:
        reference = (weights.uri or "").removeprefix("oci://")
        return {"name": "weights", "image": {"reference": reference}}
    size = f"{volume_gib(weights)}Gi"
    if storage.storage_class is None:
        return {"name": "weights", "empty_dir": {"size_limit": size}}
    template: PersistentVolumeClaimSpecArgsDict = {
        "access_modes": ["ReadWriteOnce"],
        "storage_class_name": storage.storage_class,
        "resources": {"requests": {"storage": size}},
    }
    return {"name": "weights", "ephemeral": {"volume_claim_template": {"spec": template}}}
