"""A thin double of a model hub: one repository, the routes and headers that huggingface_hub reads.

Where each comes from, in huggingface_hub 2.4:

* ``GET /api/models/ORG/NAME/revision/REV`` -> ``sha`` and ``siblings[].rfilename``:
  ``hf_api.py``, ``HfApi.model_info`` and ``ModelInfo``;
* ``HEAD /ORG/NAME/resolve/REV/PATH`` -> ``X-Repo-Commit``, ``X-Linked-Etag`` and ``X-Linked-Size``
  with a redirect to another host for files in large-file storage, else ``ETag`` and
  ``Content-Length``: ``file_download.py``, ``get_hf_file_metadata``, names in ``constants.py``;
* ``X-Error-Code: RepoNotFound | RevisionNotFound | GatedRepo | EntryNotFound``:
  ``utils/_http.py``, ``hf_raise_for_status``;
* the redirect's target answers ``Range`` with 206, and must not see the token:
  ``utils/_http.py``, ``_httpx2_follow_hub_redirects_with_backoff``.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

REPOSITORY = "example/tiny-llama"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
LARGE = 10_000_000
"""Files from this size on are in large-file storage."""


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    headers: dict[str, str]


@dataclass
class HubDouble:
    """Tests set its files and its faults, and read what was asked of it."""

    files: dict[str, bytes]
    revisions: dict[str, str] = field(default_factory=lambda: {"main": COMMIT, COMMIT: COMMIT})
    token: str | None = None
    """When set, the repository is gated: only this token may see it."""
    failing_storage: int = 0
    """The storage host answers so many requests with 503 first."""
    corrupt: set[str] = field(default_factory=set)
    """Files of which other bytes are sent than the hub's own digest tells."""
    unhashed: bool = False
    """When set, the hub gives files an opaque ETag: a caching mirror that lost the digests."""
    break_at: dict[str, int] = field(default_factory=dict)
    """Close the connection once, after so many bytes of this file."""
    hold_at: dict[str, int] = field(default_factory=dict)
    """Stop after so many bytes of this file, until `release` is set."""
    held: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)
    seen: list[Seen] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)
    """The bytes sent of each file, over all requests."""
    _servers: list[ThreadingHTTPServer] = field(default_factory=list)

    def start(self) -> None:
        """Listen twice, as hub and as storage host: to a client these are two origins."""
        double = self

        class Handler(_Handler):
            hub = double

        for _ in range(2):
            server = _Server(("127.0.0.1", 0), Handler)
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            self._servers.append(server)

    def stop(self) -> None:
        self.release.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        self._servers.clear()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._servers[0].server_port}"

    @property
    def storage(self) -> str:
        return f"http://127.0.0.1:{self._servers[1].server_port}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):  # a client may be gone
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    hub: HubDouble
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.hub.seen.append(Seen(self.command, path, headers))
        if path.startswith("/storage/") and self.hub.failing_storage:
            self.hub.failing_storage -= 1
            self._answer(503)
        elif path.startswith("/storage/"):
            self._send_file(path.removeprefix("/storage/"))
        elif self._is_allowed(path):
            self._serve(path)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _is_allowed(self, path: str) -> bool:
        if not path.startswith((f"/api/models/{REPOSITORY}/", f"/{REPOSITORY}/")):
            self._answer(401, {"X-Error-Code": "RepoNotFound"})
            return False
        given = self.headers.get("authorization")
        if self.hub.token and given != f"Bearer {self.hub.token}":
            self._answer(403 if given else 401, {"X-Error-Code": "GatedRepo"})
            return False
        return True

    def _serve(self, path: str) -> None:
        api = f"/api/models/{REPOSITORY}/revision/"
        if path.startswith(api):
            self._describe_revision(path.removeprefix(api))
            return
        revision, _, name = path.removeprefix(f"/{REPOSITORY}/resolve/").partition("/")
        commit = self.hub.revisions.get(revision)
        if commit is None or name not in self.hub.files:
            code = "EntryNotFound" if commit else "RevisionNotFound"
            self._answer(404, {"X-Error-Code": code})
            return
        content = self.hub.files[name]
        if len(content) < LARGE:
            self._send_file(name, {"X-Repo-Commit": commit, "ETag": f'"{self._etag(content)}"'})
            return
        linked = {"X-Linked-Etag": f'"{self._etag(content)}"', "X-Linked-Size": str(len(content))}
        to = {"Location": f"{self.hub.storage}/storage/{name}", "X-Repo-Commit": commit}
        self._answer(302, {**to, **linked})

    def _describe_revision(self, revision: str) -> None:
        commit = self.hub.revisions.get(revision)
        if commit is None:
            self._answer(404, {"X-Error-Code": "RevisionNotFound"})
            return
        siblings = [{"rfilename": name} for name in self.hub.files]
        info = {"id": REPOSITORY, "sha": commit, "siblings": siblings, "private": False}
        self._answer(200, {"Content-Type": "application/json"}, json.dumps(info).encode())

    def _etag(self, content: bytes) -> str:
        if self.hub.unhashed:
            return "opaque"
        if len(content) >= LARGE:
            return hashlib.sha256(content).hexdigest()
        return hashlib.sha1(b"blob %d\0%b" % (len(content), content)).hexdigest()  # noqa: S324 - git's

    def _send_file(self, name: str, headers: dict[str, str] | None = None) -> None:
        content = self.hub.files[name]
        if name in self.hub.corrupt:
            content = bytes([content[0] ^ 1]) + content[1:]
        start = 0
        if wanted := self.headers.get("range"):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        self.send_response(206 if start else 200)
        for header, value in (headers or {}).items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        if self.command == "GET":
            self._send_bytes(name, content, start)

    def _send_bytes(self, name: str, content: bytes, start: int) -> None:
        step = 1024**2
        for offset in range(start, len(content), step):
            if offset >= self.hub.break_at.get(name, len(content)):
                del self.hub.break_at[name]
                self.close_connection = True
                return
            if offset >= self.hub.hold_at.get(name, len(content)):
                self.hub.held.set()
                self.hub.release.wait(60)
            chunk = content[offset : offset + step]
            try:
                self.wfile.write(chunk)
            except OSError:  # the client was killed
                self.close_connection = True
                return
            self.hub.sent[name] = self.hub.sent.get(name, 0) + len(chunk)

    def _answer(
        self, status: int, headers: dict[str, str] | None = None, content: bytes = b""
    ) -> None:
        self.send_response(status)
        for header, value in (headers or {}).items():
            self.send_header(header, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)
