"""A registry that wants tokens, redirects its blobs and can be made to misbehave."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

INDEX = "application/vnd.oci.image.index.v1+json"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class RegistryDouble:
    """What it holds, and how it behaves."""

    address: str = ""
    manifests: dict[str, bytes] = field(default_factory=dict)
    """By `repository:tag`."""
    blobs: dict[str, bytes] = field(default_factory=dict)
    login: tuple[str, str] | None = None
    scheme: str = "bearer"
    realm: str = ""
    token_answer: bytes | None = None
    stated_digest: str = ""
    status: int = 0
    storage: str = ""
    """Where blobs are redirected to."""
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and Authorization header of every request."""

    def add(self, name: str, platform: str = "amd64") -> str:
        """Keep an image of one platform under `repository:tag`; return its digest."""
        config = json.dumps({"os": "linux", "architecture": platform}).encode()
        self.blobs[digest_of(config)] = config
        described = {"digest": digest_of(config), "size": len(config)}
        self.manifests[name] = json.dumps({"mediaType": MANIFEST, "config": described}).encode()
        return digest_of(self.manifests[name])

    def add_index(self, name: str, *platforms: dict[str, str]) -> str:
        """Keep an index; return its digest."""
        listed = [{"platform": platform} for platform in platforms]
        self.manifests[name] = json.dumps({"mediaType": INDEX, "manifests": listed}).encode()
        return digest_of(self.manifests[name])


@contextlib.contextmanager
def running_double() -> Iterator[RegistryDouble]:
    """Serve a double on this machine."""
    double = RegistryDouble()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown = self.headers.get("Authorization", "")
            double.asked.append((self.path, shown))
            path = urlsplit(self.path)
            if path.path == "/token":
                self._token(shown, parse_qs(path.query))
            elif double.status:
                self._send(double.status)
            elif double.login and not self._let_in(shown, path.path):
                self._challenge(path.path)
            else:
                self._content(path.path)

        def _token(self, shown: str, query: dict[str, list[str]]) -> None:
            if double.login and shown != f"Basic {_pair(double.login)}":
                self._send(401)
                return
            token = {"token": query["scope"][0]}
            self._send(200, double.token_answer or json.dumps(token).encode())

        def _let_in(self, shown: str, path: str) -> bool:
            if double.scheme == "basic":
                return bool(double.login) and shown == f"Basic {_pair(double.login)}"
            return shown == f"Bearer repository:{_repository(path)}:pull"

        def _challenge(self, path: str) -> None:
            realm = double.realm or f"http://{double.address}/token"
            scope = f"repository:{_repository(path)}:pull"
            value = f'Bearer realm="{realm}",service="double, the",scope="{scope}"'
            if double.scheme != "bearer":
                value = f'{double.scheme.title()} realm="double"'
            self._send(401, **{"WWW-Authenticate": value})

        def _content(self, path: str) -> None:
            repository, _, reference = path.removeprefix("/v2/").partition("/manifests/")
            blob = path.rpartition("/blobs/")[2]
            if reference and (found := _found(double, repository, reference)):
                stated = double.stated_digest or digest_of(found)
                self._send(200, found, **{"Docker-Content-Digest": stated})
            elif blob in double.blobs and double.storage and "/stored/" not in path:
                self._send(307, Location=f"{double.storage}/stored/blobs/{blob}")
            elif blob in double.blobs:
                self._send(200, double.blobs[blob])
            else:
                self._send(404)

        def _send(self, status: int, body: bytes = b"", **headers: str) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    double.address = f"127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()


def _found(double: RegistryDouble, repository: str, reference: str) -> bytes | None:
    by_digest = [one for one in double.manifests.values() if digest_of(one) == reference]
    return double.manifests.get(f"{repository}:{reference}") or next(iter(by_digest), None)


def _repository(path: str) -> str:
    return path.removeprefix("/v2/").partition("/manifests/")[0].partition("/blobs/")[0]


def _pair(login: tuple[str, str] | None) -> str:
    return base64.b64encode(":".join(login or ()).encode()).decode()
