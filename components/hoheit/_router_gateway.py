"""The configuration of the gateway of a router pod: clients before the router, servers behind it.

::

    client -> frontend api -> vllm-router on loopback -> frontend slots -> gateway of a server pod

The router picks among slots, ports on loopback. Each is the place of one server pod, which HAProxy
finds by DNS and checks. So the router needs neither the API server nor a key, and a slot that has
lost its pod hands a request to another one before anything of it was sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._gateway_sections import (
    API_CONNECTIONS,
    API_PORT,
    HEALTH_PORT,
    READY_PATH,
    UPSTREAM_KEY_VARIABLE,
    VLLM_PORT,
    api_section,
    away,
    check,
    defaults_section,
    global_section,
    health_section,
    metrics_section,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

ROUTER_PORT = VLLM_PORT
ROUTER_METRICS_PORT = 29000
"""The router's own default."""
FIRST_SLOT_PORT = 9001
NAMESPACE_VARIABLE = "POD_NAMESPACE"
SLOT_HEALTH_PATH = "/health"
"""What the router asks of each slot; it has no other path while it starts."""
_RENDERED = ("/v1/chat/completions", "/v1/completions")
_ROUTER_IDLE_SECONDS = 120
"""Longer than the 90 s after which the router's HTTP client drops an idle connection."""
_SLOT_CONNECTIONS = 3 * API_CONNECTIONS
"""For each request one to ask, one to count tokens, and idle ones."""


def routed_paths(paths: Sequence[str]) -> list[str]:
    """Return what a router asks of a server for ``paths``: it has prompts turned into tokens."""
    return [*paths, *(f"{path}/render" for path in paths if path in _RENDERED)]


def slot_urls(slots: int) -> list[str]:
    """Return the servers as the router is told them."""
    return [f"http://127.0.0.1:{FIRST_SLOT_PORT + slot}" for slot in range(slots)]


def router_gateway_config(  # noqa: PLR0913 - each is a setting of the service, by name
    *,
    servers: str,
    domain: str,
    slots: int,
    allowed_paths: Sequence[str],
    idle_timeout_seconds: int,
    drain_seconds: int,
    max_body_bytes: int,
) -> str:
    """Return the whole ``haproxy.cfg`` of a router pod.

    Args:
        servers: Name of the headless Service whose addresses are the server pods.
        domain: Domain suffix of Services.
        slots: The largest number of server pods.
        allowed_paths: Paths that clients may POST to; ``GET /v1/models`` is always allowed.
        idle_timeout_seconds: The longest silence of a server or of a client within a request.
        drain_seconds: The time that requests in flight get when the gateway is told to stop.
        max_body_bytes: The largest request body.

    Raises:
        ValueError: A path or number that the configuration cannot carry.
    """
    check(allowed_paths, idle_timeout_seconds, drain_seconds, max_body_bytes)
    sections = (
        global_section(drain_seconds, _SLOT_CONNECTIONS),
        _resolvers(),
        defaults_section(idle_timeout_seconds),
        api_section(allowed_paths, max_body_bytes, _while_servers_are_there()),
        health_section("/liveness"),
        metrics_section("router_metrics"),
        _slots(slots),
        _backends(f"{servers}.${{{NAMESPACE_VARIABLE}}}.svc.{domain}", slots),
    )
    return "\n".join(sections)


def _resolvers() -> str:
    return """\
resolvers cluster
    parse-resolv-conf
    accepted_payload_size 8192
    # A pod that leaves is gone from DNS before it stops: it waits 15 s.
    hold valid 2s
    hold obsolete 0s
    timeout resolve 1s
    timeout retry 1s
"""


def _while_servers_are_there() -> str:
    return f"""
    # Who asks while there is no server hears at once when to come back, and is counted.
    http-request return {away()} if {{ nbsrv(servers) eq 0 }}
"""


def _slots(slots: int) -> str:
    last = FIRST_SLOT_PORT + slots - 1
    up = "".join(
        f"    http-request return status 200 if health {{ dst_port {FIRST_SLOT_PORT + slot} }} "
        f"{{ srv_is_up(servers/server{slot + 1}) }}\n"
        for slot in range(slots)
    )
    return f"""\
# Where the router sends requests to. While there is no server at all every slot claims to be
# healthy, so that the router starts and stays up. No request reaches it then.
frontend slots
    bind 127.0.0.1:{FIRST_SLOT_PORT}-{last} proto h1
    maxconn {_SLOT_CONNECTIONS}
    timeout http-keep-alive {_ROUTER_IDLE_SECONDS}s
    acl health path {SLOT_HEALTH_PATH}
    http-request return status 200 if health {{ nbsrv(servers) eq 0 }}
{up}\
    http-request return status 503 if health
    # The router asks for some things without the header that it was given.
    http-request set-header Authorization "Bearer %[env({UPSTREAM_KEY_VARIABLE})]"
    default_backend servers
"""


def _backends(host: str, slots: int) -> str:
    preferred = "".join(
        f"    use-server server{slot + 1} if {{ dst_port {FIRST_SLOT_PORT + slot} }}\n"
        for slot in range(slots)
    )
    return f"""\
backend vllm
    server router 127.0.0.1:{ROUTER_PORT}

backend vllm_open
    timeout server 5s
    server router 127.0.0.1:{ROUTER_PORT}

backend router_metrics
    timeout server 5s
    server router 127.0.0.1:{ROUTER_METRICS_PORT}

backend servers
    log global
    balance leastconn
    # Only where no connection came about, that is before anything was sent.
    retries 2
    option redispatch 1
    option httpchk
    http-check send meth GET uri {READY_PATH} ver HTTP/1.1 hdr Host 127.0.0.1
    http-check expect status 200
{preferred}\
    server-template server 1-{slots} "{host}:{API_PORT}" resolvers cluster init-addr none \
check port {HEALTH_PORT} inter 2s fall 2 rise 1
"""
