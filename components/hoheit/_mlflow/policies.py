"""NetworkPolicies of the three pods: who calls MLflow, and whom it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit._labels import selector_labels
from hoheit._network_policy import Need, name_service
from hoheit._stores.objects import OBJECTS_PORT, VERSITYGW
from hoheit._stores.policies import Neighbour, Policy

from .database import DATABASE_PORT, POSTGRES
from .gateway import API_PORT

if TYPE_CHECKING:
    from hoheit.mlflow_settings import MlflowSettings
    from hoheit.network import ClusterNetwork

MLFLOW = "mlflow"


def server_policy(name: str, settings: MlflowSettings, network: ClusterNetwork) -> Policy:
    """Return: clients in; DNS, the database and the object store out."""
    ingress = [
        Need(purpose="track runs, read models", peer=peer, port=API_PORT)
        for peer in settings.clients
    ]
    egress: list[Need] = []
    neighbours: list[Neighbour] = []
    if (database := settings.existing_database) is not None:
        purpose = "keep runs and accounts"
        egress.append(Need(purpose=purpose, peer=database.peer, port=database.port))
    elif settings.bundled_database is not None:
        neighbours.append(_database(name))
    if (store := settings.existing_artifacts) is not None:
        egress.append(Need(purpose="keep artifacts", peer=store.peer, port=store.port))
    else:
        neighbours.append(_objects(name))
    return Policy.of(
        selector_labels(MLFLOW, name),
        ingress=ingress,
        egress=[name_service(network), *egress],
        to=neighbours,
    )


def database_policy(name: str) -> Policy:
    """Return: MLflow in, nothing out."""
    server = _server(name, "keep runs and accounts", DATABASE_PORT)
    return Policy.of(selector_labels(POSTGRES, name), from_=[server])


def objects_policy(name: str) -> Policy:
    """Return: MLflow in, nothing out."""
    server = _server(name, "keep artifacts", OBJECTS_PORT)
    return Policy.of(selector_labels(VERSITYGW, name), from_=[server])


def _server(name: str, purpose: str, port: int) -> Neighbour:
    return Neighbour(purpose=purpose, labels=selector_labels(MLFLOW, name), port=port)


def _database(name: str) -> Neighbour:
    labels = selector_labels(POSTGRES, name)
    return Neighbour(purpose="keep runs and accounts", labels=labels, port=DATABASE_PORT)


def _objects(name: str) -> Neighbour:
    labels = selector_labels(VERSITYGW, name)
    return Neighbour(purpose="keep artifacts", labels=labels, port=OBJECTS_PORT)
