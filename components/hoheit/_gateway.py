"""The configuration of the gateway: HAProxy in front of a vLLM that listens on loopback only.

Written for HAProxy 2.6 and newer, built with OpenSSL, PCRE2 and the Prometheus exporter.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

API_PORT = 8080
"""Clients: allow-listed paths, with the API key."""
METRICS_PORT = 8081
"""Prometheus: ``/metrics`` is vLLM's, ``/gateway/metrics`` the gateway's own."""
HEALTH_PORT = 8082
"""The kubelet: ``/ready``, ``/live`` and ``/gateway``."""
VLLM_PORT = 8000
"""vLLM itself, on the pod's loopback."""

API_KEY_VARIABLE = "HOHEIT_API_KEY"  # the variable's name, not a key
MODELS_PATH = "/v1/models"
READY_PATH = "/ready"
LIVE_PATH = "/live"
GATEWAY_PATH = "/gateway"
GATEWAY_METRICS_PATH = "/gateway/metrics"

GATEWAY_COMMAND = ("haproxy", "-db", "-f")
"""To be followed by the file. No master process (-W): with 2.6 it loses stop signals."""

_API_CONNECTIONS = 1000
_OTHER_CONNECTIONS = 32
"""Kept apart, so that a flood of requests can neither hide the metrics nor fail the probes."""
_FORWARDED_HEADERS = (
    *("accept", "authorization", "connection", "content-length", "content-type", "expect"),
    *("host", "traceparent", "tracestate", "user-agent"),
)
"""All that vLLM gets to see: it also takes orders from headers, a data-parallel rank for one."""
_MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]*")
_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+")


def gateway_config(
    *,
    served_model_name: str,
    allowed_paths: Sequence[str],
    idle_timeout_seconds: int,
    drain_seconds: int,
    max_body_bytes: int,
) -> str:
    """Return the whole ``haproxy.cfg``, which takes the API key from the environment.

    Args:
        served_model_name: What ``/v1/models`` has to list before the pod counts as ready.
        allowed_paths: Paths that clients may POST to; ``GET /v1/models`` is always allowed.
        idle_timeout_seconds: The longest silence of vLLM or of a client within a request.
        drain_seconds: The time that requests in flight get when the gateway is told to stop.
        max_body_bytes: The largest request body.

    Raises:
        ValueError: A name, path or number that the configuration cannot carry.
    """
    _check(served_model_name, allowed_paths, idle_timeout_seconds, drain_seconds, max_body_bytes)
    sections = (
        _global(drain_seconds),
        _defaults(idle_timeout_seconds),
        _api(allowed_paths, max_body_bytes),
        _health(),
        _metrics(),
        _backends(served_model_name),
    )
    return "\n".join(sections)


def _check(
    name: str, paths: Sequence[str], idle_seconds: int, drain_seconds: int, max_body_bytes: int
) -> None:
    if not _MODEL_NAME.fullmatch(name):
        allowed = "letters, digits and . _ : / @ + -"
        raise ValueError(f"served model name {name!r}: allowed are {allowed}")
    if not set(paths) - {MODELS_PATH}:
        raise ValueError(f"allowed paths: none besides {MODELS_PATH}, so nothing could be asked")
    for path in paths:
        if not _PATH.fullmatch(path):
            raise ValueError(f"allowed path {path!r}: expected one like '/v1/completions'")
    if idle_seconds < 1:
        raise ValueError(f"idle timeout of {idle_seconds} s: at least 1 s is needed")
    if drain_seconds < 1:
        raise ValueError(f"drain of {drain_seconds} s: at least 1 s is needed")
    if max_body_bytes < 1:
        raise ValueError(f"request bodies of at most {max_body_bytes} bytes: at least 1 is needed")


def _error(message: str, code: str, kind: str = "invalid_request_error") -> str:
    """Return an answer's content in the shape that OpenAI's clients understand."""
    error = {"message": message, "type": kind, "param": None, "code": code}
    return f"content-type application/json string '{json.dumps({'error': error})}'"


def _global(drain_seconds: int) -> str:
    return f"""\
.if !defined({API_KEY_VARIABLE})
    .alert "{API_KEY_VARIABLE} is not set: the gateway does not start without an API key"
.endif

global
    log stdout format raw daemon
    maxconn {_API_CONNECTIONS + 2 * _OTHER_CONNECTIONS}
    # Not one thread per core of a GPU node: one alone carries thousands of token streams.
    nbthread 2
    # SIGUSR1 stops the gateway after the requests in flight, but not later than this.
    hard-stop-after {drain_seconds}s
"""


def _defaults(idle_seconds: int) -> str:
    broken = _error("The model server broke off or answered nonsense", "bad_gateway", "api_error")
    away = _error("The model server is not ready", "service_unavailable", "api_error")
    slow = _error("The model server did not answer in time", "gateway_timeout", "api_error")
    return f"""\
defaults
    mode http
    # Tokens go out as they come in.
    option http-no-delay
    # A client that hangs up frees its place in vLLM, even before the first token.
    option abortonclose
    # vLLM closes idle connections after 5 s: one that is never reused cannot close on a request.
    option http-server-close
    http-reuse never
    retries 0
    timeout http-request 10s
    timeout http-keep-alive 60s
    timeout connect 2s
    timeout check 5s
    timeout client {idle_seconds}s
    timeout server {idle_seconds}s
    unique-id-format %[uuid()]
    unique-id-header X-Request-Id
    http-error status 400 {_error("The request is not valid HTTP", "bad_request")}
    http-error status 408 {_error("The request did not arrive in time", "request_timeout")}
    http-error status 502 {broken}
    http-error status 503 {away} hdr Retry-After 10
    http-error status 504 {slow}
"""


def _api(allowed_paths: Sequence[str], max_body_bytes: int) -> str:
    post_paths = " ".join(sorted(set(allowed_paths) - {MODELS_PATH}))
    unauthorized = _error("Incorrect API key, or none", "invalid_api_key")
    unknown = _error("There is no such method and path here", "not_found")
    unsized = _error("Send the body with a Content-Length", "length_required")
    large = _error(f"The body is larger than {max_body_bytes} bytes", "request_too_large")
    return f"""\
frontend api
    # HTTP/1.1 only, so that every body states its length.
    bind :{API_PORT} proto h1
    maxconn {_API_CONNECTIONS}
    log global
    # The path without its query, no header, no body: prompts and keys stay out of the log.
    log-format "%T client=%ci:%cp id=%ID %HM %{{+Q}}HPO status=%ST body_in=%U out=%B \
first_byte_ms=%Tr total_ms=%Ta end=%ts"
    option dontlognull

    http-request set-var(txn.key) env({API_KEY_VARIABLE})
    http-request set-var(txn.token) http_auth_bearer
    # An empty key lets nobody in, whatever a version makes of an empty token.
    acl key_is_set var(txn.key) -m len gt 0
    acl key_matches var(txn.token),secure_memcmp(txn.key)
    http-request return status 401 {unauthorized} hdr WWW-Authenticate Bearer \
unless key_is_set key_matches

    # Compared byte by byte: '//', '.', '%2e' and the like are simply other paths.
    acl get_path path {MODELS_PATH}
    acl post_path path {post_paths}
    http-request return status 404 {unknown} \
unless {{ method GET }} get_path or {{ method POST }} post_path

    http-request return status 411 {unsized} if {{ req.hdr(transfer-encoding) -m found }}
    # Not hdr_val, which has 32 bits: 4 GiB and a byte would count as one byte.
    http-request return status 413 {large} \
if {{ req.hdr(content-length),add(0) gt {max_body_bytes} }}

    {_only_known_headers()}
    # Nothing of the target but the path: no query, no other authority.
    http-request set-uri %[path]
    http-after-response set-header X-Request-Id %[unique-id]
    http-response del-header Server
    default_backend vllm
"""


def _only_known_headers() -> str:
    return f"http-request del-header ^(?!({'|'.join(_FORWARDED_HEADERS)})$) -m reg"


def _health() -> str:
    """Render the probes: ready is a model-aware check within seconds *and* a vLLM alive now."""
    unknown = _error("There is no such probe", "not_found")
    unready = _error("The model is not served yet", "service_unavailable", "api_error")
    return f"""\
frontend health
    bind :{HEALTH_PORT} proto h1
    maxconn {_OTHER_CONNECTIONS}
    monitor-uri {GATEWAY_PATH}
    acl ready path {READY_PATH}
    acl live path {LIVE_PATH}
    http-request return status 404 {unknown} unless {{ method GET }} ready or {{ method GET }} live
    http-request return status 503 {unready} if ready {{ nbsrv(model) eq 0 }}
    {_only_known_headers()}
    http-request set-uri /health
    default_backend vllm_open
"""


def _metrics() -> str:
    unknown = _error("There are no such metrics", "not_found")
    return f"""\
frontend metrics
    bind :{METRICS_PORT} proto h1
    maxconn {_OTHER_CONNECTIONS}
    acl vllm path /metrics
    acl gateway path {GATEWAY_METRICS_PATH}
    http-request return status 404 {unknown} \
unless {{ method GET }} vllm or {{ method GET }} gateway
    http-request use-service prometheus-exporter if gateway
    {_only_known_headers()}
    http-request set-uri /metrics
    default_backend vllm_open
"""


def _backends(served_model_name: str) -> str:
    # A regular expression in single quotes, as HAProxy has it: no shell, no environment.
    listed = f'"id" *: *"{re.escape(served_model_name)}"'
    return f"""\
backend vllm
    server vllm 127.0.0.1:{VLLM_PORT}

# What vLLM tells without a key. These answers take milliseconds or something is wrong.
backend vllm_open
    timeout server 5s
    server vllm 127.0.0.1:{VLLM_PORT}

# Takes no traffic: its one server counts as up while vLLM lists the model to a bearer of the key.
backend model
    log global
    option httpchk
    http-check send meth GET uri {MODELS_PATH} ver HTTP/1.1 hdr Host 127.0.0.1 \
hdr Authorization "Bearer %[env({API_KEY_VARIABLE})]"
    http-check expect status 200
    http-check expect rstring '{listed}'
    server vllm 127.0.0.1:{VLLM_PORT} check inter 2s fall 3 rise 1
"""
