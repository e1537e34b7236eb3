"""The configuration of a router pod's gateway as text."""

from __future__ import annotations

from typing import Any

import pytest
from hoheit._router_gateway import routed_paths, router_gateway_config, slot_urls
from support.golden import golden

GOOD: dict[str, Any] = {
    "servers": "mistral-servers",
    "domain": "cluster.local",
    "slots": 3,
    "allowed_paths": ["/v1/chat/completions", "/v1/completions"],
    "idle_timeout_seconds": 300,
    "drain_seconds": 600,
    "max_body_bytes": 10_000_000,
}


def rendered_with(**changes: Any) -> str:
    return router_gateway_config(**{**GOOD, **changes})


def test_the_rendered_file_is_the_reviewed_one() -> None:
    golden("router_gateway_config.cfg", rendered_with())


def test_only_the_slots_are_bound_on_loopback() -> None:
    bound = [line.split()[1] for line in rendered_with().splitlines() if "    bind" in line]
    assert bound == [":8080", ":8082", ":8081", "127.0.0.1:9001-9003"]


def test_every_slot_prefers_the_server_of_its_number() -> None:
    rendered = rendered_with(slots=2)
    for slot, url in enumerate(slot_urls(2), start=1):
        port = url.rpartition(":")[2]
        assert f"use-server server{slot} if {{ dst_port {port} }}" in rendered


@pytest.mark.parametrize(
    ("paths", "more"),
    [
        (["/v1/completions"], ["/v1/completions/render"]),
        (["/v1/embeddings", "/tokenize"], []),
    ],
)
def test_a_router_has_prompts_rendered_where_vllm_can(paths: list[str], more: list[str]) -> None:
    assert routed_paths(paths) == [*paths, *more]


@pytest.mark.parametrize(
    ("field", "value"),
    [("allowed_paths", ["x"]), ("drain_seconds", 0), ("max_body_bytes", 0)],
)
def test_what_the_file_cannot_carry_is_refused(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=r"path|drain|bytes"):
        rendered_with(**{field: value})
