"""How weights travel: from a hub into the object store, and from there into a server pod."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from hoheit_facts import switches_off

from ._pod_security import container_security, pod_security
from .model_weights import WeightsSource

if TYPE_CHECKING:
    import pulumi
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        EnvVarArgsDict,
        PersistentVolumeClaimSpecArgsDict,
        PodSpecArgsDict,
        ResourceRequirementsArgsDict,
        VolumeArgsDict,
        VolumeMountArgsDict,
    )

    from .cluster import StorageChoice
    from .images import Images
    from .model_weights import Hub, ModelWeights
    from .object_store import ObjectStore

MODELS = "/models"
"""Where the weights volume is mounted in a server pod."""
FETCHER_USER = 65532
"""The unprivileged user of the weights-fetcher image."""
_TEMPORARY_GIB = 1
_SPARE = 1.1
"""Room for what a file system takes beside the files."""
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_AUTHORITY = "/etc/hoheit/authority"
"""Where the certificate authority of a private object store is mounted."""


def volume_gib(weights: ModelWeights) -> int:
    """Return the size in GiB that a volume needs to hold the weights."""
    return math.ceil(weights.size_gib * _SPARE)


def is_pulled(weights: ModelWeights) -> bool:
    """Tell whether server pods copy the weights out of the object store."""
    return weights.source in (WeightsSource.HUB, WeightsSource.S3)


def model_path(weights: ModelWeights) -> str:
    """Return the directory of the weights inside the server container."""
    if weights.source is WeightsSource.PVC:
        path = (weights.uri or "").removeprefix("pvc://").partition("/")[2]
        return f"{MODELS}/{path}".rstrip("/")
    return MODELS if weights.source is WeightsSource.OCI else f"{MODELS}/{weights.name}"


def object_prefix(weights: ModelWeights, store: ObjectStore) -> str:
    """Return the key prefix under which the object store keeps this unit."""
    if weights.source is WeightsSource.S3:
        return (weights.uri or "").removeprefix(f"s3://{store.bucket}/").rstrip("/")
    return f"{store.prefix}/{weights.repository}/{weights.revision}"


def weights_volume(weights: ModelWeights, storage: StorageChoice) -> VolumeArgsDict:
    """Return the volume of a server pod that holds the weights.

    Args:
        weights: the unit; a claim or an image is mounted as it is.
        storage: where a copy out of the object store rests for the pod's life.
    """
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


def pull_container(weights: ModelWeights, store: ObjectStore, image: str) -> ContainerArgsDict:
    """Return the init container that copies and verifies the weights."""
    arguments = [f"--destination={model_path(weights)}", *_store_arguments(weights, store)]
    return {
        "name": "weights",
        "image": image,
        "command": ["weights-fetcher", "pull"],
        "args": [*arguments, *_digest_arguments(weights)],
        "env": [*_fetcher_environment(), *_store_environment(store)],
        # Its last line says in one sentence why it failed; `kubectl describe pod` then shows it.
        "termination_message_policy": "FallbackToLogsOnError",
        "resources": _resources(),
        "security_context": container_security(),
        "volume_mounts": [
            {"name": "weights", "mount_path": MODELS},
            {"name": "tmp", "mount_path": "/tmp", "sub_path": "weights"},  # noqa: S108 - emptyDir
            *_authority_mounts(store),
        ],
    }


def mirror_pod(
    weights: ModelWeights,
    store: ObjectStore,
    hub: Hub,
    images: Images,
    service_account: pulumi.Input[str],
) -> PodSpecArgsDict:
    """Return the pod of the Job that brings the weights from the hub into the object store."""
    arguments = [f"--repository={weights.repository}", f"--revision={weights.revision}"]
    arguments += _store_arguments(weights, store)
    arguments += [f"--allow={pattern}" for pattern in weights.files]
    spec: PodSpecArgsDict = {
        "restart_policy": "OnFailure",
        "automount_service_account_token": False,
        "enable_service_links": False,
        "service_account_name": service_account,
        "security_context": pod_security(FETCHER_USER),
        "containers": [
            {
                "name": "mirror",
                "image": images.reference("weights_fetcher"),
                "command": ["weights-fetcher", "mirror"],
                "args": [*arguments, *_digest_arguments(weights)],
                "env": [
                    *_fetcher_environment(),
                    *_store_environment(store),
                    *_hub_environment(hub),
                ],
                "termination_message_policy": "FallbackToLogsOnError",
                "resources": _resources(),
                "security_context": container_security(),
                "volume_mounts": [
                    {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - emptyDir
                    *_authority_mounts(store),
                ],
            }
        ],
        "volumes": [
            {"name": "tmp", "empty_dir": {"size_limit": f"{_TEMPORARY_GIB}Gi"}},
            *authority_volumes(store),
        ],
    }
    if images.pull_secrets:
        spec["image_pull_secrets"] = [{"name": name} for name in images.pull_secrets]
    return spec


def authority_volumes(store: ObjectStore) -> list[VolumeArgsDict]:
    """Return the volume with the store's own certificate authority, if it has one."""
    if store.ca_config_map is None:
        return []
    return [{"name": "authority", "config_map": {"name": store.ca_config_map}}]


def _authority_mounts(store: ObjectStore) -> list[VolumeMountArgsDict]:
    if store.ca_config_map is None:
        return []
    return [{"name": "authority", "mount_path": _AUTHORITY, "read_only": True}]


def _store_arguments(weights: ModelWeights, store: ObjectStore) -> list[str]:
    return [
        f"--endpoint={store.endpoint}",
        f"--region={store.region}",
        f"--bucket={store.bucket}",
        f"--prefix={object_prefix(weights, store)}",
    ]


def _digest_arguments(weights: ModelWeights) -> list[str]:
    arguments = [f"--digest={name}={digest}" for name, digest in sorted(weights.digests.items())]
    if weights.manifest_digest:
        arguments += [f"--manifest-digest={weights.manifest_digest}"]
    return arguments


def _fetcher_environment() -> list[EnvVarArgsDict]:
    own = {"TMPDIR": "/tmp", **switches_off(["huggingface_hub"])}  # noqa: S108 - emptyDir
    return [{"name": name, "value": value} for name, value in own.items()]


def _hub_environment(hub: Hub) -> list[EnvVarArgsDict]:
    endpoint: EnvVarArgsDict = {"name": "HF_ENDPOINT", "value": hub.endpoint}
    token = [] if hub.token_secret is None else [_from_secret("HF_TOKEN", hub.token_secret)]
    return [endpoint, *token]


def _store_environment(store: ObjectStore) -> list[EnvVarArgsDict]:
    variables: list[EnvVarArgsDict] = []
    if store.credentials_secret is not None:
        secret = store.credentials_secret
        variables += [_from_secret(name, secret) for name in _CREDENTIALS]
    if store.ca_config_map is not None:
        variables.append({"name": "AWS_CA_BUNDLE", "value": f"{_AUTHORITY}/ca.crt"})
    return variables


def _from_secret(name: str, secret: pulumi.Input[str]) -> EnvVarArgsDict:
    return {"name": name, "value_from": {"secret_key_ref": {"name": secret, "key": name}}}


def _resources() -> ResourceRequirementsArgsDict:
    return {
        "requests": {"cpu": "500m", "memory": "1Gi"},
        "limits": {"memory": "1Gi"},
    }
