"""Requests to the API server, and its refusals as exceptions."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import urllib3

from hoheit_lab.providers.errors import ProviderError

from .credentials import authorization, tls_context
from .kubeconfig import Access
from .loopback import refuse_proxy, require_loopback

APPLY_PATCH = "application/apply-patch+yaml"
JSON_PATCH = "application/json-patch+json"
_JSON = "application/json"

_NOT_FOUND, _CONFLICT, _FORBIDDEN, _INVALID, _TOO_MANY = 404, 409, 403, 422, 429


@dataclass
class ApiError(Exception):
    """The API server refused; ``message`` is its own."""

    status: int
    reason: str
    message: str
    causes: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    about: dict[str, Any] = field(default_factory=dict[str, Any])
    """Which object the server speaks of: group, kind and name."""

    def __str__(self) -> str:
        return f"{self.message} (reason: {self.reason}, HTTP status {self.status})"

    @property
    def not_found(self) -> bool:
        """The object, or something that it lives in, does not exist."""
        return self.status == _NOT_FOUND

    @property
    def already_exists(self) -> bool:
        """An object of this name is there already."""
        return self.reason == "AlreadyExists"

    @property
    def conflict(self) -> bool:
        """Another writer was faster, or another field manager owns a field."""
        return self.status == _CONFLICT and not self.already_exists

    @property
    def forbidden(self) -> bool:
        """Authorization or admission said no."""
        return self.status == _FORBIDDEN

    @property
    def immutable(self) -> bool:
        """A field cannot be changed on a live object."""
        return self.status == _INVALID and "immutable" in self.message

    def namespace_missing(self, namespace: str | None) -> bool:
        """Whether it is the namespace that was not found."""
        return (
            self.not_found
            and self.about.get("kind") in {"namespaces", "namespace"}
            and self.about.get("name") == namespace
        )


class UnreachableError(ProviderError):
    """Nobody answers at the API server's address."""


class ApiServer:
    """One API server on loopback. Safe to use from many threads."""

    def __init__(self, access: Access) -> None:
        require_loopback(access.server)
        if access.cluster.get("proxy-url"):
            refuse_proxy(str(access.cluster["proxy-url"]))
        self.url = access.server.rstrip("/")
        self._authorize = authorization(access)
        self._pool = urllib3.PoolManager(
            maxsize=64,
            ssl_context=tls_context(access) if self.url.startswith("https") else None,
            server_hostname=access.cluster.get("tls-server-name"),
            retries=urllib3.Retry(
                total=5,
                connect=2,
                read=0,
                redirect=0,
                status=5,
                status_forcelist=[_TOO_MANY],
                allowed_methods=None,
                backoff_factor=0.1,
                raise_on_status=False,
            ),
            timeout=urllib3.Timeout(connect=5, read=65),
        )

    def get(self, path: str, query: dict[str, str] | None = None, accept: str = _JSON) -> Any:
        """Read."""
        return self._request("GET", path, query, headers={"Accept": accept})

    def patch(
        self, path: str, body: Any, query: dict[str, str] | None = None, how: str = APPLY_PATCH
    ) -> Any:
        """Change; by default by server-side apply."""
        return self._request("PATCH", path, query, body, {"Content-Type": how})

    def delete(self, path: str, body: Any) -> Any:
        """Delete, with the options in the body."""
        return self._request("DELETE", path, None, body, {"Content-Type": _JSON})

    def _request(
        self,
        method: str,
        path: str,
        query: dict[str, str] | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Any:
        url = f"{self.url}{path}" + (f"?{urlencode(query)}" if query else "")
        try:
            response = self._pool.request(
                method,
                url,
                body=None if body is None else json.dumps(body).encode(),
                headers={"Accept": _JSON, **self._authorize(), **(headers or {})},
            )
        except urllib3.exceptions.HTTPError as error:
            raise UnreachableError(
                f"the API server {self.url} does not answer ({_root_cause(error)});"
                " start the control plane, or correct the kubeconfig"
            ) from error
        return _parse(response.status, response.data)


def _parse(status: int, data: bytes) -> Any:
    try:
        content: Any = json.loads(data) if data else {}
    except ValueError:
        content = {"message": data.decode(errors="replace").strip()}
    if status < 300:  # noqa: PLR2004 - HTTP
        return content
    details: dict[str, Any] = content.get("details") or {}
    raise ApiError(
        status=status,
        reason=str(content.get("reason") or "Unknown"),
        message=str(content.get("message") or "the API server gave no message"),
        causes=details.get("causes") or [],
        about=details,
    )


def _root_cause(error: BaseException) -> str:
    reason = getattr(error, "reason", None)
    while isinstance(reason, BaseException):
        error, reason = reason, getattr(reason, "reason", None)
    text = str(error)
    return text.rpartition(": ")[2] or type(error).__name__
