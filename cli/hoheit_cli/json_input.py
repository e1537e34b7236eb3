"""JSON that somebody hands over: one value for one key, or a sentence that says what is wrong."""

from __future__ import annotations

import json
from typing import Any


def parsed(text: str) -> Any:
    """Return the value of a JSON text.

    Raises:
        ValueError: if it is not JSON, is nested too deeply, or gives a key twice: readers would
            differ on which one counts.
    """
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("not JSON (nested too deeply)") from None
    except _TwiceError:
        raise
    except ValueError as error:  # beside what is no JSON, a number with thousands of digits
        raise ValueError(f"not JSON ({error})") from None


class _TwiceError(ValueError):
    """A key is given twice."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise _TwiceError(f"ambiguous: the key '{twice}' is given twice in one object; keep one")
    return found
