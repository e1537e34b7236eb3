"""Prints the rule reference: ``python -m hoheit_policy`` writes it, ``--check`` compares it."""

import sys
from pathlib import Path

from .document import reference

_USE = "usage: python -m hoheit_policy [--check] FILE\n"


def main(arguments: list[str]) -> int:
    """Write the reference to a file, or with ``--check`` say whether it is up to date."""
    check = arguments[:1] == ["--check"]
    files = arguments[1:] if check else arguments
    if len(files) != 1:
        sys.stderr.write(_USE)
        return 2
    file = Path(files[0])
    if not check:
        file.write_text(reference(), encoding="utf-8")
        return 0
    if file.is_file() and file.read_text(encoding="utf-8") == reference():
        return 0
    sys.stderr.write(f"{file} is out of date; run: python -m hoheit_policy {file}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
