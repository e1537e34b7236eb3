"""The first request of each model name, made before a pod is ready for anybody else's."""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING

from ._gateway import HEALTH_PORT, VLLM_PORT
from ._lifecycle import PROBE_PERIOD_SECONDS, failures_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pulumi_kubernetes.core.v1 import ProbeArgsDict

_COMPLETIONS = "/v1/completions"
_ROUTES = {
    "/v1/completions": _COMPLETIONS,
    "/v1/chat/completions": _COMPLETIONS,
    "/v1/responses": _COMPLETIONS,
    "/v1/embeddings": "/v1/embeddings",
}
"""What clients may ask, and what then warms up. A chat needs a template, a completion does not, and
both run the same kernels."""
_TIMEOUT_SECONDS = 60
"""A first request may compile; what it has compiled by then, the next try finds done."""


def warm_up_probe(
    model_names: Sequence[str], routes: Sequence[str], budget_seconds: int
) -> ProbeArgsDict | None:
    """Return a startup probe that asks each model once, after the gateway calls the pod ready.

    A container that has not passed it counts as not ready, so no client is sent to it. It ends with
    the startup budget like any startup probe, and says as an event of the pod what went wrong.

    Args:
        model_names: what clients send as ``model``: the model's name and those of adapters.
        routes: what clients may ask; None of them generates or embeds: there is nothing to warm.
        budget_seconds: how long the start may take in all.
    """
    route = next((_ROUTES[one] for one in routes if one in _ROUTES), None)
    if route is None:
        return None
    text = resources.files("hoheit").joinpath("_warm_up_probe.py").read_text("utf-8")
    return {
        "exec_": {
            "command": [
                # Isolated: neither the working directory nor variables add to what is imported.
                *("python3", "-I", "-c", text),
                *(str(HEALTH_PORT), str(VLLM_PORT), route, *model_names),
            ]
        },
        "period_seconds": PROBE_PERIOD_SECONDS,
        "failure_threshold": failures_within(budget_seconds),
        "timeout_seconds": _TIMEOUT_SECONDS,
    }
