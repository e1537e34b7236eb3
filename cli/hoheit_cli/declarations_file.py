"""A reviewer's declarations, in a file or in standard input."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hoheit_policy import RULES, Declarations, DeclarationsError, Gap, Rule
from hoheit_policy.guarded import FIELD
from hoheit_policy.own_exemptions import read_declarations_for
from hoheit_policy.values import at

from .errors import UsageError
from .json_input import parsed

STDIN = "-"
TOO_DEEP = "nested too deeply"


def declared_in_file(name: str, rules: Sequence[Rule] = RULES) -> Declarations:
    """Return the declarations in a file, or in standard input where it is named ``-``.

    Raises:
        UsageError: if they are not JSON, or wrong.
    """
    origin = "standard input" if name == STDIN else name
    try:
        text = sys.stdin.read() if name == STDIN else Path(name).read_text(encoding="utf-8")
        document = _unpacked(parsed(text))
    except UnicodeDecodeError:
        raise UsageError(f"{origin} is no text; write the declarations as JSON in UTF-8") from None
    except ValueError as error:
        raise UsageError(f"{origin} is {error}") from None
    if not isinstance(document, dict):
        raise UsageError(f"{origin} holds no declarations: write a JSON object of fields")
    try:
        return read_declarations_for(document, rules)
    except DeclarationsError as error:
        raise UsageError(f"{origin}: {error}") from None
    except RecursionError:
        raise UsageError(f"{origin} is not JSON ({TOO_DEEP})") from None


def _unpacked(document: Any) -> Any:
    """Return the declarations in the configuration of the policy pack, or what is none of it."""
    config = at(document, FIELD, FIELD)
    return document if config is Gap.MISSING else config
