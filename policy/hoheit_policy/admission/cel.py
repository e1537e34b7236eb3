"""Pieces of the Common Expression Language, as admission policies of Kubernetes write it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hoheit_policy.verdict import Verdict


def text(value: str) -> str:
    """Return a literal; what JSON escapes, CEL reads the same way."""
    return json.dumps(value, ensure_ascii=False)


def texts(values: Iterable[str]) -> str:
    """Return a list of literals."""
    return f"[{', '.join(text(value) for value in values)}]"


def mapped(fields: Mapping[str, str]) -> str:
    """Return a map of expressions by literal keys."""
    return "{" + ", ".join(f"{text(key)}: {value}" for key, value in fields.items()) + "}"


def finding(verdict: Verdict, path: str, message: str) -> str:
    """Return one finding; path and message are expressions."""
    return mapped({"verdict": text(verdict.value), "path": path, "message": message})


_SPACES = r"\s\v\x1c-\x1f\x85\p{Z}"
"""What Python takes for white space in a text, inside of brackets."""


def re2(expression: re.Pattern[str]) -> str:
    r"""Return a regular expression of Python as RE2 reads it; ``\s`` has to be in brackets."""
    flags = "(?i)" if expression.flags & re.IGNORECASE else ""
    return flags + expression.pattern.replace(r"\s", _SPACES).replace(r"\d", r"\p{Nd}")


def pattern(wildcard: str) -> str:
    """Return a regular expression for a pattern with ``*``, as RE2 reads it."""
    return f"^{'.*'.join(re.escape(part) for part in wildcard.split('*'))}$"
