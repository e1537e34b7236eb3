"""Every shape of workload that the components render, as programs for a mocked run."""

from collections.abc import Callable
from typing import Any

from hoheit import Hub, MonitoringStack, Peer

from support import components, samples

OCI = f"oci://registry.example.internal/models/mistral@{samples.DIGEST}"


RANGES = Peer.model_validate({"cidrs": ["10.1.0.0/16"], "except_cidrs": ["10.1.1.0/24"]})


def hub_service() -> None:
    space = components.space()
    components.service(
        on=components.pool(on=components.cluster("two", capabilities=RICH)),
        namespace=space.namespace,
        replicas=2,
        images=samples.images(pull_secrets=("registry-credentials",)),
        clients=(
            Peer(namespace="apps"),
            RANGES,
        ),
        scrapers=(Peer(namespace="monitoring", pod_labels={"app": "prometheus"}),),
    )


RICH = {
    "simulated": True,
    "gpu_runtime_class": "nvidia",
}


SHARED = {
    "simulated": True,
    "model_cache_storage_class": "shared",
    "storage_classes": [{"name": "shared", "read_write_many": True}],
}
CLAIMED = {"name": "tax", "repository": None, "revision": None, "uri": "pvc://tuned/tax/v1"}


def operated_monitoring() -> None:
    on = components.watched_cluster()
    gpus = components.pool(on=on)
    service = components.service(on=gpus)
    components.monitoring(
        on=on,
        mode="operator",
        operator={
            "labels": {"release": "kube-prometheus-stack"},
            "prometheus": {"namespace": "observability"},
        },
        targets=service.scrape,
        pools=(gpus,),
    )


def scaled_service() -> None:
    """By an adapter's metric, with what the pods compile kept on a volume that they share."""
    capabilities = {
        "simulated": True,
        "requests_waiting_metric": "vllm_requests_waiting",
        "storage_classes": [{"name": "shared", "read_write_many": True}],
        "compile_cache_storage_class": "shared",
    }
    on = components.pool(on=components.cluster(capabilities=capabilities), nodes=4)
    components.service(on=on, autoscaling={"max_replicas": 4})


VARIANTS: dict[str, Callable[[], Any]] = {
    "required arguments only": components.service,
    "everything at once": hub_service,
    "surge": lambda: components.service(on=components.pool(nodes=3), replicas=2, surge=1),
    "scaled by its queue": scaled_service,
    "weights of s3": lambda: components.service(
        weights=samples.stored_weights("s3://models/mistral/v1"), hub=None
    ),
    "weights of an image": lambda: components.service(weights=samples.image_weights(), hub=None),
    "weights of oci": lambda: components.service(
        weights=samples.stored_weights(OCI), hub=None, object_store=None
    ),
    "weights of pvc": lambda: components.service(
        weights=samples.stored_weights("pvc://claim/mistral"), hub=None, object_store=None
    ),
    "adapters on a shared volume": lambda: components.service(
        on=components.pool(on=components.cluster(capabilities=SHARED)),
        adapters=(samples.adapter(), samples.adapter(**CLAIMED)),
    ),
    "without a GPU": lambda: components.service(on=components.cpu_pool(), **samples.cpu_service()),
    "a mirror alone": lambda: components.mirror(hub=Hub(peer=Peer(namespace="hub"))),
    "a private authority and a gated hub": lambda: components.service(
        object_store=samples.object_store(ca_config_map="object-store-authority"),
        hub=samples.hub(token_secret="hub-token"),
    ),
    "a store that a claim does not need": lambda: components.service(
        weights=samples.stored_weights("pvc://claim/mistral"),
        object_store=samples.object_store(ca_config_map="object-store-authority"),
    ),
    "an MLflow server with stores of its own": components.mlflow,
    "an MLflow server on stores of others": lambda: components.mlflow(
        database=samples.existing_database(),
        artifacts=samples.existing_artifacts(ca_config_map="object-store-authority"),
        clients=(Peer(namespace="notebooks"), RANGES),
        images=samples.images(pull_secrets=("registry-credentials",)),
    ),
    "an MLflow server for development": lambda: components.mlflow(
        database={"kind": "sqlite"}, allowed_hosts=("*",), development=True
    ),
    "an object server": components.object_server,
    "monitoring, required arguments only": components.monitoring,
    "monitoring with everything": lambda: MonitoringStack(
        "watch", components.full_monitoring_args("watch")
    ),
    "monitoring for an operator": operated_monitoring,
    "a store with an identity of its own": lambda: components.mirror(
        object_store=samples.object_store(credentials_secret=None)
    ),
}
