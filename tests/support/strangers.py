"""Pods of somebody else in the cluster, and where they end up."""

from typing import Any

from support.lab import Lab


def pod(name: str, **spec: Any) -> dict[str, Any]:
    container = {"name": "main", "image": "registry.example.internal/other:1"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"containers": [{**container, **spec.pop("container", {})}], **spec},
    }


def stranger(lab: Lab, name: str) -> dict[str, Any]:
    return lab.kubectl("get", "pod", "-n", "default", name, "-o", "json")


def placed(lab: Lab, name: str) -> str:
    return stranger(lab, name)["spec"].get("nodeName", "")


def unschedulable(lab: Lab, name: str) -> bool:
    conditions = stranger(lab, name)["status"].get("conditions", [])
    return any("untolerated taint" in one.get("message", "") for one in conditions)
