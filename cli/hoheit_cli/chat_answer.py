"""One question to an API as OpenAI's, and the answer as it comes in."""

from __future__ import annotations

import http.client
import json
from contextlib import closing, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from .errors import UsageError
from .objects import list_at, mapping_at

if TYPE_CHECKING:
    from collections.abc import Iterator

SILENCE_SECONDS = 300
"""After which a connection counts as lost; a gateway's own default, ``idle_timeout_seconds``."""
_ERROR_BYTES = 65536
_DONE = "[DONE]"


@dataclass(frozen=True, kw_only=True)
class Api:
    """Where models answer, and the key to them."""

    https: bool
    host: str
    port: int | None
    path: str
    key: str | None = field(repr=False)

    @classmethod
    def at(cls, url: str, key: str | None) -> Api:
        """Return the API at a base URL.

        Raises:
            UsageError: if it is none.
        """
        try:
            address = urlsplit(url)
            port = address.port
        except ValueError as error:
            raise UsageError(f"--base-url: {error}") from None
        if address.scheme not in ("http", "https") or not address.hostname:
            raise UsageError("--base-url: no URL of an API; write https://llm.example.internal/v1")
        if address.username or address.password or address.query or address.fragment:
            raise UsageError(
                "--base-url: host and path only; a key is taken from --key-file or HOHEIT_API_KEY"
            )
        return cls(
            https=address.scheme == "https",
            host=address.hostname,
            port=port,
            path=address.path.rstrip("/"),
            key=key,
        )

    def models(self) -> list[str]:
        """Return the names of the models.

        Raises:
            UsageError: if they are not listed.
        """
        with closing(self._connection()) as connection:
            response = self._asked(connection, "GET", "/models")
            try:
                document: Any = json.loads(response.read())
            except (ValueError, OSError, http.client.HTTPException) as error:
                raise UsageError(f"{self.host} lists its models in no JSON: {error}") from None
        listed = list_at(_mapping(document), "data")
        return [str(one["id"]) for one in map(_mapping, listed) if "id" in one]

    def answer(self, model: str, question: str, max_tokens: int | None) -> Iterator[Piece]:
        """Yield the answer to a question, piece by piece.

        Raises:
            UsageError: if the question is refused, or the answer breaks off.
        """
        asked: dict[str, Any] = {
            "model": model,
            "messages": [{"role": "user", "content": question}],
            "stream": True,
        }
        if max_tokens is not None:
            asked["max_tokens"] = max_tokens
        with closing(self._connection()) as connection:
            response = self._asked(connection, "POST", "/chat/completions", asked)
            try:
                yield from _pieces(response)
            except (OSError, http.client.HTTPException) as error:
                raise UsageError(f"{_BROKEN} ({error or type(error).__name__}); {_AGAIN}") from None

    def _connection(self) -> http.client.HTTPConnection:
        kind = http.client.HTTPSConnection if self.https else http.client.HTTPConnection
        return kind(self.host, self.port, timeout=SILENCE_SECONDS)

    def _asked(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
    ) -> http.client.HTTPResponse:
        headers = {"Content-Type": "application/json"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        try:
            content = None if body is None else json.dumps(body).encode()
            connection.request(method, f"{self.path}{path}", content, headers)
            response = connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            why = str(error) or type(error).__name__
            raise UsageError(f"no answer from {self.host}: {why}; {_AGAIN}") from None
        if response.status != http.client.OK:
            raise UsageError(_refusal(response, f"{self.path}{path}"))
        return response


@dataclass(frozen=True, kw_only=True)
class Piece:
    """What one event of an answer adds."""

    text: str = ""
    cut: bool = False
    """The answer reached its largest length."""


_BROKEN = "the connection was lost in the middle, and what stands above is not the whole answer"
_AGAIN = "ask again, and look at the pod if it goes on"
_HINTS = {
    401: "the key is not one of this service's; a new one counts within some minutes",
    403: "the key may not do that",
    404: "does the service offer this route, and this model? Its `routes` say so",
    413: "the question is too long",
    429: "too many requests at once; wait and ask again",
    503: "the model is not ready, or its queue is full; wait and ask again",
}


def _pieces(response: http.client.HTTPResponse) -> Iterator[Piece]:
    """Yield the pieces of server-sent events; only the last event tells that all have come."""
    for line in response:
        kind, _, value = line.decode("utf-8", "replace").strip().partition(":")
        if kind != "data":
            continue
        if value.strip() == _DONE:
            # To the end of the body: a gateway logs who leaves before as one that hung up.
            with suppress(OSError, http.client.HTTPException):
                response.read()
            return
        yield _piece(value)
    raise UsageError(f"{_BROKEN}; {_AGAIN}")


def _piece(event: str) -> Piece:
    try:
        document: Any = json.loads(event)
    except ValueError:
        raise UsageError(f"{_BROKEN}: an event is no JSON; {_AGAIN}") from None
    found = _mapping(document)
    if "error" in found:
        raise UsageError(f"the server broke the answer off: {_message(found)}")
    choices = [_mapping(one) for one in list_at(found, "choices")]
    if not choices:
        return Piece()
    content = mapping_at(choices[0], "delta").get("content")
    return Piece(text=content or "", cut=choices[0].get("finish_reason") == "length")


def _refusal(response: http.client.HTTPResponse, path: str) -> str:
    try:
        document: Any = json.loads(response.read(_ERROR_BYTES))
    except (ValueError, OSError, http.client.HTTPException):
        document = None
    said = _message(_mapping(document)) or response.reason
    hint = _HINTS.get(response.status)
    return f"{path} answers {response.status}, {said}" + (f"; {hint}" if hint else "")


def _mapping(value: Any) -> dict[str, Any]:
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def _message(document: dict[str, Any]) -> str:
    """Return what an error says, in the shape of OpenAI or of whoever stands before it."""
    error = document.get("error")
    said = mapping_at(document, "error").get("message") if isinstance(error, dict) else error
    return " ".join(str(said or document.get("message") or "").split())
