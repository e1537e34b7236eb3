"""What a model service keeps and whom it contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._weights import is_pulled
from .location import Fact, Location, Source, SourceKind
from .model_weights import WeightsSource
from .register import DataClass, Egress, OnDestroy, Phase, Store

if TYPE_CHECKING:
    from .images import Images
    from .model_weights import Hub, ModelWeights
    from .object_store import ObjectStore

_HTTPS_PORT = 443


def service_stores(
    name: str,
    weights: ModelWeights,
    store: ObjectStore | None,
    *,
    nodes: Location,
    control_plane: Location,
) -> tuple[Store, ...]:
    """Return every place where a service leaves data."""
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
            backup=fact("none"),
            on_destroy=OnDestroy.DELETE,
        ),
        Store(
            name=f"{name}: container logs",
            data_class=DataClass.LOGS,
            medium="log files on the node; paths and times, no prompts",
            location=nodes,
            on_destroy=OnDestroy.DELETE,
        ),
        Store(
            name=f"{name}: API key",
            data_class=DataClass.CREDENTIALS,
            medium="Kubernetes Secret in etcd, and the Pulumi state (encrypted)",
            location=control_plane,
            retention=fact("until rotated or destroyed"),
            on_destroy=OnDestroy.DELETE,
        ),
    ]
    if is_pulled(weights) and store is not None:
        stores += [
            Store(
                name=f"{name}: weights on the node",
                data_class=DataClass.WEIGHTS,
                medium="emptyDir on the node's disk",
                location=nodes,
                retention=fact("the pod's life"),
                on_destroy=OnDestroy.DELETE,
            ),
            Store(
                name=f"{name}: weights in the object store",
                data_class=DataClass.WEIGHTS,
                medium=f"bucket {store.bucket} at {store.host}",
                location=store.where(),
                encryption=store.declared(store.encryption),
                on_destroy=OnDestroy.RETAIN,
            ),
        ]
    return tuple(stores)


def service_egress(
    name: str,
    weights: ModelWeights,
    images: Images,
    *,
    store: ObjectStore | None,
    hub: Hub | None,
) -> tuple[Egress, ...]:
    """Return every recipient that a service contacts, the kubelet on its behalf included."""
    found = [
        Egress(
            recipient="image registry",
            host=registry,
            port=_HTTPS_PORT,
            purpose=f"images of '{name}', pulled by the node",
            when=Phase.START,
            location=Location(),
        )
        for registry in images.registries
    ]
    if is_pulled(weights) and store is not None:
        found.append(
            Egress(
                recipient=f"object store, bucket {store.bucket}",
                host=store.host,
                port=store.port,
                purpose=f"weights of '{name}'",
                when=Phase.START,
                location=store.where(),
            )
        )
    if weights.source is WeightsSource.HUB and hub is not None:
        found.append(
            Egress(
                recipient="model hub",
                host=hub.endpoint.removeprefix("https://"),
                port=_HTTPS_PORT,
                purpose=f"fetch {weights.repository} once, without any data of users",
                when=Phase.BUILD,
                location=hub.where(),
            )
        )
    return tuple(found)
