"""HTTP to a port of a pod."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from serving.vllm.network import PodNetwork

CHAT, COMPLETIONS, MODELS = "/v1/chat/completions", "/v1/completions", "/v1/models"


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    network: PodNetwork
    port: int
    key: str | None = None

    def get(self, path: str, *, timeout: float = 60) -> Answer:
        return self.ask("GET", path, timeout=timeout)

    def post(self, path: str, content: Any, *, timeout: float = 120) -> Answer:
        return self.ask("POST", path, json.dumps(content).encode(), timeout)

    def models(self) -> list[str]:
        return [one["id"] for one in self.get(MODELS).json["data"]]

    def complete(self, model: str, prompt: str = "Daten") -> tuple[int, ...]:
        """Return the 16 tokens that the model finds most likely; as text they may be nothing."""
        asked = {"model": model, "prompt": prompt, "max_tokens": 16, "temperature": 0}
        asked |= {"ignore_eos": True, "return_token_ids": True}
        answer = self.post(COMPLETIONS, asked)
        assert answer.status == 200, answer.text
        return tuple(answer.json["choices"][0]["token_ids"])

    def stream(self, path: str, content: Any, *, timeout: float = 120) -> Iterator[dict[str, Any]]:
        """Yield each event as it arrives; the last one is followed by ``[DONE]`` or it is cut."""
        connection = self.network.http(self.port, timeout)
        try:
            connection.request(
                "POST", path, json.dumps({**content, "stream": True}), self._headers()
            )
            response = connection.getresponse()
            assert response.status == 200, response.read()
            for line in response:
                event = line.strip().removeprefix(b"data: ")
                if event == b"[DONE]":
                    return
                if event:
                    yield json.loads(event)
            raise AssertionError("the stream was cut off before [DONE]")
        finally:
            connection.close()

    def ask(self, method: str, path: str, body: bytes | None = None, timeout: float = 60) -> Answer:
        connection = self.network.http(self.port, timeout)
        try:
            connection.request(method, path, body, self._headers())
            response = connection.getresponse()
            return Answer(response.status, response.read())
        finally:
            connection.close()

    def _headers(self) -> dict[str, str]:
        content = {"Content-Type": "application/json"}
        return content if self.key is None else {**content, "Authorization": f"Bearer {self.key}"}
