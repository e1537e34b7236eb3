"""Parts of the configuration that the gateways of a server pod and of a router pod share."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from ._api_keys import FOLLOW_FILE, KEYS_PATH

if TYPE_CHECKING:
    from collections.abc import Sequence

API_PORT = 8080
"""Clients: allow-listed paths, with an API key."""
METRICS_PORT = 8081
"""Prometheus: ``/metrics`` is of what runs behind, ``/gateway/metrics`` the gateway's own."""
HEALTH_PORT = 8082
"""The kubelet: ``/ready``, ``/live`` and ``/gateway``."""
VLLM_PORT = 8000
"""vLLM itself, or the router, on the pod's loopback."""

UPSTREAM_KEY_VARIABLE = "HOHEIT_UPSTREAM_KEY"  # the variable's name, not a key
MODELS_PATH = "/v1/models"
READY_PATH = "/ready"
LIVE_PATH = "/live"
GATEWAY_PATH = "/gateway"
GATEWAY_METRICS_PATH = "/gateway/metrics"
GATEWAY_MOUNT = "/usr/local/etc/haproxy"
"""Where HAProxy's image expects its configuration."""

API_CONNECTIONS = 1000
OTHER_CONNECTIONS = 32
"""Kept apart, so that a flood of requests can neither hide the metrics nor fail the probes."""
_FORWARDED_HEADERS = (
    *("accept", "authorization", "connection", "content-length", "content-type", "expect"),
    *("host", "traceparent", "tracestate", "user-agent"),
)
"""All that vLLM gets to see: it also takes orders from headers, a data-parallel rank for one."""
ROUTER_CLIENT = "router"
"""Name of the key with which a router comes; no client can have it."""
_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+")


def check(paths: Sequence[str], idle_seconds: int, drain_seconds: int, max_body_bytes: int) -> None:
    """Tell whether a configuration can carry these.

    Raises:
        ValueError: A path or number that it cannot carry.
    """
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


def error(message: str, code: str, kind: str = "invalid_request_error") -> str:
    """Return an answer's content in the shape that OpenAI's clients understand."""
    said = {"message": message, "type": kind, "param": None, "code": code}
    return f"content-type application/json string '{json.dumps({'error': said})}'"


def away() -> str:
    """Return what a client hears that should come back."""
    said = error("The model server is not ready", "service_unavailable", "api_error")
    return f"status 503 {said} hdr Retry-After 10"


def global_section(drain_seconds: int, connections: int = 0) -> str:
    """Return the process's section.

    Args:
        drain_seconds: The longest time that a stop may take.
        connections: What it holds beside those of clients, probes and metrics.
    """
    return f"""\
.if !defined({UPSTREAM_KEY_VARIABLE})
    .alert "{UPSTREAM_KEY_VARIABLE} is not set: vLLM would not answer without its key"
.endif

global
    log stdout format raw daemon
    maxconn {API_CONNECTIONS + 2 * OTHER_CONNECTIONS + connections}
    # Not one thread per core of a GPU node: one alone carries thousands of token streams.
    nbthread 2
    # SIGUSR1 stops the gateway after the requests in flight, but not later than this.
    hard-stop-after {drain_seconds}s
    # New and revoked keys count without a restart.
    lua-load {GATEWAY_MOUNT}/{FOLLOW_FILE}
"""


def defaults_section(idle_seconds: int) -> str:
    """Return what holds for every frontend and backend."""
    broken = error("The model server broke off or answered nonsense", "bad_gateway", "api_error")
    slow = error("The model server did not answer in time", "gateway_timeout", "api_error")
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
    http-error status 400 {error("The request is not valid HTTP", "bad_request")}
    http-error status 408 {error("The request did not arrive in time", "request_timeout")}
    http-error status 502 {broken}
    http-error {away()}
    http-error status 504 {slow}
"""


def api_section(allowed_paths: Sequence[str], max_body_bytes: int, rules: str = "") -> str:
    """Return the clients' way in.

    Args:
        allowed_paths: What may be asked by POST.
        max_body_bytes: The largest request body.
        rules: Further rules, for requests that are allowed.
    """
    post_paths = " ".join(sorted(set(allowed_paths) - {MODELS_PATH}))
    unauthorized = error("Incorrect API key, or none", "invalid_api_key")
    unknown = error("There is no such method and path here", "not_found")
    unsized = error("Send the body with a Content-Length", "length_required")
    large = error(f"The body is larger than {max_body_bytes} bytes", "request_too_large")
    return f"""\
frontend api
    # HTTP/1.1 only, so that every body states its length.
    bind :{API_PORT} proto h1
    maxconn {API_CONNECTIONS}
    log global
    # The key's name, and the path without its query; no key, header or body: prompts stay out of
    # the log. A router says with which id it has logged the client's request.
    log-format "%T client=%ci:%cp id=%ID via=%[var(txn.via)] key=%[var(txn.key)] %HM %{{+Q}}HPO \
status=%ST body_in=%U out=%B first_byte_ms=%Tr total_ms=%Ta end=%ts"
    option dontlognull
    unique-id-format %[uuid()]
    unique-id-header X-Request-Id

    # Digests are looked up, not keys: the time that it takes tells nothing about a key.
    http-request set-var(txn.token) http_auth_bearer
    http-request set-var(txn.key) var(txn.token),sha2(256),hex,map_str({KEYS_PATH})
    http-request return status 401 {unauthorized} hdr WWW-Authenticate Bearer \
unless {{ var(txn.key) -m found }}
    http-request set-var(txn.via) req.hdr(x-request-id) if {{ var(txn.key) -m str {ROUTER_CLIENT} }}

    # Compared byte by byte: '//', '.', '%2e' and the like are simply other paths.
    acl get_path path {MODELS_PATH}
    acl post_path path {post_paths}
    http-request return status 404 {unknown} \
unless {{ method GET }} get_path or {{ method POST }} post_path

    http-request return status 411 {unsized} if {{ req.hdr(transfer-encoding) -m found }}
    # Not hdr_val, which has 32 bits: 4 GiB and a byte would count as one byte.
    http-request return status 413 {large} \
if {{ req.hdr(content-length),add(0) gt {max_body_bytes} }}
{rules}
    {only_known_headers()}
    # No key of a client goes any further.
    http-request set-header Authorization "Bearer %[env({UPSTREAM_KEY_VARIABLE})]"
    # Nothing of the target but the path: no query, no other authority.
    http-request set-uri %[path]
    http-after-response set-header X-Request-Id %[unique-id]
    http-response del-header Server
    default_backend vllm
"""


def only_known_headers() -> str:
    """Return the rule that drops every header but those that vLLM needs."""
    return f"http-request del-header ^(?!({'|'.join(_FORWARDED_HEADERS)})$) -m reg"


def health_section(health_path: str, rules: str = "") -> str:
    """Return the kubelet's way in.

    Args:
        health_path: What is asked behind the gateway.
        rules: What ``/ready`` wants beyond it.
    """
    unknown = error("There is no such probe", "not_found")
    return f"""\
frontend health
    bind :{HEALTH_PORT} proto h1
    maxconn {OTHER_CONNECTIONS}
    monitor-uri {GATEWAY_PATH}
    acl ready path {READY_PATH}
    acl live path {LIVE_PATH}
    http-request return status 404 {unknown} unless {{ method GET }} ready or {{ method GET }} live
{rules}\
    {only_known_headers()}
    http-request set-uri {health_path}
    default_backend vllm_open
"""


def metrics_section(backend: str = "vllm_open") -> str:
    """Return Prometheus' way in, to the metrics of ``backend`` and to the gateway's own."""
    unknown = error("There are no such metrics", "not_found")
    return f"""\
frontend metrics
    bind :{METRICS_PORT} proto h1
    maxconn {OTHER_CONNECTIONS}
    acl vllm path /metrics
    acl gateway path {GATEWAY_METRICS_PATH}
    http-request return status 404 {unknown} \
unless {{ method GET }} vllm or {{ method GET }} gateway
    http-request use-service prometheus-exporter if gateway
    {only_known_headers()}
    http-request set-uri /metrics
    default_backend {backend}
"""
