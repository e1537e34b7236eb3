"""A small OpenAPI document, in the words of the API server."""

from typing import Any

from hoheit_lab.providers.kubernetes.schema import Schema

_REF = "#/components/schemas/"
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"

TYPES: dict[str, Any] = {
    "Workload": {
        "type": "object",
        "properties": {
            "apiVersion": {"type": "string"},
            "kind": {"type": "string"},
            "metadata": {"allOf": [{"$ref": f"{_REF}Meta"}]},
            "spec": {"allOf": [{"$ref": f"{_REF}Spec"}]},
        },
    },
    "Meta": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "labels": {"type": "object", "additionalProperties": {"type": "string"}},
            "finalizers": {
                "type": "array",
                "items": {"type": "string"},
                "x-kubernetes-list-type": "set",
            },
        },
    },
    "Spec": {
        "type": "object",
        "required": ["containers"],
        "properties": {
            "replicas": {"type": "integer", "format": "int32"},
            "paused": {"type": "boolean"},
            "policy": {"type": "string", "enum": ["", "Always", "Never"]},
            "ratio": {"type": "number"},
            "port": {"format": "int-or-string", "oneOf": [{"type": "integer"}, {"type": "string"}]},
            "anything": {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            "args": {"type": "array", "items": {"type": "string"}},
            "tolerations": {
                "type": "array",
                "items": {"type": "object", "properties": {"key": {"type": "string"}}},
            },
            "containers": {
                "type": "array",
                "items": {"$ref": f"{_REF}Container"},
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["name"],
            },
            "ports": {
                "type": "array",
                "items": {"$ref": f"{_REF}Port"},
                "x-kubernetes-list-type": "map",
                "x-kubernetes-list-map-keys": ["port", "protocol"],
            },
        },
    },
    "Container": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": {"type": "string"},
            "image": {"type": "string"},
            "limits": {"type": "object", "additionalProperties": {"$ref": _REF + QUANTITY}},
        },
    },
    "Port": {
        "type": "object",
        "required": ["port"],
        "properties": {
            "port": {"type": "integer"},
            "protocol": {"type": "string", "default": "TCP"},
            "nodePort": {"type": "integer"},
        },
    },
    QUANTITY: {"oneOf": [{"type": "string"}, {"type": "number"}]},
}


def workload() -> Schema:
    return Schema({"components": {"schemas": TYPES}}, "Workload", TYPES["Workload"])
