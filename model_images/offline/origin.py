"""Where the files of an image come from, for its labels: the repository and the commit."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .bake import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LOCAL = "urn:hoheit:checkout-without-an-address"
"""The source of what was built from a checkout that has no remote with an address."""


def source() -> str:
    """Return the address of this checkout's remote, without a user or a password in it."""
    address = urlsplit(_git("remote", "get-url", "origin"))
    if address.scheme not in ("http", "https", "ssh") or not address.hostname:
        return LOCAL
    port = f":{address.port}" if address.port else ""
    return f"{address.scheme}://{address.hostname}{port}{address.path}"


def revision(folder: Path) -> str:
    """Return the last commit that changed a folder, so that other commits make no other image.

    A folder with changes that are not committed says so.
    """
    commit = _git("log", "-1", "--format=%H", "--", str(folder))
    changed = _git("status", "--porcelain", "--", str(folder))
    if not commit:
        return "uncommitted"
    return f"{commit}-changed" if changed else commit


def _git(*arguments: str) -> str:
    command = ["git", "-C", str(ROOT), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    except FileNotFoundError:
        return ""
    return done.stdout.strip()
