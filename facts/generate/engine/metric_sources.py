"""The Python files of a release that say something of metrics, and the texts in them."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = re.compile(r"vllm:[a-z0-9_]+")
"""A metric's name."""


@dataclass
class Source:
    """One file, with what is needed to follow a name to its text."""

    package: Path
    path: str
    """Within the package."""
    tree: ast.Module
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in ast.walk(self.tree):
            for child in ast.iter_child_nodes(node):
                self.parents[child] = node

    def above(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        """Yield each node around ``node``, with the child through which it leads there."""
        while (parent := self.parents.get(node)) is not None:
            yield parent, node
            node = parent


def sources_in(package: Path) -> Iterator[Source]:
    """Yield the files of a package in which a metric may be named."""
    for file in sorted(package.rglob("*.py")):
        text = file.read_text("utf-8")
        if "vllm:" in text or "MetricMetadata" in text:
            yield Source(package, file.relative_to(package).as_posix(), ast.parse(text))


def literals(tree: ast.AST) -> Iterator[str]:
    """Yield the texts in a piece of code that look like a metric's name."""
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) else None
        if isinstance(text, str) and NAME.fullmatch(text):
            yield text


def constants_of(sources: list[Source]) -> dict[str, str]:
    """Return the metric names that are given to a constant, by the constant's own name."""
    named: dict[str, str] = {}
    for source in sources:
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Constant):
                continue
            for target in node.targets:
                value = node.value.value
                if isinstance(target, ast.Name) and isinstance(value, str):
                    owner = source.parents[node]
                    lasting = isinstance(owner, ast.Module | ast.ClassDef)
                    if lasting and NAME.fullmatch(value):
                        prefix = f"{owner.name}." if isinstance(owner, ast.ClassDef) else ""
                        named[prefix + target.id] = value
    return named
