"""What a preview may say about an object: what will be, and nothing that only the update knows."""

from typing import Any

from hoheit_lab.providers.marks import UNKNOWN, is_list, is_object

from .kinds import Kind, kind_of
from .schema import Schema

_NEW_METADATA = ("uid", "creationTimestamp", "resourceVersion", "generation", "managedFields")
_CHANGING_METADATA = ("resourceVersion", "generation", "managedFields")

# Chosen anew by every dry run, and again by the real one.
_CHOSEN: dict[Kind, tuple[str, ...]] = {
    Kind("v1", "Pod"): ("nodeName", "volumes"),
    Kind("v1", "Service"): ("clusterIP", "clusterIPs", "healthCheckNodePort"),
    Kind("v1", "PersistentVolumeClaim"): ("volumeName",),
}


def of_new(dry: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
    """A dry run of a creation, without what the server made up for it."""
    metadata: dict[str, Any] = dry.get("metadata") or {}
    outputs = _hide(dry, str(metadata.get("uid") or "no uid"))
    outputs["metadata"].update(dict.fromkeys(_NEW_METADATA, UNKNOWN))
    outputs["status"] = UNKNOWN
    spec, wanted = outputs.get("spec"), inputs.get("spec")
    if is_object(spec):
        given: dict[str, Any] = wanted if is_object(wanted) else {}
        for name in _CHOSEN.get(kind_of(dry), ()):
            if name not in given:
                spec[name] = UNKNOWN
        _hide_node_ports(spec, given)
    return outputs


def of_changed(dry: dict[str, Any]) -> dict[str, Any]:
    """A dry run of an update: identity and addresses stay, progress is not known."""
    outputs = dict(dry)
    outputs["metadata"] = {**dry["metadata"], **dict.fromkeys(_CHANGING_METADATA, UNKNOWN)}
    status = dry.get("status")
    if is_object(status):
        outputs["status"] = {
            key: value if key == "loadBalancer" else UNKNOWN for key, value in status.items()
        }
    return outputs


def of_inputs(inputs: dict[str, Any], schema: Schema | None) -> dict[str, Any]:
    """The inputs, where no dry run was possible: every field that was left out is unknown."""
    outputs = _complete(inputs, schema) if schema else dict(inputs)
    metadata = inputs.get("metadata")
    if is_object(metadata):
        outputs["metadata"] = {**metadata, **dict.fromkeys(_NEW_METADATA, UNKNOWN)}
    return outputs


def _complete(value: Any, schema: Schema | None) -> Any:
    if schema is None:
        return value
    if is_object(value):
        declared = {key: UNKNOWN for key in schema.properties if key not in value}
        return {key: _complete(item, schema.at(key)) for key, item in value.items()} | declared
    if is_list(value):
        return [_complete(item, schema.items) for item in value]
    return value


def _hide(value: Any, secret: str) -> Any:
    """Replace what contains a string, such as the uid that a dry run invented."""
    if is_object(value):
        return {
            key: UNKNOWN if secret in key else _hide(item, secret) for key, item in value.items()
        }
    if is_list(value):
        return [_hide(item, secret) for item in value]
    return UNKNOWN if isinstance(value, str) and secret in value else value


def _hide_node_ports(spec: dict[str, Any], given: dict[str, Any]) -> None:
    wanted = given.get("ports") or []
    for index, port in enumerate(spec.get("ports") or []):
        fixed = index < len(wanted) and is_object(wanted[index]) and "nodePort" in wanted[index]
        if is_object(port) and "nodePort" in port and not fixed:
            port["nodePort"] = UNKNOWN
