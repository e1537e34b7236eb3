"""Whom the pods of a model service must talk to, and who must talk to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._gateway import API_PORT, METRICS_PORT
from ._network_policy import Need, name_service
from ._weights import is_pulled

if TYPE_CHECKING:
    from .model_weights import Hub
    from .network import ClusterNetwork
    from .object_store import ObjectStore
    from .vllm_settings import VllmSettings


def server_ingress(settings: VllmSettings) -> list[Need]:
    """Return who may call the API and who may read metrics."""
    clients = [
        Need(purpose="call the model", peer=peer, port=API_PORT) for peer in settings.clients
    ]
    scrapers = [
        Need(purpose="scrape metrics", peer=peer, port=METRICS_PORT) for peer in settings.scrapers
    ]
    return clients + scrapers


def server_egress(
    settings: VllmSettings, store: ObjectStore | None, network: ClusterNetwork
) -> list[Need]:
    """Return what a server pod contacts: nothing, once its weights are there."""
    if store is None or not is_pulled(settings.weights):
        return []
    return [name_service(network), _store_need(store, "copy the weights before start")]


def mirror_egress(store: ObjectStore, hub: Hub, network: ClusterNetwork) -> list[Need]:
    """Return what the Job contacts that brings the weights."""
    fetch = Need(purpose="fetch the weights once", peer=hub.peer, port=hub.port)
    return [name_service(network), fetch, _store_need(store, "keep the weights")]


def _store_need(store: ObjectStore, purpose: str) -> Need:
    return Need(purpose=purpose, peer=store.peer, port=store.port)
