"""What a model service keeps and whom it contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._lora import is_copied
from ._weights import is_pulled, is_shared, whence
from .images import ImageReference
from .location import Fact, Location, Source, SourceKind, where
from .model_weights import WeightsSource
from .register import DataClass, Egress, OnDestroy, Phase, Store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from .capabilities import StorageChoice
    from .lora import LoraAdapter
    from .model_weights import Hub, ModelWeights
    from .object_store import ObjectStore

_HTTPS_PORT = 443
_LOG_FILES = "log files on the node: client names and addresses, paths, sizes, times; no prompts"
_NODE_DISK = "emptyDir on the node's disk"


def service_stores(  # noqa: PLR0913 - each decides on a store, by name
    name: str,
    weights: ModelWeights,
    storage: StorageChoice,
    *,
    nodes: Location,
    control_plane: Location,
    adapters: Sequence[LoraAdapter] = (),
) -> tuple[Store, ...]:
    """Return every place where a service leaves data; what the mirror keeps is the mirror's."""
    derived = Source(kind=SourceKind.DERIVED, by=f"VllmService '{name}'")

    def fact(value: str) -> Fact:
        return Fact(value=value, source=derived)

    stores = [
        Store(
            name=f"{name}: requests and answers",
            data_class=DataClass.PROMPTS,
            medium="GPU and host memory of the server pod (KV and prefix cache)",
            location=nodes,
            retention=fact("until evicted from the cache, at the longest the pod's life"),
            erasure=fact("with the process"),
            on_destroy=OnDestroy.DELETE,
        ),
        Store(
            name=f"{name}: container logs",
            data_class=DataClass.LOGS,
            medium=_LOG_FILES,
            location=nodes,
            on_destroy=OnDestroy.DELETE,
        ),
        Store(
            name=f"{name}: compiled kernels and temporary files",
            data_class=DataClass.CACHE,
            medium=_NODE_DISK,
            location=nodes,
            retention=fact("the pod's life"),
            on_destroy=OnDestroy.DELETE,
        ),
        Store(
            name=f"{name}: API key",
            data_class=DataClass.CREDENTIALS,
            medium="Kubernetes Secrets in etcd, and the Pulumi state (encrypted); pods of gateways "
            "have digests",
            location=control_plane,
            retention=fact("until rotated or destroyed"),
            on_destroy=OnDestroy.DELETE,
        ),
    ]
    stores += _weights_stores(name, weights, storage, nodes, fact)
    if any(is_copied(adapter) for adapter in adapters):
        stores.append(_of_the_pod(f"{name}: adapters of the pod", _NODE_DISK, nodes, fact))
    return tuple(stores)


def router_stores(name: str, *, nodes: Location) -> tuple[Store, ...]:
    """Return where the routers of a service leave data; ``nodes`` are those of the cluster."""
    derived = Source(kind=SourceKind.DERIVED, by=f"VllmService '{name}'")
    return (
        Store(
            name=f"{name}: beginnings of requests",
            data_class=DataClass.PROMPTS,
            medium="memory of the router pod, by which it chooses a server",
            location=nodes,
            retention=Fact(value="until evicted, at the longest the pod's life", source=derived),
            erasure=Fact(value="with the process", source=derived),
            on_destroy=OnDestroy.DELETE,
        ),
        Store(
            name=f"{name}: container logs of the router",
            data_class=DataClass.LOGS,
            medium=_LOG_FILES,
            location=nodes,
            on_destroy=OnDestroy.DELETE,
        ),
    )


def _weights_stores(
    name: str,
    weights: ModelWeights,
    storage: StorageChoice,
    nodes: Location,
    fact: Callable[[str], Fact],
) -> list[Store]:
    if not is_pulled(weights):
        return []
    if is_shared(weights, storage):
        return [
            Store(
                name=f"{name}: weights of all pods",
                data_class=DataClass.WEIGHTS,
                medium=f"shared volume of storage class {storage.storage_class}",
                location=storage.location,
                encryption=storage.encryption,
                key_holder=storage.key_holder,
                retention=fact("until the service takes other weights, or is destroyed"),
                on_destroy=OnDestroy.DELETE,
            )
        ]
    medium = _NODE_DISK
    if storage.storage_class:
        medium = f"ephemeral volume of storage class {storage.storage_class}"
    return [_of_the_pod(f"{name}: weights of the pod", medium, nodes, fact)]


def _of_the_pod(name: str, medium: str, nodes: Location, fact: Callable[[str], Fact]) -> Store:
    return Store(
        name=name,
        data_class=DataClass.WEIGHTS,
        medium=medium,
        location=nodes,
        retention=fact("the pod's life"),
        on_destroy=OnDestroy.DELETE,
    )


def mirror_stores(store: ObjectStore, prefix: str) -> tuple[Store, ...]:
    """Return where a mirror keeps the weights; nothing deletes them."""
    return (
        Store(
            name=f"weights below {prefix}",
            data_class=DataClass.WEIGHTS,
            medium=f"bucket {store.bucket} at {store.host}",
            host=store.host,
            location=store.whereabouts,
            encryption=store.encryption_at_rest,
            on_destroy=OnDestroy.RETAIN,
        ),
    )


def service_recipients(
    name: str,
    weights: ModelWeights,
    images: Iterable[str],
    store: ObjectStore | None,
    adapters: Sequence[LoraAdapter] = (),
) -> tuple[Egress, ...]:
    """Return every recipient that server pods contact, and their node on their behalf."""
    pulled = list(images)
    if weights.source is WeightsSource.OCI:
        pulled.append((weights.uri or "").removeprefix("oci://"))
    found = registry_recipients(f"images of '{name}'", pulled)
    if store is None:
        return found
    if is_pulled(weights) or any(is_copied(adapter) for adapter in adapters):
        found += (_object_store(store, f"copy the weights of '{name}'"),)
    return found


def mirror_recipients(
    weights: ModelWeights, images: Mapping[str, str], store: ObjectStore, hub: Hub | None
) -> tuple[Egress, ...]:
    """Return every recipient that the Job contacts which brings weights.

    Args:
        weights: the unit.
        images: what nodes pull for it: references by purpose.
        store: where it goes.
        hub: where it is fetched from; None where it comes in one of the images.
    """
    name, _ = whence(weights)
    pulled = [
        recipient
        for purpose, image in images.items()
        for recipient in registry_recipients(purpose, [image])
    ]
    fetched = [] if hub is None else [_hub(hub, name)]
    return (*pulled, *fetched, _object_store(store, f"keep the weights of {name}"))


def _hub(hub: Hub, repository: str) -> Egress:
    return Egress(
        recipient="model hub",
        host=hub.host,
        port=hub.port,
        purpose=f"fetch {repository} once, without any data of users",
        when=Phase.BUILD,
        location=where(hub.location),
    )


def registry_recipients(purpose: str, references: Iterable[str]) -> tuple[Egress, ...]:
    """Return the registries that nodes pull ``references`` from, each once."""
    registries = {ImageReference.parse(reference).registry for reference in references}
    return tuple(_registry(purpose, registry) for registry in sorted(registries))


def _registry(purpose: str, registry: str) -> Egress:
    host, _, port = registry.partition(":")
    return Egress(
        recipient="image registry",
        host=host,
        port=int(port or _HTTPS_PORT),
        purpose=f"{purpose}, pulled by the node",
        when=Phase.START,
        location=Location(),
    )


def _object_store(store: ObjectStore, purpose: str) -> Egress:
    return Egress(
        recipient=f"object store, bucket {store.bucket}",
        host=store.host,
        port=store.port,
        purpose=purpose,
        when=Phase.START,
        location=store.whereabouts,
    )
