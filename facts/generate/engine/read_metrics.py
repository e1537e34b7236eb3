"""Reads every metric that a release of vLLM can export from its source, without importing it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from .metric_sources import NAME, constants_of, literals, sources_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .metric_sources import Source

_KIND = re.compile(
    r"_(?P<a>counter|gauge|histogram)_cls|(?P<b>Counter|Gauge|Histogram)"
    r"|Offloading(?P<c>Counter|Gauge|Histogram)Metadata"
)
_EACH_ENGINE = ["model_name", "engine"]
"""What ``labelnames`` stands for in every logger, from ``vllm/v1/metrics/loggers.py``."""
_PASSED_ON = ("labelnames", "_labelnames")
_WHEN = {
    "v1/metrics/": None,
    "v1/spec_decode/": "--speculative-config",
    "v1/kv_offload/": "--kv-offloading-size or --kv-transfer-config",
    "v1/simple_kv_offload/": "--kv-transfer-config",
    "distributed/kv_transfer/": "--kv-transfer-config",
    "distributed/ec_transfer/": "--ec-transfer-config",
    "parser/": "--tool-call-parser, from the first parsed answer on",
    "entrypoints/serve/dev/": "VLLM_SERVER_DEV_MODE=1",
    "entrypoints/rl/": "VLLM_SERVER_DEV_MODE=1",
    "entrypoints/speech_to_text/realtime/": "a model for realtime speech",
}
"""Set-ups in which the metrics of a part of the source exist; None where always."""


def read_metrics(package: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the metrics, and in words what the source did not tell.

    Args:
        package: directory of the ``vllm`` package.
    """
    sources = list(sources_in(package))
    constants = constants_of(sources)
    found: dict[str, dict[str, Any]] = {}
    named_elsewhere: set[str] = set()
    for source in sources:
        for call in (node for node in ast.walk(source.tree) if isinstance(node, ast.Call)):
            metrics = list(_metrics(call, source, constants))
            found.update({one["name"]: one for one in metrics if one["name"] not in found})
            if not metrics and _is_definition(call):
                named_elsewhere.add(source.path)
    missing = [f"{name}: named in the source, and not understood" for name in _left(sources, found)]
    missing += [f"metrics of {path}, named by another library" for path in sorted(named_elsewhere)]
    return [found[name] for name in sorted(found)], missing


def _left(sources: list[Source], found: dict[str, dict[str, Any]]) -> list[str]:
    """Return the names in the source that belong to no metric that was found."""
    written = {text for source in sources for text in literals(source.tree)}
    stored = {name.removesuffix("_total") for name in found}
    # Some literals are no names, but what several begin with.
    return sorted(
        text
        for text in written
        if text.removesuffix("_total") not in stored
        and not any(name.startswith(f"{text}_") for name in stored)
    )


def _is_definition(call: ast.Call) -> bool:
    kind = _KIND.fullmatch(_last_name(call.func))
    return kind is not None and kind["c"] is not None


def _metrics(call: ast.Call, source: Source, constants: dict[str, str]) -> Iterator[dict[str, Any]]:
    kind = _KIND.fullmatch(_last_name(call.func))
    if kind is None:
        return
    metadata = kind["c"] is not None
    given = {word.arg: word.value for word in call.keywords}
    name = _keyed_by(call, source) if metadata else given.get("name", *call.args[:1])
    labels = _labels(given.get("labelnames", (call.args[2:3] or [None])[0]), call, source)
    if metadata and labels is not None:
        labels = [*_EACH_ENGINE, *labels]
    of_kind = str(kind["a"] or kind["b"] or kind["c"]).lower()
    for text in _texts(name, call, source, constants):
        exported = f"{text.removesuffix('_total')}_total" if of_kind == "counter" else text
        metric = {"name": exported, "type": of_kind, "labels": labels, "source": source.path}
        if when := _when(call, source):
            metric["when"] = when
        yield metric


def _last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _keyed_by(call: ast.Call, source: Source) -> ast.expr | None:
    """Return the key under which a table of definitions holds this one."""
    for parent, child in source.above(call):
        if isinstance(parent, ast.Dict) and child in parent.values:
            return parent.keys[parent.values.index(child)]  # pyright: ignore[reportArgumentType]
        if isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Subscript):
            return parent.targets[0].slice
    return None


def _texts(
    name: ast.expr | None, call: ast.Call, source: Source, constants: dict[str, str]
) -> list[str]:
    """Return the names that an expression stands for: one, or those of a loop."""
    if isinstance(name, ast.Constant):
        return [text for text in [str(name.value)] if NAME.fullmatch(text)]
    if isinstance(name, ast.Attribute):
        return [constants[key] for key in [ast.unparse(name)] if key in constants]
    if not isinstance(name, ast.Name):
        return []
    if name.id in constants:
        return [constants[name.id]]
    function = _function(call, source)
    if stated := [
        text
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and _last_name(node.targets[0]) == name.id
        for text in literals(node.value)
    ]:
        return stated
    loops = [node for node in ast.walk(function) if isinstance(node, ast.For | ast.comprehension)]
    tables = {
        _last_name(loop.iter)
        for loop in loops
        if any(_last_name(part) == name.id for part in ast.walk(loop.target))
    }
    return [
        text
        for node in ast.walk(function)
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None
        if tables & {_last_name(target) for target in _targets(node)}
        for text in literals(node.value)
    ]


def _targets(node: ast.Assign | ast.AnnAssign) -> list[ast.expr]:
    return node.targets if isinstance(node, ast.Assign) else [node.target]


def _function(node: ast.AST, source: Source) -> ast.AST:
    around = (above for above, _ in source.above(node))
    return next((one for one in around if isinstance(one, ast.FunctionDef)), source.tree)


def _labels(node: ast.expr | None, call: ast.Call, source: Source) -> list[str] | None:
    """Return the label names; None where only a running engine knows them."""
    if node is None:
        return []
    if isinstance(node, ast.List | ast.Tuple):
        parts = [_label(item, source) for item in node.elts]
        return [part for part in parts if part is not None] if None not in parts else None
    if isinstance(node, ast.BinOp):
        left, right = (_labels(side, call, source) for side in (node.left, node.right))
        return None if left is None or right is None else left + right
    name = _last_name(node)
    if name in _PASSED_ON:
        return list(_EACH_ENGINE)
    for scope in (_function(call, source), source.tree):
        for inner in ast.walk(scope):
            if isinstance(inner, ast.Assign) and _last_name(inner.targets[0]) == name != "":
                return _labels(inner.value, call, source)
    return None


def _label(node: ast.expr, source: Source) -> str | None:
    if isinstance(node, ast.Constant):
        return str(node.value)
    name = _last_name(node)
    for inner in ast.walk(source.tree):
        if (text := _text_given_to(name, inner)) is not None:
            return text
        if isinstance(inner, ast.ImportFrom) and name in {alias.name for alias in inner.names}:
            return _imported(name, str(inner.module), source)
    return None


def _imported(name: str, module: str, source: Source) -> str | None:
    """Return the text of a constant of another module of vLLM."""
    file = source.package.parent / f"{module.replace('.', '/')}.py"
    if not file.is_file():
        return None
    found = (_text_given_to(name, node) for node in ast.parse(file.read_text("utf-8")).body)
    return next((text for text in found if text is not None), None)


def _text_given_to(name: str, node: ast.AST) -> str | None:
    """Return the text that a statement gives to a name, if it does."""
    if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
        return None
    named = name in {_last_name(target) for target in node.targets}
    return str(node.value.value) if named else None


def _when(call: ast.Call, source: Source) -> str | None:
    """Return the set-up in which a metric exists, and the condition in the source."""
    (setup,) = [when for part, when in _WHEN.items() if source.path.startswith(part)]
    conditions = [setup] if setup else []
    for parent, child in source.above(call):
        if isinstance(parent, ast.FunctionDef):
            break
        if isinstance(parent, ast.If):
            test = ast.unparse(parent.test)
            conditions.append(test if child in parent.body else f"not ({test})")
    return "; ".join(conditions) or None
