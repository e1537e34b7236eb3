"""A state without its secrets, which rules read as they read the state itself.

What is taken out becomes the engine's mark of a secret without a ciphertext, so that every rule
answers UNKNOWN about it and none passes. The evidence is judged by what it encloses, never by
the state that it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, cast

from hoheit_policy.adapters.state import VERSIONS
from hoheit_policy.adapters.wire import HIDDEN, OUTPUT, SECRET, SIGNATURE
from hoheit_policy.logins import without_login

from .canonical import in_order

TAKEN_OUT = {SIGNATURE: SECRET}
"""What stands in place of a secret."""

_KEPT = (
    "urn",
    "type",
    "id",
    "custom",
    "external",
    "delete",
    "parent",
    "provider",
    "protect",
    "retainOnDelete",
    "inputs",
    "outputs",
    "dependencies",
    "propertyDependencies",
    "created",
    "modified",
)
"""What a reader of the evidence needs of a resource."""

_NAMES = re.compile(
    r"(?i)(?:^|.*[^a-z]|.*(?<=[a-z]))(?:password|passwd|passphrase|token|secret|credentials?"
    r"|(?:api|private|secret|access|client|signing)[-_]?key|kubeconfig)$"
)
"""Names of properties and variables that hold a secret."""

_HARMLESS = re.compile(r"(?i)(?:|0|1|true|false|yes|no|on|off|none|\d+|/[^\n]*)$")
"""Values that are a switch, a number or a path, whatever the name says."""

_SHAPES = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bclient-key-data:"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"
    r"|\b(?:hf_|ghp_|glpat-|sk-)[A-Za-z0-9_-]{16,}"
    r"|\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\."
    r"|://[^/\s:@]+:[^/\s@]+@"
)
"""Texts that are or hold a secret, whatever their name."""

_SECRET_KIND = re.compile(r"kubernetes:core/v1:Secret(?:Patch)?")


_PENDING = "pending_operations_count"


def redacted(export: dict[str, Any]) -> dict[str, Any]:
    """Return an export with what evidence needs of it, and without secrets.

    What was redacted before stays as it is.
    """
    deployment: dict[str, Any] = export["deployment"]
    listed: list[dict[str, Any]] = deployment.get("resources") or []
    pending: list[Any] = deployment.get("pending_operations") or []
    counted = int(deployment.get(_PENDING) or 0)
    kept: dict[str, Any] = {
        "resources": [_resource(entry) for entry in listed],
        "secrets_providers": _secrets_provider(deployment.get("secrets_providers")),
        # How many, not which: an operation holds a resource that nobody knows to exist.
        _PENDING: counted + len(pending),
    }
    if time := manifest_time(export):
        kept["manifest"] = {"time": time}
        version: Any = deployment["manifest"].get("version")
        if isinstance(version, str):
            kept["manifest"]["version"] = version
    return in_order({"version": export.get("version", VERSIONS[0]), "deployment": kept})


def manifest_time(export: dict[str, Any]) -> str | None:
    """Return when the engine wrote a state, as it stands there."""
    manifest = export["deployment"].get("manifest")
    time = cast("dict[str, Any]", manifest).get("time") if isinstance(manifest, dict) else None
    return time if isinstance(time, str) and time else None


def _resource(entry: dict[str, Any]) -> dict[str, Any]:
    kept = {name: entry[name] for name in _KEPT if name in entry}
    listed: list[str] = entry.get("additionalSecretOutputs") or []
    hidden = set(listed)
    if "id" in kept:
        kept["id"] = _clean("id", kept["id"])
    for side in ("inputs", "outputs"):
        if side in kept:
            fields = cast("dict[str, Any]", kept[side] or {})
            kept[side] = {
                name: dict(TAKEN_OUT) if name in hidden else _clean(name, value)
                for name, value in fields.items()
            }
            if _SECRET_KIND.fullmatch(str(entry.get("type"))):
                _empty(kept[side])
    return kept


def _empty(fields: dict[str, Any]) -> None:
    for name in ("data", "stringData"):
        if name in fields:
            fields[name] = dict(TAKEN_OUT)


def _clean(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        return _mapping(cast("dict[str, Any]", value))
    if isinstance(value, list):
        return list(_listed(name, cast("list[Any]", value)))
    if isinstance(value, str):
        return dict(TAKEN_OUT) if _is_secret(name, value) else value
    return value


def _listed(name: str, items: list[Any]) -> Iterator[Any]:
    """Return the items of a list; in the arguments of a program an option names what follows."""
    before: Any = None
    for item in items:
        option, parted, value = item.partition("=") if isinstance(item, str) else ("", "", "")
        if parted and option.startswith("-") and _is_secret(option, value):
            yield dict(TAKEN_OUT)
        else:
            yield _clean(before if _is_option(before) else name, item)
        before = item


def _is_option(item: Any) -> bool:
    return isinstance(item, str) and item.startswith("-") and "=" not in item


def _mapping(fields: dict[str, Any]) -> dict[str, Any]:
    if SIGNATURE in fields:
        return _signed(fields)
    label = fields.get("name")
    cleaned = {name: _clean(name, value) for name, value in fields.items()}
    # A variable of a container, whose name is a value.
    if isinstance(label, str) and isinstance(fields.get("value"), str):
        cleaned["value"] = _clean(label, fields["value"])
    if fields.get("kind") == "Secret":
        _empty(cleaned)
    return cleaned


def _signed(fields: dict[str, Any]) -> dict[str, Any]:
    mark = fields[SIGNATURE]
    if mark == SECRET or fields.get("secret"):
        return dict(TAKEN_OUT)
    kept: dict[str, Any] = {SIGNATURE: mark}
    if mark == OUTPUT and "value" in fields:
        kept["value"] = _clean("value", fields["value"])
    return kept


def _is_secret(name: str, text: str) -> bool:
    if HIDDEN in text or SIGNATURE in text or _SHAPES.search(text):
        return True
    return bool(_NAMES.match(name)) and not _HARMLESS.match(text)


def _secrets_provider(given: Any) -> Any:
    """Return the kind and the URL; the rest is the salt or the wrapped key of the secrets."""
    if not isinstance(given, dict):
        return given
    fields = cast("dict[str, Any]", given)
    state = fields.get("state")
    url = cast("dict[str, Any]", state).get("url") if isinstance(state, dict) else None
    kept = {"url": without_login(url)} if isinstance(url, str) else {}
    return {"type": fields.get("type"), "state": kept}
