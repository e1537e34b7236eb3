"""The containers that bring weights: into the object store, and from there to a pod."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_facts import switches_off

from ._lora import adapter_argument, adapter_mounts, is_copied
from ._pod_security import container_security, pod_security
from ._secret_variable import secret_variable
from ._weights import MODELS, model_path, object_prefix, volume_gib, whence
from ._weights_image import UNPACKED, Unpacking
from .model_weights import Hub

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi
    from pulumi_kubernetes.core.v1 import (
        ContainerArgsDict,
        EnvVarArgsDict,
        PodSpecArgsDict,
        ResourceRequirementsArgsDict,
        VolumeArgsDict,
        VolumeMountArgsDict,
    )

    from .images import Images
    from .lora import LoraAdapter
    from .model_weights import ModelWeights
    from .object_store import ObjectStore

FETCHER_USER = 65532
"""The unprivileged user of the weights-fetcher image."""
_TEMPORARY_GIB = 1
_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_AUTHORITY = "/etc/hoheit/authority"
"""Where the certificate authority of a private object store is mounted."""


def pull_container(weights: ModelWeights, store: ObjectStore, image: str) -> ContainerArgsDict:
    """Return the init container that copies and verifies the weights."""
    arguments = [f"--destination={model_path(weights)}", *_unit_arguments(weights, store)]
    return {
        "name": "weights",
        "image": image,
        "command": ["weights-fetcher", "pull"],
        "args": arguments,
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


def adapters_container(
    adapters: Sequence[LoraAdapter], store: ObjectStore | None, image: str
) -> ContainerArgsDict:
    """Return the init container that brings adapters and compares them with what was declared."""
    source = store if any(is_copied(adapter) for adapter in adapters) else None
    arguments = _store_arguments(source) if source else []
    return {
        "name": "adapters",
        "image": image,
        "command": ["weights-fetcher", "adapters"],
        "args": [*arguments, *(adapter_argument(adapter, source) for adapter in adapters)],
        "env": [*_fetcher_environment(), *(_store_environment(source) if source else [])],
        "termination_message_policy": "FallbackToLogsOnError",
        "resources": _resources(),
        "security_context": container_security(),
        "volume_mounts": [
            *adapter_mounts(adapters, read_only=False),
            {"name": "tmp", "mount_path": "/tmp", "sub_path": "weights"},  # noqa: S108 - emptyDir
            *(_authority_mounts(source) if source else []),
        ],
    }


def mirror_pod(
    weights: ModelWeights,
    store: ObjectStore,
    source: Hub | Unpacking,
    images: Images,
    service_account: pulumi.Input[str],
) -> PodSpecArgsDict:
    """Return the pod of the Job that brings the weights into the object store.

    Args:
        weights: the unit.
        store: where it goes.
        source: the hub that it is fetched from, or the image that it is copied out of.
        images: the fetcher's, and the Secrets with which nodes pull.
        service_account: that may write to the store.
    """
    hub = source if isinstance(source, Hub) else None
    unpacked = source if isinstance(source, Unpacking) else None
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
                "args": _mirror_arguments(weights, store, unpacked),
                "env": [
                    *_fetcher_environment(),
                    *_store_environment(store),
                    *(_hub_environment(hub) if hub else []),
                ],
                "termination_message_policy": "FallbackToLogsOnError",
                "resources": _resources(),
                "security_context": container_security(),
                "volume_mounts": [
                    {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - emptyDir
                    *([unpacked.mount] if unpacked else []),
                    *_authority_mounts(store),
                ],
            }
        ],
        "volumes": [
            {"name": "tmp", "empty_dir": {"size_limit": f"{_TEMPORARY_GIB}Gi"}},
            *([unpacked.volume] if unpacked else []),
            *authority_volumes(store),
        ],
    }
    if unpacked:
        spec["init_containers"] = [unpacked.container]
    if images.pull_secrets:
        spec["image_pull_secrets"] = [{"name": name} for name in images.pull_secrets]
    return spec


def _mirror_arguments(
    weights: ModelWeights, store: ObjectStore, unpacked: Unpacking | None
) -> list[str]:
    repository, revision = whence(weights)
    arguments = [f"--repository={repository}", f"--revision={revision}"]
    if unpacked:
        arguments += [f"--directory={UNPACKED}"]
    arguments += [f"--allow={pattern}" for pattern in weights.fetched]
    arguments += _unit_arguments(weights, store)
    if store.quota_gib is not None:
        arguments += [f"--quota-gib={store.quota_gib}"]
    return arguments


def authority_volumes(store: ObjectStore) -> list[VolumeArgsDict]:
    """Return the volume with the store's own certificate authority, if it has one."""
    if store.ca_config_map is None:
        return []
    return [{"name": "authority", "config_map": {"name": store.ca_config_map}}]


def _authority_mounts(store: ObjectStore) -> list[VolumeMountArgsDict]:
    if store.ca_config_map is None:
        return []
    return [{"name": "authority", "mount_path": _AUTHORITY, "read_only": True}]


def _store_arguments(store: ObjectStore) -> list[str]:
    return [f"--endpoint={store.endpoint}", f"--region={store.region}", f"--bucket={store.bucket}"]


def _unit_arguments(weights: ModelWeights, store: ObjectStore) -> list[str]:
    """Return where the unit lies, what is known of it beforehand, and what is accepted of it."""
    arguments = [*_store_arguments(store), f"--prefix={object_prefix(weights, store)}"]
    arguments += [f"--room-gib={volume_gib(weights)}"]
    arguments += [f"--digest={name}={digest}" for name, digest in sorted(weights.digests.items())]
    if weights.manifest_digest:
        arguments += [f"--manifest-digest={weights.manifest_digest}"]
    if weights.allow_pickles:
        arguments += ["--allow-pickle"]
    if weights.trusted_code:
        arguments += ["--allow-code"]
    return arguments


def _fetcher_environment() -> list[EnvVarArgsDict]:
    own = {"TMPDIR": "/tmp", **switches_off(["huggingface_hub"])}  # noqa: S108 - emptyDir
    return [{"name": name, "value": value} for name, value in own.items()]


def _hub_environment(hub: Hub) -> list[EnvVarArgsDict]:
    endpoint: EnvVarArgsDict = {"name": "HF_ENDPOINT", "value": hub.endpoint}
    if hub.token_secret is None:
        return [endpoint]
    return [endpoint, secret_variable("HF_TOKEN", hub.token_secret, "HF_TOKEN")]


def _store_environment(store: ObjectStore) -> list[EnvVarArgsDict]:
    variables: list[EnvVarArgsDict] = []
    if store.credentials_secret is not None:
        secret = store.credentials_secret
        variables += [secret_variable(name, secret, name) for name in _CREDENTIALS]
    if store.ca_config_map is not None:
        variables.append({"name": "AWS_CA_BUNDLE", "value": f"{_AUTHORITY}/ca.crt"})
    return variables


def _resources() -> ResourceRequirementsArgsDict:
    return {
        "requests": {"cpu": "500m", "memory": "1Gi"},
        "limits": {"memory": "1Gi"},
    }
