"""The annotation `pulumi.com/waitFor`: what the program itself wants to wait for."""

import json
import re
from typing import Any

from hoheit_lab.providers.errors import ProviderError
from hoheit_lab.providers.kubernetes.cluster import Cluster
from hoheit_lab.providers.marks import is_list
from hoheit_lab.providers.paths import lookup, parse_path

from .verdict import READY, Check, Verdict, condition, explain, waiting

_JSON_PATH = re.compile(r"jsonpath=\{\.?([^{}?*@]+)\}(?:=(.*))?", re.DOTALL)
_CONDITION = re.compile(r"condition=([^=]+?)(?:=(.*))?")


def requested(annotation: str) -> Check:
    """The check that an annotation asks for: one expression, or a JSON list of them."""
    checks = [_parse(expression) for expression in _expressions(annotation)]

    def check(obj: dict[str, Any], cluster: Cluster) -> Verdict:
        verdicts = [one(obj, cluster) for one in checks]
        return next((verdict for verdict in verdicts if not verdict.ready), READY)

    return check


def _expressions(annotation: str) -> list[str]:
    try:
        parsed = json.loads(annotation)
    except ValueError:
        return [annotation]
    if not is_list(parsed) or not parsed:
        raise ProviderError("the annotation pulumi.com/waitFor holds no expression")
    return [str(item) for item in parsed]


def _parse(expression: str) -> Check:
    by_path = _JSON_PATH.fullmatch(expression)
    if by_path:
        return _at_path(by_path[1], by_path[2])
    by_condition = _CONDITION.fullmatch(expression)
    if by_condition:
        return _has_condition(by_condition[1], by_condition[2] or "True")
    raise ProviderError(
        f"the annotation pulumi.com/waitFor is {expression!r};"
        " the stand-in takes condition=Name, condition=Name=Value, jsonpath={.path},"
        " jsonpath={.path}=value, or a JSON list of them"
    )


def _at_path(path: str, value: str | None) -> Check:
    steps = parse_path(path)

    def check(obj: dict[str, Any], cluster: Cluster) -> Verdict:
        del cluster
        present, found = lookup(obj, steps)
        if present and (value is None or str(found) == value):
            return READY
        wanted = "a value" if value is None else repr(value)
        return waiting(f"waiting for {path} to have {wanted}")

    return check


def _has_condition(name: str, value: str) -> Check:
    def check(obj: dict[str, Any], cluster: Cluster) -> Verdict:
        del cluster
        entry = condition(obj, name)
        if str(entry.get("status", "")).lower() == value.lower():
            return READY
        reasons = [explain(entry)] if entry else []
        return waiting(f"waiting for condition {name} to be {value}", reasons)

    return check
