"""The resources that the other program makes, read from its state, one declaration each.

A reference from one resource to another stays one: where the components pass an output, so does
this program.
"""

import importlib
import json
import os
from pathlib import Path
from typing import Any, cast

import pulumi
import pulumi_kubernetes as k8s

_SERVICES = int(os.environ["BENCH_SERVICES"])
_RECORDED: list[dict[str, Any]] = json.loads(
    Path(os.environ["BENCH_RECORDED"]).read_text(encoding="utf-8")
)
_FIRST = "model0"


def _class_of(token: str) -> Any:
    package, module, name = token.split(":")
    path = module.replace("rbac.authorization.k8s.io", "rbac").replace(".k8s.io", "")
    owner = (
        "pulumi_random" if package == "random" else f"pulumi_kubernetes.{path.replace('/', '.')}"
    )
    return getattr(importlib.import_module(owner), name)


def _wired(value: Any, number: int, made: dict[str, pulumi.Output[Any]]) -> Any:
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return {key: _wired(inner, number, made) for key, inner in fields.items()}
    if isinstance(value, list):
        return [_wired(inner, number, made) for inner in cast("list[Any]", value)]
    if not isinstance(value, str):
        return value
    return made.get(value) or value.replace(_FIRST, f"model{number}")


provider = k8s.Provider("bench", kubeconfig="echoed, never read", cluster_identifier="bench")
for number in range(_SERVICES):
    made: dict[str, pulumi.Output[Any]] = {}
    after: dict[str, pulumi.Resource] = {}
    for record in _RECORDED:
        own = record["name"].replace(_FIRST, f"model{number}")
        kubernetes = record["type"].startswith("kubernetes:")
        options = pulumi.ResourceOptions(
            provider=provider if kubernetes else None,
            depends_on=[after[name] for name in record["dependencies"] if name in after],
        )
        inputs = _wired(record["inputs"], number, made)
        resource = _class_of(record["type"])(own, opts=options, **inputs)
        after[record["name"]] = resource
        if record["automaticName"]:
            made[record["automaticName"]] = resource.metadata["name"]
        if record["result"]:
            made[record["result"]] = resource.result
