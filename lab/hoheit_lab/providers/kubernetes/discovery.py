"""Which kinds the API server serves, where, and whether they live in namespaces."""

import difflib
import threading
from dataclasses import dataclass
from typing import Any

from hoheit_lab.providers.errors import ProviderError

from .api import ApiServer
from .kinds import Kind

_AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class UnknownKindError(ProviderError):
    """The API server does not serve the kind."""


@dataclass(frozen=True)
class Resource:
    """A kind as the API server serves it."""

    kind: Kind
    plural: str
    namespaced: bool

    def collection(self, namespace: str | None) -> str:
        """Path of the objects of this kind."""
        root = f"/apis/{self.kind.api_version}" if self.kind.group else "/api/v1"
        inside = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{root}{inside}/{self.plural}"

    def path(self, namespace: str | None, name: str) -> str:
        """Path of one object."""
        return f"{self.collection(namespace)}/{name}"


class Discovery:
    """What an API server serves, asked once, and again when a kind is missing."""

    def __init__(self, server: ApiServer) -> None:
        self._server = server
        self._lock = threading.Lock()
        self._resources: dict[Kind, Resource] | None = None

    def find(self, kind: Kind) -> Resource | None:
        """Look a kind up, among those that were served when last asked."""
        with self._lock:
            if self._resources is None:
                self._resources = self._fetch()
            return self._resources.get(kind)

    def find_fresh(self, kind: Kind) -> Resource | None:
        """Look a kind up, and ask the server again if it is not there: a definition may be new."""
        found = self.find(kind)
        if found is not None:
            return found
        with self._lock:
            self._resources = self._fetch()
            return self._resources.get(kind)

    def forget(self) -> None:
        """Ask again at the next look."""
        with self._lock:
            self._resources = None

    def require(self, kind: Kind) -> Resource:
        """Look a kind up that must be there."""
        found = self.find_fresh(kind)
        if found is None:
            raise UnknownKindError(self.explain_missing(kind))
        return found

    def explain_missing(self, kind: Kind) -> str:
        """Say that a kind is not served, and which one may be meant."""
        known = self._resources or {}
        text = f"the API server does not serve the kind {kind}"
        others = sorted(str(other) for other in known if other.name == kind.name)
        if others:
            return f"{text}; it serves {', '.join(others)}"
        if kind.built_in:
            names = sorted({other.name for other in known if other.group == kind.group})
            close = difflib.get_close_matches(kind.name, names, n=3)
            return f"{text}; did you mean {' or '.join(close)}?" if close else text
        return f"{text}; create its CustomResourceDefinition first (depends_on)"

    def _fetch(self) -> dict[Kind, Resource]:
        found: dict[Kind, Resource] = {}
        for root in ("/api", "/apis"):
            for group in self._server.get(root, accept=_AGGREGATED).get("items", []):
                name = group.get("metadata", {}).get("name", "")
                for version in group.get("versions", []):
                    api_version = f"{name}/{version['version']}" if name else version["version"]
                    for resource in version.get("resources", []):
                        entry = _resource(api_version, resource)
                        found[entry.kind] = entry
        return found


def _resource(api_version: str, resource: dict[str, Any]) -> Resource:
    kind = resource.get("responseKind") or {}
    return Resource(
        kind=Kind(api_version, str(kind.get("kind", ""))),
        plural=str(resource["resource"]),
        namespaced=resource.get("scope") == "Namespaced",
    )
