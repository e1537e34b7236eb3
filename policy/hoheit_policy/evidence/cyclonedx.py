"""A bill of materials in CycloneDX 1.6: images, models, and services with their data flows."""

from __future__ import annotations

from typing import Any

from .canonical import stable_id

VERSION = "1.6"
_UNKNOWN = "unknown"


def bom(evidence: dict[str, Any]) -> dict[str, Any]:
    """Return the bill of materials of a stack."""
    cover = evidence["cover"]
    name = f"{cover['project']}/{cover['stack']}"
    return {
        "bomFormat": "CycloneDX",
        "specVersion": VERSION,
        "serialNumber": f"urn:uuid:{stable_id('bom', cover['state_sha256'], cover['at'])}",
        "version": 1,
        "metadata": {
            "timestamp": cover["at"],
            "component": {"type": "application", "name": name, "bom-ref": "stack"},
            "tools": {
                "components": [
                    {
                        "type": "application",
                        "name": "hoheit",
                        "version": cover["rule_set"]["version"],
                    }
                ]
            },
        },
        "components": [
            *(_image(one) for one in evidence["images"] if one["repository"]),
            *(_model(one, index) for index, one in enumerate(evidence["models"])),
            *(_store(one, index) for index, one in enumerate(evidence["kept"])),
        ],
        "services": [_service(one, index) for index, one in enumerate(evidence["flows"])],
    }


def _image(image: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "type": "container",
        "bom-ref": f"image:{image['image']}",
        "name": f"{image['registry']}/{image['repository']}",
        "properties": [_property("software", name) for name in image["software"]],
    }
    if image["digest"]:
        content = image["digest"].removeprefix("sha256:")
        found["hashes"] = [{"alg": "SHA-256", "content": content}]
    return found


def _model(model: dict[str, Any], index: int) -> dict[str, Any]:
    return {
        "type": "machine-learning-model",
        "bom-ref": f"model:{index}",
        "name": model["name"],
        "modelCard": {
            "properties": [
                _property(name, field["value"] or _UNKNOWN)
                for name, field in model["fields"].items()
                if name != "name"
            ]
        },
        "properties": [_property("resource", model["resource"])],
    }


def _store(entry: dict[str, Any], index: int) -> dict[str, Any]:
    return {
        "type": "data",
        "bom-ref": f"store:{index}",
        "name": entry["name"],
        "data": [{"type": "dataset", "classification": entry["data_class"] or _UNKNOWN}],
        "properties": _facts(entry),
    }


def _service(flow: dict[str, Any], index: int) -> dict[str, Any]:
    return {
        "bom-ref": f"service:{index}",
        "name": flow["recipient"],
        "endpoints": [f"{flow['host']}:{flow['port']}"],
        "x-trust-boundary": True,
        "data": [{"flow": "outbound", "classification": _UNKNOWN}],
        "properties": [
            _property("when", flow["when"] or _UNKNOWN),
            _property("purpose", flow["purpose"] or _UNKNOWN),
            *_facts(flow),
        ],
    }


def _facts(entry: dict[str, Any]) -> list[dict[str, str]]:
    """Return every field with its source, so that none is read as more than it is."""
    return [
        _property(name, f"{field['value'] or _UNKNOWN} ({field['source']})")
        for name, field in entry["fields"].items()
    ]


def _property(name: str, value: str) -> dict[str, str]:
    return {"name": f"hoheit:{name}", "value": value}
