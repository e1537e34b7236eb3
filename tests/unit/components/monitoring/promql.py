"""Reads PromQL with a real parser, not with a pattern."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import promql_parser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hoheit._monitoring.rules import Group

_VARIABLES = {"$__rate_interval": "5m"}
MADE_BY_PROMETHEUS = {"up", "ALERTS"}


def series(query: str) -> set[str]:
    """The names of the series that a query reads, recording rules among them."""
    return {node.name for node in _nodes(query) if hasattr(node, "matchers")}


def filters(query: str) -> dict[str, set[str]]:
    """The labels that each series of a query is filtered by."""
    found = [node for node in _nodes(query) if hasattr(node, "matchers")]
    return {node.name: {one.name for one in node.matchers.matchers} for node in found}


def kept_labels(query: str) -> list[set[str]]:
    """The labels that each aggregation of a query keeps."""
    aggregations = [node for node in _nodes(query) if isinstance(node, promql_parser.AggregateExpr)]
    return [set(node.modifier.labels) for node in aggregations]


def selector_of(variable_query: str) -> str:
    """The selector within Grafana's ``label_values(selector, label)``."""
    (selector,) = re.fullmatch(r"label_values\((.*), \w+\)", variable_query).groups()
    return selector


def base_series(query: str, groups: list[Group]) -> set[str]:
    """The series that a query reads, those behind recording rules in their place."""
    records = {
        rule.name: rule.expr for group in groups for rule in group.rules if hasattr(rule, "name")
    }
    found: set[str] = set()
    for name in series(query):
        found |= base_series(records[name], groups) if ":" in name and name in records else {name}
    return found


def _nodes(query: str) -> Iterator[Any]:
    for variable, value in _VARIABLES.items():
        query = query.replace(variable, value)
    yield from _below(promql_parser.parse(query))


def _below(node: Any) -> Iterator[Any]:
    yield node
    for field in ("expr", "lhs", "rhs", "param", "vector_selector"):
        inner = getattr(node, field, None)
        if inner is not None:
            yield from _below(inner)
    for argument in getattr(node, "args", None) or []:
        yield from _below(argument)
