"""Script: prints the distributions of the interpreter that runs it, as JSON.

It runs in the program's own environment, so it needs nothing but the standard library.
"""

import json
import re
from importlib.metadata import distributions


def normalized(name: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def required_name(requirement: str) -> str:
    """The name that a requirement such as `grpcio>=1.66; extra == 'x'` starts with."""
    return normalized(re.split(r"[\s\[(;<>=!~@]", requirement, maxsplit=1)[0])


def listing() -> list[dict[str, object]]:
    """One entry per distribution: name, version, and whether another one requires it."""
    found = {normalized(d.metadata["Name"]): d for d in distributions() if d.metadata["Name"]}
    required = {
        required_name(line)
        for distribution in found.values()
        for line in distribution.requires or []
        if "extra ==" not in line
    }
    return [
        {"name": name, "version": distribution.version, "required": name in required}
        for name, distribution in sorted(found.items())
    ]


if __name__ == "__main__":
    print(json.dumps(listing()))  # noqa: T201 - its output is its result
