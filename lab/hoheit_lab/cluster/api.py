"""A few requests to the lab's API server, without the weight of a full client."""

import json
import ssl
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from typing import Any

from hoheit_lab.errors import LabError

from .layout import Layout

OK = 200
CREATED = 201
NOT_FOUND = 404


@dataclass(frozen=True)
class Api:
    """The API server of a cluster, spoken to as its administrator."""

    layout: Layout
    port: int

    def ready(self) -> bool:
        """Says whether the API server answers and calls itself ready."""
        try:
            status, _ = self._send("GET", "/readyz", None)
        except (OSError, HTTPException):
            return False
        return status == OK

    def get(self, path: str) -> Any:
        """Reads an object or a list."""
        status, answer = self._send("GET", path, None)
        if status != OK:
            raise LabError(f"the lab's API server refused GET {path}: {answer[:300]}")
        return json.loads(answer)

    def apply(self, path: str, body: dict[str, Any]) -> None:
        """Creates the object at `path` or brings it to the given form (server-side apply)."""
        status, answer = self._send("PATCH", f"{path}?fieldManager=hoheit-lab&force=true", body)
        if status not in (OK, CREATED):
            raise LabError(f"the lab's API server refused {path}: {answer[:300]}")

    def delete(self, path: str) -> None:
        """Deletes an object, or all objects of a list."""
        status, answer = self._send("DELETE", path, None)
        if status not in (OK, NOT_FOUND):
            raise LabError(f"the lab's API server refused DELETE {path}: {answer[:300]}")

    def _send(self, method: str, path: str, body: dict[str, Any] | None) -> tuple[int, str]:
        connection = HTTPSConnection("127.0.0.1", self.port, timeout=10, context=self._tls())
        try:
            connection.request(
                method,
                path,
                body=json.dumps(body) if body is not None else None,
                headers={"Content-Type": "application/apply-patch+yaml"},
            )
            response = connection.getresponse()
            return response.status, response.read().decode(errors="replace")
        finally:
            connection.close()

    def _tls(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self.layout.pki / "ca.crt")
        context.load_cert_chain(self.layout.pki / "admin.crt", self.layout.pki / "admin.key")
        return context
