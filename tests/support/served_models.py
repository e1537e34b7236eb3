"""States with model services, and pods behind them, as a cluster has them."""

import base64
from typing import Any

Object = dict[str, Any]
URN = "urn:pulumi:dev::p::"
PROVIDER = f"{URN}pulumi:providers:kubernetes::team"
KEY = "k3y-of-the-default-client"


def export(*services: list[Object]) -> Object:
    """The export of a stack with these services."""
    provider = {
        "urn": PROVIDER,
        "type": "pulumi:providers:kubernetes",
        "inputs": {"context": "lab"},
    }
    every = [provider, *(resource for service in services for resource in service)]
    return {"version": 3, "deployment": {"resources": every}}


def service(name: str = "small", *models: str, **outputs: Any) -> list[Object]:
    """The resources of one service, and of the Job that brings its weights."""
    urn = f"{URN}hoheit:index:VllmService::{name}"
    told = {
        "url": f"http://{name}.models.svc.cluster.local:8080/v1",
        "apiKeySecret": f"{name}-api-keys",
        "modelNames": list(models or (name,)),
        **outputs,
    }
    return [
        {"urn": urn, "type": "hoheit:index:VllmService", "outputs": told},
        {
            "urn": f"{URN}hoheit:index:WeightsMirror::{name}-weights",
            "type": "hoheit:index:WeightsMirror",
            "parent": urn,
        },
        {
            "urn": f"{URN}kubernetes:core/v1:Service::{name}-service",
            "type": "kubernetes:core/v1:Service",
            "parent": urn,
            "provider": f"{PROVIDER}::an-id",
        },
    ]


def kubernetes_service(name: str = "small") -> Object:
    """What clients of a service come to."""
    return {"metadata": {"name": name}, "spec": {"selector": labels(name)}}


def labels(name: str = "small") -> dict[str, str]:
    return {"app.kubernetes.io/name": "vllm", "app.kubernetes.io/instance": name}


def key_secret(**keys: str) -> Object:
    """The Secret with the clients' keys."""
    given = keys or {"default": KEY}
    encoded = {name: base64.b64encode(key.encode()).decode() for name, key in given.items()}
    return {"metadata": {"name": "small-api-keys"}, "data": encoded}


def pod(name: str = "small-server-1", *, ready: bool = True, **status: Any) -> Object:
    """A pod of the service, on a node of its own."""
    condition = {
        "type": "Ready",
        "status": str(ready),
        "lastTransitionTime": "2026-11-26T10:01:05Z",
    }
    return {
        "metadata": {
            "name": name,
            "uid": f"uid-of-{name}",
            "labels": labels(),
            "creationTimestamp": "2026-11-26T10:00:10Z",
        },
        "spec": {"nodeName": "lab-real-0"},
        "status": {"phase": "Running", "conditions": [condition], **status},
    }


def node(name: str = "lab-real-0", **annotations: str) -> Object:
    return {"metadata": {"name": name, "annotations": annotations}}
