"""The configuration of the gateway: HAProxy in front of an MLflow that listens on loopback only.

It keeps metrics off the API port, and gives the metrics port the host and the login that MLflow
asks for. Written for HAProxy 2.6 and newer, built with OpenSSL and the Prometheus exporter.
"""

from __future__ import annotations

from hoheit._gateway import GATEWAY_METRICS_PATH, GATEWAY_PATH

API_PORT = 5000
"""Clients and browsers: all of MLflow but its metrics."""
METRICS_PORT = 8081
"""Prometheus: ``/metrics`` is MLflow's, ``/gateway/metrics`` the gateway's own."""
HEALTH_PORT = 8082
"""The kubelet: ``/health`` and ``/gateway``."""
MLFLOW_PORT = 5001
"""MLflow itself, on the pod's loopback."""

HEALTH_PATH = "/health"
"""MLflow answers here without login and for every host name."""
CREDENTIALS_VARIABLE = "HOHEIT_METRICS_CREDENTIALS"
"""``user:password`` of the account that reads metrics."""
LOCAL_HOST = f"localhost:{API_PORT}"
"""A host name that MLflow accepts, because :mod:`.hosts` lists it."""

_API_CONNECTIONS = 1000
_OTHER_CONNECTIONS = 32
"""Kept apart, so that a flood of requests can neither hide the metrics nor fail the probes."""
_METRICS_SECONDS = 10


def gateway_config(*, idle_timeout_seconds: int, drain_seconds: int, max_body_bytes: int) -> str:
    """Return the whole ``haproxy.cfg``, which takes the metrics account from the environment.

    Args:
        idle_timeout_seconds: The longest silence of MLflow or of a client within a request; the
            server is silent while it hands an artifact on to the object store.
        drain_seconds: The time that requests in flight get when the gateway is told to stop.
        max_body_bytes: The largest request body, that is the largest file of an artifact.
    """
    sections = (
        _global(drain_seconds),
        _defaults(idle_timeout_seconds),
        _api(max_body_bytes),
        _health(),
        _metrics(),
        _backends(),
    )
    return "\n".join(sections)


def _error(message: str, code: str) -> str:
    """Return an answer's content in the shape that MLflow's clients understand."""
    body = f'{{"error_code": "{code}", "message": "{message}"}}'
    return f"content-type application/json string '{body}'"


def _global(drain_seconds: int) -> str:
    return f"""\
.if !defined({CREDENTIALS_VARIABLE})
    .alert "{CREDENTIALS_VARIABLE} is not set: metrics could not be read"
.endif

global
    log stdout format raw daemon
    maxconn {_API_CONNECTIONS + 2 * _OTHER_CONNECTIONS}
    nbthread 2
    # SIGUSR1 stops the gateway after the requests in flight, but not later than this.
    hard-stop-after {drain_seconds}s
"""


def _defaults(idle_seconds: int) -> str:
    away = _error("MLflow is not ready", "TEMPORARILY_UNAVAILABLE")
    slow = _error("MLflow did not answer in time", "TEMPORARILY_UNAVAILABLE")
    return f"""\
defaults
    mode http
    # uvicorn closes idle connections after 5 s: one never reused cannot close on a request.
    option http-server-close
    http-reuse never
    retries 0
    timeout http-request 10s
    timeout http-keep-alive 60s
    timeout connect 2s
    timeout client {idle_seconds}s
    timeout server {idle_seconds}s
    http-error status 503 {away} hdr Retry-After 10
    http-error status 504 {slow}
"""


def _api(max_body_bytes: int) -> str:
    unknown = _error("There are no metrics on this port", "ENDPOINT_NOT_FOUND")
    unsized = _error("Send the body with a Content-Length", "INVALID_PARAMETER_VALUE")
    large = _error(f"The body is larger than {max_body_bytes} bytes", "INVALID_PARAMETER_VALUE")
    return f"""\
frontend api
    # HTTP/1.1 only, so that every body states its length.
    bind :{API_PORT} proto h1
    maxconn {_API_CONNECTIONS}
    # MLflow decodes a path once and merges its slashes before it looks where it leads.
    http-request return status 404 {unknown} if {{ path,url_dec -m reg -i ^/+metrics/*$ }}
    http-request return status 411 {unsized} if {{ req.hdr(transfer-encoding) -m found }}
    # Not hdr_val, which has 32 bits: 4 GiB and a byte would count as one byte.
    http-request return status 413 {large} \
if {{ req.hdr(content-length),add(0) gt {max_body_bytes} }}
    # MLflow's log believes this header, so it has to be true.
    http-request set-header X-Forwarded-For %[src]
    http-response del-header Server
    default_backend mlflow
"""


def _health() -> str:
    unknown = _error("There is no such probe", "ENDPOINT_NOT_FOUND")
    return f"""\
frontend health
    bind :{HEALTH_PORT} proto h1
    maxconn {_OTHER_CONNECTIONS}
    monitor-uri {GATEWAY_PATH}
    http-request return status 404 {unknown} unless {{ method GET }} {{ path {HEALTH_PATH} }}
    default_backend mlflow_short
"""


def _metrics() -> str:
    unknown = _error("There are no such metrics", "ENDPOINT_NOT_FOUND")
    return f"""\
frontend metrics
    bind :{METRICS_PORT} proto h1
    maxconn {_OTHER_CONNECTIONS}
    acl mlflow path /metrics
    acl gateway path {GATEWAY_METRICS_PATH}
    http-request return status 404 {unknown} \
unless {{ method GET }} mlflow or {{ method GET }} gateway
    http-request use-service prometheus-exporter if gateway
    # Read while the process runs, never pasted into the file.
    http-request set-var(txn.account) env({CREDENTIALS_VARIABLE})
    http-request set-header Authorization "Basic %[var(txn.account),base64]"
    http-request set-header Host {LOCAL_HOST}
    http-request set-uri /metrics
    default_backend mlflow_short
"""


def _backends() -> str:
    return f"""\
backend mlflow
    server mlflow 127.0.0.1:{MLFLOW_PORT}

# What takes milliseconds, or something is wrong.
backend mlflow_short
    timeout server {_METRICS_SECONDS}s
    server mlflow 127.0.0.1:{MLFLOW_PORT}
"""
