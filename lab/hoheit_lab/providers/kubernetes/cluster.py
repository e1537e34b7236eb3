"""One cluster: its API server, what that serves, and how its objects are described."""

from typing import Any

from hoheit_lab.providers.errors import ProviderError

from .api import ApiError, ApiServer
from .discovery import Discovery, Resource
from .kinds import Kind, describe, kind_of
from .schema import Schemas
from .settings import Settings

_EVENTS = Kind("v1", "Event")


class Cluster:
    """Reads objects; writing is in :mod:`apply` and :mod:`deletion`."""

    def __init__(self, settings: Settings) -> None:
        access = settings.access()
        self.server = ApiServer(access)
        self.discovery = Discovery(self.server)
        self.schemas = Schemas(self.server)
        self.default_namespace = settings.namespace or access.namespace or "default"

    def forget(self) -> None:
        """Ask anew what is served: a definition has changed it."""
        self.discovery.forget()
        self.schemas.forget()

    def resource_of(self, obj: dict[str, Any]) -> Resource:
        """Where objects of this kind are served."""
        return self.discovery.require(kind_of(obj))

    def path_of(self, obj: dict[str, Any]) -> str:
        """Path of an object."""
        metadata = obj["metadata"]
        return self.resource_of(obj).path(self.namespace_of(obj), metadata["name"])

    def namespace_of(self, obj: dict[str, Any]) -> str | None:
        """Namespace of an object; None for kinds outside of namespaces."""
        if not self.resource_of(obj).namespaced:
            return None
        return str((obj.get("metadata") or {}).get("namespace") or self.default_namespace)

    def read(self, obj: dict[str, Any]) -> dict[str, Any] | None:
        """The live object, or None if it is not there."""
        try:
            return self.server.get(self.path_of(obj))
        except ApiError as error:
            if error.not_found:
                return None
            raise ProviderError(f"reading {describe(obj)} failed: {error}") from error

    def find(self, kind: Kind, namespace: str | None, name: str) -> dict[str, Any] | None:
        """One object by name, or None if it or its kind is not there."""
        resource = self.discovery.find(kind)
        if resource is None:
            return None
        try:
            return self.server.get(resource.path(namespace, name))
        except ApiError:
            return None

    def select(
        self, kind: Kind, namespace: str | None, selector: dict[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        """Objects by label selector; what may not be read counts as nothing."""
        resource = self.discovery.find(kind)
        if resource is None:
            return []
        query = {"labelSelector": label_query(selector)} if selector else None
        try:
            return self.server.get(resource.collection(namespace), query).get("items") or []
        except ApiError:
            return []

    def warnings(self, obj: dict[str, Any]) -> list[str]:
        """What events complain about an object, newest last."""
        metadata = obj["metadata"]
        resource = self.discovery.find(_EVENTS)
        if resource is None:
            return []
        fields = f"type=Warning,involvedObject.uid={metadata.get('uid', '')}"
        path = resource.collection(metadata.get("namespace") or "default")
        try:
            events = self.server.get(path, {"fieldSelector": fields}).get("items") or []
        except ApiError:
            return []
        events.sort(key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime")))
        return [f"{event.get('reason')}: {event.get('message')}" for event in events]


def label_query(selector: dict[str, Any]) -> str:
    """A label selector of an object, as a query."""
    parts = [f"{key}={value}" for key, value in (selector.get("matchLabels") or {}).items()]
    for expression in selector.get("matchExpressions") or []:
        key, values = expression["key"], ",".join(expression.get("values") or [])
        parts.append(
            {
                "In": f"{key} in ({values})",
                "NotIn": f"{key} notin ({values})",
                "Exists": key,
                "DoesNotExist": f"!{key}",
            }[expression["operator"]]
        )
    return ",".join(parts)
