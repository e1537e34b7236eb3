"""Valid arguments of the project's components, to be changed in one place per test."""

from typing import Any

from hoheit import (
    Architecture,
    ClusterNetwork,
    DeclaredLocation,
    EngineSettings,
    Hub,
    Images,
    ModelWeights,
    ObjectStore,
    Peer,
    VllmSettings,
)
from hoheit_infra import ExistingClusterArgs, LabelledNodes, SimulatedNodes

COMMIT = "0f5ba0b3c1d2e4f60718293a4b5c6d7e8f901234"
DIGEST = "sha256:" + "ab" * 32
FETCHER = "registry.example.internal/hoheit/weights-fetcher:0.1.0"

MISTRAL = Architecture(layers=32, kv_heads=8, head_dim=128, max_position_embeddings=32768)
"""Mistral-7B, from its `config.json`."""


def images(**changes: Any) -> Images:
    given: dict[str, Any] = {"weights_fetcher": FETCHER, "locked": False}
    return Images(**{**given, **changes})


def object_store(**changes: Any) -> ObjectStore:
    given: dict[str, Any] = {
        "endpoint": "https://objects.example.internal",
        "bucket": "models",
        "credentials_secret": "object-store-credentials",
        "peer": Peer(namespace="objects"),
    }
    return ObjectStore(**{**given, **changes})


def hub(**changes: Any) -> Hub:
    given: dict[str, Any] = {"peer": {"cidrs": ["0.0.0.0/0"], "except_cidrs": ["10.0.0.0/8"]}}
    return Hub(**{**given, **changes})


def hub_weights(**changes: Any) -> ModelWeights:
    given: dict[str, Any] = {
        "repository": "TheBloke/Mistral-7B-v0.1-AWQ",
        "revision": COMMIT,
        "size_gib": 3.96,
        "architecture": MISTRAL,
    }
    return ModelWeights(**{**given, **changes})


def stored_weights(uri: str, **changes: Any) -> ModelWeights:
    given: dict[str, Any] = {"uri": uri, "size_gib": 3.96, "architecture": MISTRAL}
    return ModelWeights(**{**given, **changes})


def engine(**changes: Any) -> EngineSettings:
    given: dict[str, Any] = {"max_model_len": 4096}
    return EngineSettings(**{**given, **changes})


def settings(**changes: Any) -> VllmSettings:
    given: dict[str, Any] = {
        "weights": hub_weights(),
        "engine": engine(),
        "served_model_name": "mistral",
    }
    return VllmSettings(**{**given, **changes})


def cluster(**changes: Any) -> ExistingClusterArgs:
    given: dict[str, Any] = {
        "context": "lab",
        "cluster_identifier": "lab",
        "capabilities": {"simulated": True},
        "network": ClusterNetwork(),
    }
    return ExistingClusterArgs(**{**given, **changes})


def simulated_nodes(**changes: Any) -> SimulatedNodes:
    return SimulatedNodes(**{**_nodes(), **changes})


def labelled_nodes(**changes: Any) -> LabelledNodes:
    selector: dict[str, Any] = {"node_selector": {"node.example.internal/pool": "l4"}}
    return LabelledNodes(**{**_nodes(), **selector, **changes})


def _nodes() -> dict[str, Any]:
    node = {"gpu": "L4", "cpu_millicores": 4000, "memory_mib": 14000, "disk_gib": 100}
    return {**node, "nodes": 2}


def declared_location(**changes: Any) -> DeclaredLocation:
    declaration = {"by": "platform team", "declared_on": "2026-11-02", "evidence": "contract 7"}
    given: dict[str, Any] = {"country": "DE", "declaration": declaration}
    return DeclaredLocation(**{**given, **changes})
