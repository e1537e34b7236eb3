"""Inputs of a resource, the object that is sent, and the outputs that are kept."""

from typing import Any, Final

from hoheit_lab.providers.marks import (
    Secret,
    Unknown,
    has_unknown,
    is_list,
    is_object,
    mark_like,
    reveal,
)
from hoheit_lab.providers.values import as_secret

from .kinds import kind_of
from .secret_data import SECRET

STAND_IN: Final = "__standIn"
FIELD_MANAGER: Final = "__fieldManager"
_DEFINITION = "CustomResourceDefinition"
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

# Property names cannot hold a dash, so the SDK spells these fields of a schema differently.
_DASHED = {
    f"x_kubernetes_{name}": f"x-kubernetes-{name.replace('_', '-')}"
    for name in (
        "embedded_resource",
        "int_or_string",
        "list_map_keys",
        "list_type",
        "map_type",
        "preserve_unknown_fields",
        "validations",
    )
}
_UNDERSCORED = {dashed: underscored for underscored, dashed in _DASHED.items()}

_SERVER_METADATA = (
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
)


def clean_inputs(inputs: dict[str, Any]) -> dict[str, Any]:
    """Inputs without what says nothing: nulls, and metadata that only the server sets."""
    cleaned: dict[str, Any] = _without_nulls(inputs)
    metadata = cleaned.get("metadata")
    if is_object(metadata):
        kept = {key: value for key, value in metadata.items() if key not in _SERVER_METADATA}
        cleaned["metadata"] = kept
    return cleaned


def mark_secrets(properties: dict[str, Any], pattern: dict[str, Any]) -> dict[str, Any]:
    """Mark what is secret in the pattern, and the content of every Secret."""
    marked: dict[str, Any] = dict(mark_like(properties, pattern))
    if kind_of(reveal(marked)) != SECRET:
        return marked
    for key in ("data", "stringData"):
        if marked.get(key) is not None and not isinstance(marked[key], Unknown):
            marked[key] = as_secret(marked[key])
    annotations = reveal(reveal(marked).get("metadata") or {}).get("annotations")
    if is_object(annotations) and _LAST_APPLIED in annotations:
        # kubectl keeps the whole object here, content included.
        annotations = {**annotations, _LAST_APPLIED: Secret(annotations[_LAST_APPLIED])}
        marked["metadata"] = {**marked["metadata"], "annotations": annotations}
    return marked


def to_manifest(inputs: dict[str, Any]) -> dict[str, Any]:
    """The object as the API server takes it; unknown values are left out."""
    manifest = reveal(inputs)
    if has_unknown(manifest):
        manifest = without_unknowns(manifest)
    return in_server_words(manifest)


def in_server_words(obj: dict[str, Any]) -> dict[str, Any]:
    """The object with the API server's names for fields."""
    return _rename(obj, _DASHED) if _is_definition(obj) else obj


def in_sdk_words(obj: dict[str, Any]) -> dict[str, Any]:
    """The object with the SDK's names for fields."""
    return _rename(obj, _UNDERSCORED) if _is_definition(obj) else obj


def from_live(live: dict[str, Any]) -> dict[str, Any]:
    """The object as properties: the server's bookkeeping of field owners is left out."""
    metadata = {k: v for k, v in (live.get("metadata") or {}).items() if k != "managedFields"}
    return in_sdk_words({**live, "metadata": metadata})


def to_outputs(live: dict[str, Any], inputs: dict[str, Any], manager: str) -> dict[str, Any]:
    """What the state keeps of an object: all of it, marked as ours."""
    outputs = mark_secrets(from_live(live), inputs)
    return {**outputs, FIELD_MANAGER: manager, STAND_IN: "hoheit-lab"}


def strip_outputs(outputs: dict[str, Any]) -> dict[str, Any]:
    """The object that the state keeps, without marks."""
    plain = reveal(outputs)
    return {key: value for key, value in plain.items() if not key.startswith("__")}


def without_unknowns(value: Any) -> Any:
    """The known part of a value."""
    if is_object(value):
        return {k: without_unknowns(v) for k, v in value.items() if not isinstance(v, Unknown)}
    if is_list(value):
        return [without_unknowns(item) for item in value if not isinstance(item, Unknown)]
    return value


def _without_nulls(value: Any) -> Any:
    if isinstance(value, Secret):
        return Secret(_without_nulls(value.value))
    if is_object(value):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if is_list(value):
        return [_without_nulls(item) for item in value]
    return value


def _is_definition(obj: dict[str, Any]) -> bool:
    return obj.get("kind") == _DEFINITION


def _rename(value: Any, names: dict[str, str]) -> Any:
    if is_object(value):
        return {names.get(key, key): _rename(item, names) for key, item in value.items()}
    if is_list(value):
        return [_rename(item, names) for item in value]
    return value
