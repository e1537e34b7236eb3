"""Reads the HTTP routes from the application that ``vllm serve`` builds."""

from __future__ import annotations

import importlib
import multiprocessing
import os
from typing import Any

_WRITTEN_BY_FASTAPI = ("HEAD", "OPTIONS")
"""Methods that come with a route and do nothing of their own."""
_ENVIRONMENT = (
    "VLLM_SERVER_DEV_MODE",
    "VLLM_ALLOW_RUNTIME_LORA_UPDATING",
    "VLLM_ENABLE_COHERE_API",
)
"""Variables that open more routes."""
_ARGUMENTS = (
    ("--enable-scale-out",),
    ("--tokens-only",),
    ("--enable-tokenizer-info-endpoint",),
    ("--enable-fault-tolerance",),
    ("--enable-offline-docs",),
    ('--profiler-config={"profiler": "torch", "torch_profiler_dir": "/tmp"}',),
)
"""Options that open more routes."""
_DEFAULT = "default"
"""A model that generates text, with nothing set."""
_TASKS = ("render", "transcription", "realtime")
_POOLING_TASKS = ("embed", "classify", "token_embed", "token_classify", "score", "plugin")


class _PoolingModel:
    """What the routers of a pooling model ask of its configuration."""

    class hf_config:  # noqa: N801 - the attribute's name in vLLM
        num_labels = 1

    def __init__(self, task: str) -> None:
        self.runner_type = "pooling"
        self.score_type = "cross-encoder" if task == "classify" else "bi-encoder"
        self._task = task

    def get_pooling_task(self, _supported: object) -> str:
        return self._task


def read_routes(parser: Any) -> list[dict[str, Any]]:
    """Return every route: path, methods, and the set-ups that open it unless all do."""
    found: dict[tuple[str, str], list[str]] = {}
    for setup, routes in _setups(parser).items():
        for route in sorted(routes):
            found.setdefault(route, []).append(setup)
    rows: dict[tuple[str, str], list[str]] = {}
    for (path, method), setups in found.items():
        when = "" if _DEFAULT in setups else " | ".join(sorted(setups))
        rows.setdefault((path, when), []).append(method)
    return [
        {"path": path, "methods": sorted(methods)} | ({"when": when} if when else {})
        for (path, when), methods in sorted(rows.items())
    ]


def _setups(parser: Any) -> dict[str, set[tuple[str, str]]]:
    """Return the routes of a model that generates text, and of each other set-up."""
    setups = {_DEFAULT: _routes(parser, [])}
    for variable in _ENVIRONMENT:
        setups[f"{variable}=1"] = _apart(parser, [], environment={variable: "1"})
    for arguments in _ARGUMENTS:
        flag = arguments[0].partition("=")[0]
        if any(flag in action.option_strings for action in parser._actions):
            setups[flag] = _apart(parser, list(arguments))
    for task in (*_TASKS, *_POOLING_TASKS):
        setups[f"task {task}"] = _apart(parser, [], task)
    return setups


def _apart(
    parser: Any,
    arguments: list[str],
    task: str = "generate",
    environment: dict[str, str] | None = None,
) -> set[tuple[str, str]]:
    """Return the routes of a set-up; in a process of its own, since vLLM's routers keep routes."""
    fork = multiprocessing.get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)

    def send() -> None:
        os.environ |= environment or {}
        sender.send(_routes(parser, arguments, task))

    process = fork.Process(target=send)
    process.start()
    sender.close()
    routes = receiver.recv()
    process.join()
    return routes


def _routes(parser: Any, arguments: list[str], task: str = "generate") -> set[tuple[str, str]]:
    model = _PoolingModel(task) if task in _POOLING_TASKS else None
    application = _application(parser.parse_args(["model", *arguments]), task, model)
    return {
        (route.path, method)
        for route in application.routes
        for method in _methods(route)
        if method not in _WRITTEN_BY_FASTAPI
    }


def _methods(route: Any) -> set[str]:
    kind = type(route).__name__
    if kind == "APIWebSocketRoute":
        return {"WEBSOCKET"}
    # A mounted application, which is /metrics, answers any method.
    return {"GET"} if kind == "Mount" else set(route.methods)


def _application(arguments: Any, task: str, model: Any) -> Any:
    try:
        build = importlib.import_module("vllm.entrypoints.launchers.app").build_app
    except ModuleNotFoundError:
        # Before tasks decided on routes, every server had all of them.
        return importlib.import_module("vllm.entrypoints.openai.api_server").build_app(arguments)
    return build(arguments, (task,), model)
