"""Whom the pods of a model service must talk to, and who must talk to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._gateway import API_PORT, HEALTH_PORT, METRICS_PORT
from ._network_policy import Need, name_service
from ._stores.policies import Neighbour, Policy

if TYPE_CHECKING:
    from .model_weights import Hub
    from .network import ClusterNetwork
    from .object_store import ObjectStore
    from .vllm_settings import VllmSettings


def server_policy(
    settings: VllmSettings,
    store: ObjectStore | None,
    network: ClusterNetwork,
    *,
    servers: dict[str, str],
    routers: dict[str, str],
) -> Policy:
    """Return who may call the server pods, and what they call.

    Args:
        settings: of the service.
        store: where weights come from.
        network: of the cluster.
        servers: labels of the server pods.
        routers: labels of the router pods; where there are any, nobody else calls the API.
    """
    egress = server_egress(settings, store, network)
    if not settings.routed:
        return Policy.of(servers, ingress=service_ingress(settings), egress=egress)
    return Policy.of(servers, ingress=_scrapers(settings), egress=egress, from_=_between(routers))


def router_policy(
    settings: VllmSettings,
    network: ClusterNetwork,
    *,
    servers: dict[str, str],
    routers: dict[str, str],
) -> Policy:
    """Return who may call the router pods, and that they call the server pods."""
    return Policy.of(
        routers,
        ingress=service_ingress(settings),
        egress=[name_service(network)],
        to=_between(servers),
    )


def service_ingress(settings: VllmSettings) -> list[Need]:
    """Return who may call the API and who may read metrics."""
    clients = [
        Need(purpose="call the model", peer=peer, port=API_PORT) for peer in settings.clients
    ]
    return clients + _scrapers(settings)


def server_egress(
    settings: VllmSettings, store: ObjectStore | None, network: ClusterNetwork
) -> list[Need]:
    """Return what a server pod contacts: nothing, once its weights are there."""
    if store is None or not settings.copies_from_store:
        return []
    return [name_service(network), _store_need(store, "copy the weights before start")]


def mirror_egress(store: ObjectStore, hub: Hub | None, network: ClusterNetwork) -> list[Need]:
    """Return what the Job contacts that brings the weights; without a hub, the store alone."""
    fetch = [Need(purpose="fetch the weights once", peer=hub.peer, port=hub.port)] if hub else []
    return [name_service(network), *fetch, _store_need(store, "keep the weights")]


def _scrapers(settings: VllmSettings) -> list[Need]:
    return [
        Need(purpose="scrape metrics", peer=peer, port=METRICS_PORT) for peer in settings.scrapers
    ]


def _between(others: dict[str, str]) -> list[Neighbour]:
    """Return the two ports between routers and servers, seen from either side."""
    return [
        Neighbour(purpose="hand on requests", labels=others, port=API_PORT),
        Neighbour(purpose="ask whether it is ready", labels=others, port=HEALTH_PORT),
    ]


def _store_need(store: ObjectStore, purpose: str) -> Need:
    return Need(purpose=purpose, peer=store.peer, port=store.port)
