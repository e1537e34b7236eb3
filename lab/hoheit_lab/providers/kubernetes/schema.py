"""The API server's own description of its objects (OpenAPI v3), as something to walk along."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .api import ApiError, ApiServer
from .kinds import Kind

_REF = "#/components/schemas/"
_QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"


@dataclass(frozen=True)
class Schema:
    """One node of a schema: what may stand at one place of an object."""

    document: dict[str, Any]
    name: str
    """The name of the type, empty for an anonymous one."""
    node: dict[str, Any]

    def at(self, key: str) -> "Schema | None":
        """What may stand under a key: a declared field, or a value of a map."""
        declared = self.properties
        if key in declared:
            return self._resolve(declared[key])
        extra = self.node.get("additionalProperties")
        return self._resolve(extra) if isinstance(extra, dict) else None

    @property
    def properties(self) -> dict[str, Any]:
        """The declared fields."""
        return self.node.get("properties") or {}

    @property
    def items(self) -> "Schema | None":
        """What may stand in the list."""
        items = self.node.get("items")
        return self._resolve(items) if isinstance(items, dict) else None

    @property
    def required(self) -> list[str]:
        """Fields that must be there."""
        return self.node.get("required") or []

    @property
    def type(self) -> str:
        """The JSON type; empty where any is allowed."""
        return self.node.get("type") or ""

    @property
    def enum(self) -> list[Any]:
        """The allowed values, if they are listed."""
        return self.node.get("enum") or []

    @property
    def is_map(self) -> bool:
        """Whether the keys are free, as those of labels are."""
        return bool(self.node.get("additionalProperties")) and not self.properties

    @property
    def is_open(self) -> bool:
        """Whether anything may stand here."""
        if self.node.get("x-kubernetes-preserve-unknown-fields"):
            return True
        return not self.properties and not self.node.get("additionalProperties")

    @property
    def is_quantity(self) -> bool:
        """Whether this is an amount such as ``500m`` or ``16Gi``."""
        return self.name == _QUANTITY

    @property
    def is_int_or_string(self) -> bool:
        """Whether both a number and a string are right."""
        return self.node.get("format") == "int-or-string" or bool(
            self.node.get("x-kubernetes-int-or-string")
        )

    @property
    def list_keys(self) -> list[str]:
        """The fields that tell the elements of an associative list apart."""
        return self.node.get("x-kubernetes-list-map-keys") or []

    @property
    def is_set(self) -> bool:
        """Whether the list is a set, to which others may add."""
        return self.node.get("x-kubernetes-list-type") == "set"

    def _resolve(self, node: dict[str, Any]) -> "Schema":
        name = ""
        while True:
            references = node.get("allOf") or []
            target = node.get("$ref") or (references[0].get("$ref") if references else None)
            if not target:
                return Schema(self.document, name, node)
            name = str(target).removeprefix(_REF)
            node = self.document["components"]["schemas"][name]


def at(schema: Schema | None, key: str) -> Schema | None:
    """What may stand under a key, where a schema is known at all."""
    return schema.at(key) if schema else None


def items(schema: Schema | None) -> Schema | None:
    """What may stand in a list, where a schema is known at all."""
    return schema.items if schema else None


class Schemas:
    """The schemas of an API server, fetched when first needed, one document per group version."""

    def __init__(self, server: ApiServer) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._kinds: dict[str, dict[Kind, Schema]] = {}

    def forget(self) -> None:
        """Fetch again at the next look."""
        with self._lock:
            self._kinds.clear()

    def find(self, kind: Kind) -> Schema | None:
        """The schema of a kind; None where the server has none, as for a new definition."""
        with self._lock:
            kinds = self._kinds.get(kind.api_version)
            if kinds is None or kind not in kinds:
                kinds = self._kinds[kind.api_version] = self._fetch(kind)
            return kinds.get(kind)

    def _fetch(self, kind: Kind) -> dict[Kind, Schema]:
        root = f"apis/{kind.api_version}" if kind.group else f"api/{kind.api_version}"
        try:
            document = self._server.get(f"/openapi/v3/{root}")
        except ApiError as error:
            if error.not_found:
                return {}
            raise
        return dict(_kinds(document))


def _kinds(document: dict[str, Any]) -> Iterator[tuple[Kind, Schema]]:
    for name, node in document.get("components", {}).get("schemas", {}).items():
        for served in node.get("x-kubernetes-group-version-kind") or []:
            group, version = served.get("group", ""), served.get("version", "")
            api_version = f"{group}/{version}" if group else version
            yield Kind(api_version, served.get("kind", "")), Schema(document, name, node)
