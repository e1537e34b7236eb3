"""The configuration of the gateway: HAProxy in front of a vLLM that listens on loopback only.

Written for HAProxy 2.6 and newer, built with OpenSSL, PCRE2, Lua and the Prometheus exporter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ._gateway_sections import (
    API_PORT,
    GATEWAY_METRICS_PATH,
    GATEWAY_MOUNT,
    GATEWAY_PATH,
    HEALTH_PORT,
    LIVE_PATH,
    METRICS_PORT,
    MODELS_PATH,
    READY_PATH,
    UPSTREAM_KEY_VARIABLE,
    VLLM_PORT,
    api_section,
    check,
    defaults_section,
    error,
    global_section,
    health_section,
    metrics_section,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "API_PORT",
    "GATEWAY_COMMAND",
    "GATEWAY_FILE",
    "GATEWAY_METRICS_PATH",
    "GATEWAY_MOUNT",
    "GATEWAY_PATH",
    "HEALTH_PORT",
    "LIVE_PATH",
    "METRICS_PORT",
    "MODELS_PATH",
    "READY_PATH",
    "UPSTREAM_KEY_VARIABLE",
    "VLLM_PORT",
    "gateway_config",
]

GATEWAY_COMMAND = ("haproxy", "-db", "-f")
"""To be followed by the file. No master process (-W): with 2.6 it loses stop signals."""
GATEWAY_FILE = "haproxy.cfg"

_MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]*")


def gateway_config(
    *,
    model_names: Sequence[str],
    allowed_paths: Sequence[str],
    idle_timeout_seconds: int,
    drain_seconds: int,
    max_body_bytes: int,
) -> str:
    """Return the whole ``haproxy.cfg``, which takes vLLM's key from the environment.

    Args:
        model_names: What ``/v1/models`` has to list before the pod counts as ready.
        allowed_paths: Paths that clients may POST to; ``GET /v1/models`` is always allowed.
        idle_timeout_seconds: The longest silence of vLLM or of a client within a request.
        drain_seconds: The time that requests in flight get when the gateway is told to stop.
        max_body_bytes: The largest request body.

    Raises:
        ValueError: A name, path or number that the configuration cannot carry.
    """
    _check_names(model_names)
    check(allowed_paths, idle_timeout_seconds, drain_seconds, max_body_bytes)
    sections = (
        global_section(drain_seconds),
        defaults_section(idle_timeout_seconds),
        api_section(allowed_paths, max_body_bytes),
        health_section("/health", _model_aware()),
        metrics_section(),
        _backends(model_names),
    )
    return "\n".join(sections)


def _check_names(names: Sequence[str]) -> None:
    if not names:
        raise ValueError("model names: none, so a pod would be ready that serves nothing")
    for name in names:
        if not _MODEL_NAME.fullmatch(name):
            allowed = "letters, digits and . _ : / @ + -"
            raise ValueError(f"model name {name!r}: allowed are {allowed}")


def _model_aware() -> str:
    """Return the rule by which ready is a model seen within seconds *and* a vLLM alive now."""
    unready = error("The model is not served yet", "service_unavailable", "api_error")
    return f"    http-request return status 503 {unready} if ready {{ nbsrv(model) eq 0 }}\n"


def _listed(name: str) -> str:
    # A regular expression in single quotes, as HAProxy has it: no shell, no environment.
    return f"""    http-check expect rstring '"id" *: *"{re.escape(name)}"'\n"""


def _backends(model_names: Sequence[str]) -> str:
    return f"""\
backend vllm
    server vllm 127.0.0.1:{VLLM_PORT}

# What vLLM tells without a key. These answers take milliseconds or something is wrong.
backend vllm_open
    timeout server 5s
    server vllm 127.0.0.1:{VLLM_PORT}

# Takes no traffic: its one server counts as up while vLLM lists every model to a bearer of its key.
backend model
    log global
    option httpchk
    http-check send meth GET uri {MODELS_PATH} ver HTTP/1.1 hdr Host 127.0.0.1 \
hdr Authorization "Bearer %[env({UPSTREAM_KEY_VARIABLE})]"
    http-check expect status 200
{"".join(_listed(name) for name in model_names)}\
    server vllm 127.0.0.1:{VLLM_PORT} check inter 2s fall 3 rise 1
"""
