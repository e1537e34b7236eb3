"""Property paths of Pulumi: ``spec.template.spec.containers[0].image``, ``data["a.b"]``."""

import re
from collections.abc import Sequence
from typing import Any

from .marks import is_list, is_object

Path = tuple[str | int, ...]

_PLAIN = re.compile(r"[A-Za-z_$][\w$]*")
_STEP = re.compile(r'\.?([^.\[\]"]+)|\[(\d+|\*)\]|\["((?:[^"\\]|\\.)*)"\]')


def format_path(path: Sequence[str | int]) -> str:
    """Spell a path as the engine does."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.fullmatch(step):
            text += f".{step}" if text else step
        else:
            escaped = step.replace("\\", "\\\\").replace('"', '\\"')
            text += f'["{escaped}"]'
    return text


def parse_path(text: str) -> Path:
    """Read a path; a wildcard is the string ``*``."""
    steps: list[str | int] = []
    for match in _STEP.finditer(text):
        name, index, quoted = match.groups()
        if quoted is not None:
            steps.append(re.sub(r"\\(.)", r"\1", quoted))
        elif index is not None:
            steps.append(int(index) if index.isdigit() else index)
        else:
            steps.append(name)
    return tuple(steps)


def covers(pattern: Sequence[str | int], path: Sequence[str | int]) -> bool:
    """Whether the pattern names the path or something around it; ``*`` is any one step."""
    return len(pattern) <= len(path) and all(
        wanted in ("*", step) for wanted, step in zip(pattern, path, strict=False)
    )


def lookup(value: Any, path: Sequence[str | int]) -> tuple[bool, Any]:
    """What stands at a path, and whether anything does."""
    for step in path:
        present, value = _enter(value, step)
        if not present:
            return False, None
    return True, value


def _enter(value: Any, step: str | int) -> tuple[bool, Any]:
    if isinstance(step, int):
        return (True, value[step]) if is_list(value) and step < len(value) else (False, None)
    return (True, value[step]) if is_object(value) and step in value else (False, None)
