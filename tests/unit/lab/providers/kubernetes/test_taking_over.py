from typing import Any

import pytest
from hoheit_lab.providers.kubernetes import apply
from hoheit_lab.providers.kubernetes.api import ApiError

OBJECT = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "it"}}


class Server:
    """Refuses some writes as an API server does when somebody else wrote in between."""

    def __init__(self, conflicts: int) -> None:
        self.conflicts = conflicts
        self.reads = 0

    def get(self, _path: str) -> dict[str, Any]:
        self.reads += 1
        return OBJECT

    def patch(self, *_arguments: Any, **_options: Any) -> dict[str, Any]:
        if self.conflicts:
            self.conflicts -= 1
            raise ApiError(status=409, reason="Conflict", message="the object has been modified")
        return OBJECT


class Cluster:
    def __init__(self, server: Server) -> None:
        self.server = server

    def path_of(self, _manifest: object) -> str:
        return "/it"


def update(monkeypatch: pytest.MonkeyPatch, server: Server) -> dict[str, Any]:
    monkeypatch.setattr(apply, "takeover", lambda _live, _manager: [{"op": "test"}])
    write = apply.Write(OBJECT, "us")
    return apply.update(write, OBJECT, Cluster(server), patch=False)  # pyright: ignore[reportArgumentType]


def test_an_object_that_somebody_wrote_meanwhile_is_read_and_written_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server = Server(conflicts=3)
    assert update(monkeypatch, server) == OBJECT
    assert server.reads == 3


def test_an_object_that_never_rests_is_given_up_with_the_reason(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(Exception, match="the object has been modified"):
        update(monkeypatch, Server(conflicts=100))
