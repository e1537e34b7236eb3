"""Strings of random characters from chosen classes."""

import secrets
import string
from typing import Any

from hoheit_lab.providers.errors import ProviderError

SPECIAL = "!@#$%&*()-_=+[]{}<>:?"


def random_characters(inputs: dict[str, Any]) -> str:
    """As many characters as asked for, of each class at least its minimum, in random order."""
    classes = _classes(inputs)
    alphabet = "".join(characters for characters, used, _ in classes if used)
    wanted, least = inputs["length"], sum(minimum for _, _, minimum in classes)
    if wanted < 1 or wanted < least:
        raise ProviderError(
            f"length is {wanted}, and must be at least {max(1, least)}"
            " (the sum of minLower, minUpper, minNumeric and minSpecial)"
        )
    if not alphabet and wanted > least:
        raise ProviderError("all of lower, upper, numeric and special are false: nothing to draw")
    drawn = [
        secrets.choice(characters) for characters, _, minimum in classes for _ in range(minimum)
    ]
    drawn += [secrets.choice(alphabet) for _ in range(wanted - least)]
    secrets.SystemRandom().shuffle(drawn)
    return "".join(drawn)


def _classes(inputs: dict[str, Any]) -> list[tuple[str, bool, int]]:
    """The characters of each class, whether it is drawn from, and its minimum."""
    special = inputs.get("overrideSpecial") or SPECIAL
    return [
        (string.ascii_lowercase, inputs["lower"], inputs["minLower"]),
        (string.ascii_uppercase, inputs["upper"], inputs["minUpper"]),
        (string.digits, inputs["numeric"], inputs["minNumeric"]),
        (special, inputs["special"], inputs["minSpecial"]),
    ]
