"""Valid arguments of the project's components, to be changed in one place per test."""

from typing import Any

from hoheit import (
    ClusterNetwork,
    DeclaredLocation,
    EngineSettings,
    Hub,
    Images,
    LoraAdapter,
    ModelWeights,
    MonitoringSettings,
    ObjectStore,
    Peer,
    ScrapeTarget,
    VllmSettings,
    WebhookReceiver,
)
from hoheit_facts import ENGINE
from hoheit_infra import CpuNodes, ExistingClusterArgs, LabelledNodes, SimulatedNodes

COMMIT = "0f5ba0b3c1d2e4f60718293a4b5c6d7e8f901234"
DIGEST = "sha256:" + "ab" * 32
CONFIG_DIGEST = "sha256:" + "ef" * 32
WEIGHTS_IMAGE = f"registry.example.internal/models/mistral:0.1.0@{DIGEST}"
FETCHER = "registry.example.internal/hoheit/weights-fetcher:0.1.0"
MLFLOW = "registry.example.internal/hoheit/mlflow:3.18.0-0.1.0"

MISTRAL: dict[str, Any] = {
    "architectures": ["MistralForCausalLM"],
    "model_type": "mistral",
    "hidden_size": 4096,
    "intermediate_size": 14336,
    "vocab_size": 32000,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 8,
    "max_position_embeddings": 32768,
    "sliding_window": 4096,
    "tie_word_embeddings": False,
    "torch_dtype": "float16",
    "quantization_config": {
        "quant_method": "awq",
        "bits": 4,
        "group_size": 128,
        "zero_point": True,
    },
}
"""Mistral-7B-v0.1 in 4 bit, from its `config.json`."""


def images(**changes: Any) -> Images:
    given: dict[str, Any] = {"weights_fetcher": FETCHER, "mlflow": MLFLOW, "locked": False}
    return Images(**{**given, **changes})


def object_store(**changes: Any) -> ObjectStore:
    given: dict[str, Any] = {
        "endpoint": "https://objects.example.internal",
        "bucket": "models",
        "credentials_secret": "object-store-credentials",
        "peer": Peer(namespace="objects"),
    }
    return ObjectStore(**{**given, **changes})


def existing_database(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "kind": "existing",
        "dsn_secret": "mlflow-dsn",
        "host": "postgres.example.internal",
        "peer": Peer.model_validate({"cidrs": ["10.2.0.0/16"]}),
    }
    return {**given, **changes}


def existing_artifacts(**changes: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "kind": "existing",
        "endpoint": "https://objects.example.internal",
        "bucket": "experiments",
        "credentials_secret": "object-store-credentials",
        "peer": Peer(namespace="objects"),
    }
    return {**given, **changes}


def hub(**changes: Any) -> Hub:
    given: dict[str, Any] = {"peer": {"cidrs": ["0.0.0.0/0"], "except_cidrs": ["10.0.0.0/8"]}}
    return Hub(**{**given, **changes})


def hub_weights(**changes: Any) -> ModelWeights:
    given: dict[str, Any] = {
        "repository": "TheBloke/Mistral-7B-v0.1-AWQ",
        "revision": COMMIT,
        "size_gib": 3.96,
        "config": MISTRAL,
    }
    return ModelWeights(**{**given, **changes})


def image_weights(**changes: Any) -> ModelWeights:
    given: dict[str, Any] = {"image": WEIGHTS_IMAGE, "size_gib": 3.96, "config": MISTRAL}
    return ModelWeights(**{**given, **changes})


def stored_weights(uri: str, **changes: Any) -> ModelWeights:
    given: dict[str, Any] = {"uri": uri, "size_gib": 3.96, "config": MISTRAL}
    return ModelWeights(**{**given, **changes})


def adapter(**changes: Any) -> LoraAdapter:
    """An adapter of the article's kind: trained on the full base, served on the quantised one."""
    fits = {"repository": "TheBloke/Mistral-7B-v0.1-AWQ", "reason": "evaluated on 2026-11-02"}
    given: dict[str, Any] = {
        "name": "legal",
        "repository": "example/legal-adapter",
        "revision": COMMIT,
        "base": "mistralai/Mistral-7B-v0.1",
        "compatible_with": (fits,),
        "rank": 16,
        "target_modules": ("q_proj", "k_proj", "v_proj", "o_proj"),
        "weights_digest": DIGEST,
        "config_digest": CONFIG_DIGEST,
        "size_mib": 27.3,
    }
    return LoraAdapter(**{**given, **changes})


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


def capabilities_with_volumes() -> dict[str, Any]:
    """What a cluster says of itself that has volumes to give."""
    disks = {
        "name": "fast",
        "encrypted": True,
        "encryption": "LUKS",
        "key_holder": "platform team",
        "location": declared_location(),
    }
    return {"simulated": True, "storage_classes": [disks]}


def watched_cluster(**changes: Any) -> ExistingClusterArgs:
    """A cluster on which a monitoring stack can run."""
    api_server = {"cidrs": ["192.0.2.10/32"], "port": 6443}
    given: dict[str, Any] = {
        "capabilities": {"simulated": True, "storage_classes": [{"name": "standard"}]},
        "network": {"api_server": api_server},
    }
    return cluster(**{**given, **changes})


def monitoring_settings(**changes: Any) -> MonitoringSettings:
    return MonitoringSettings(**changes)


def scrape_target(**changes: Any) -> ScrapeTarget:
    given: dict[str, Any] = {
        "namespace": "models",
        "selector": {"app.kubernetes.io/name": "vllm", "app.kubernetes.io/instance": "mistral"},
        "port_name": "metrics",
        "port": 8081,
        "job": "mistral",
        "exporter": ENGINE.name,
        "exporter_version": ENGINE.version,
    }
    return ScrapeTarget(**{**given, **changes})


def gateway_target(**changes: Any) -> ScrapeTarget:
    """What answers beside :func:`scrape_target`, on the same port of the same pods."""
    own = {"path": "/gateway/metrics", "exporter": "haproxy", "exporter_version": None}
    return scrape_target(**{**own, **changes})


def webhook(**changes: Any) -> WebhookReceiver:
    given: dict[str, Any] = {
        "name": "on-call",
        "url_secret": "on-call-webhook",
        "host": "alerts.example.internal",
        "peer": {"cidrs": ["198.51.100.7/32"]},
    }
    return WebhookReceiver(**{**given, **changes})


def simulated_nodes(**changes: Any) -> SimulatedNodes:
    return SimulatedNodes(**{**_nodes(), **changes})


def labelled_nodes(**changes: Any) -> LabelledNodes:
    selector: dict[str, Any] = {"node_selector": {"node.example.internal/pool": "l4"}}
    return LabelledNodes(**{**_nodes(), **selector, **changes})


def cpu_nodes(**changes: Any) -> CpuNodes:
    own: dict[str, Any] = {"node_selector": {"kubernetes.io/os": "linux"}}
    without = {field: value for field, value in _nodes().items() if field != "gpu"}
    return CpuNodes(**{**without, **own, **changes})


def cpu_service() -> dict[str, Any]:
    """What makes a service one without GPU."""
    return {"gpus": 0, "engine": engine(cpu_kv_cache_gib=2), "memory_mib": 8192}


def _nodes() -> dict[str, Any]:
    node = {"gpu": "L4", "cpu_millicores": 4000, "memory_mib": 14000, "disk_gib": 100}
    return {**node, "nodes": 2}


def declared_location(**changes: Any) -> DeclaredLocation:
    declaration = {"by": "platform team", "declared_on": "2026-11-02", "evidence": "contract 7"}
    given: dict[str, Any] = {"country": "DE", "declaration": declaration}
    return DeclaredLocation(**{**given, **changes})
