"""A file of Python with rules of somebody else."""

from __future__ import annotations

import runpy
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from .own_rules import OwnRuleError, with_own
from .rules import RULES

if TYPE_CHECKING:
    from .rule import Rule

NAME = "RULES"
"""What the file calls its rules."""


@dataclass(frozen=True, kw_only=True)
class RuleFile:
    """Rules of somebody else, and the file that they come from."""

    name: str
    """Without its folder."""
    sha256: str
    rules: tuple[Rule, ...]
    """Those of hoheit, and those of the file after them."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the rules of the file."""
        return tuple(rule.id for rule in self.rules[len(RULES) :])


def read_rule_file(path: str | Path) -> RuleFile:
    """Run a file of Python, and return the rules that it calls ``RULES``.

    It runs with the rights of whoever asks for it, so read it before.

    Raises:
        OwnRuleError: if there is no such file, if it raises, or if a rule in it cannot judge.
    """
    file = Path(path)
    try:
        content = file.read_bytes()
    except OSError as error:
        raise OwnRuleError(f"{file}: {error.strerror}; name a file of Python") from None
    try:
        return RuleFile(
            name=file.name, sha256=sha256(content).hexdigest(), rules=with_own(_listed(file))
        )
    except OwnRuleError as error:
        raise OwnRuleError(f"{file}: {error}") from None


def _listed(file: Path) -> list[Any]:
    try:
        found: Any = runpy.run_path(str(file)).get(NAME)
    except (Exception, SystemExit) as error:
        said = " ".join(str(error).split())[:200]
        raise OwnRuleError(f"it raises {type(error).__name__}: {said}; mend the file") from None
    if not isinstance(found, tuple | list) or not found:
        raise OwnRuleError(f"it has no {NAME}; write {NAME} = (YOUR_RULE,)")
    return list(cast("list[Any]", found))
