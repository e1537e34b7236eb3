"""The real HAProxy in front of a double of vLLM."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest
from hoheit._gateway import gateway_config
from serving.gateway.process import Gateway, running_gateway
from serving.gateway.vllm_double import MODEL, VllmDouble
from support.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "sk-a/b+c%20=:$x{y}'z"
"""A client's, with every kind of character that a configuration language could stumble over."""
VLLM_KEY = f"{KEY}-of-vllm"
"""vLLM's own, which no client has."""
MODELS = (MODEL, "adapter-a")


class Start(Protocol):
    def __call__(
        self,
        *,
        idle_seconds: int = 20,
        drain_seconds: int = 20,
        max_body: int = 100_000,
        key: str = KEY,
    ) -> Gateway: ...


@pytest.fixture(scope="session")
def haproxy() -> str:
    # Debian keeps it where the PATH of an ordinary user does not look.
    found = shutil.which("haproxy") or shutil.which("haproxy", path="/usr/sbin:/usr/local/sbin")
    if found is None:
        complaint = "HAProxy is missing: apt-get install -y haproxy"
        if os.environ.get("CI"):
            pytest.fail(complaint)
        pytest.skip(complaint)
    return found


@pytest.fixture
def vllm() -> Iterator[VllmDouble]:
    double = VllmDouble(key=VLLM_KEY, port=free_ports(1)[0], models=list(MODELS))
    double.start()
    yield double
    double.stop()


@pytest.fixture
def start(haproxy: str, vllm: VllmDouble) -> Iterator[Start]:
    """Start the gateway in a folder that its unprivileged user can read and cannot write to."""
    with ExitStack() as stack:

        def _start(
            *,
            idle_seconds: int = 20,
            drain_seconds: int = 20,
            max_body: int = 100_000,
            key: str = KEY,
        ) -> Gateway:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            folder.chmod(0o755)
            rendered = gateway_config(
                model_names=MODELS,
                allowed_paths=["/v1/chat/completions", "/v1/completions"],
                idle_timeout_seconds=idle_seconds,
                drain_seconds=drain_seconds,
                max_body_bytes=max_body,
            )
            stack.callback(_has_kept_quiet, folder)
            return stack.enter_context(
                running_gateway(
                    haproxy,
                    folder,
                    key=key,
                    upstream_key=VLLM_KEY,
                    vllm_port=vllm.port,
                    rendered=rendered,
                )
            )

        yield _start


@pytest.fixture
def gateway(start: Start) -> Gateway:
    return start()


def _has_kept_quiet(folder: Path) -> None:
    """Hold for whatever a test did: no key in the log or a file, and nothing new on the disk."""
    for file in [file for file in folder.rglob("*") if file.is_file()]:
        assert KEY not in file.read_text()
    expected = ["follow-api-keys.lua", "haproxy.cfg", "keys", "log"]
    assert sorted(file.name for file in folder.iterdir()) == expected
