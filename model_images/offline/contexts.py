"""What a build without a network is brought, as folders: packages, programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import uv
from hoheit_lab.console import say
from hoheit_lab.errors import LabError
from hoheit_lab.toolchain import build

from .bake import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PYTHON = "3.11"
"""Of Debian 12."""
_NEWEST_GLIBC = 36
"""Of Debian 12: 2.36. A wheel for an older one runs as well."""
_PLATFORMS = (
    *(f"manylinux_2_{minor}_x86_64" for minor in range(_NEWEST_GLIBC, 4, -1)),
    *(f"manylinux{year}_x86_64" for year in ("2014", "2010", "1")),
)


def wheels(locks: Iterable[str], folder: Path) -> None:
    """Fetch what the locks name from the package index of this machine, by hash.

    Raises:
        LabError: with pip's last line.
    """
    for lock in locks:
        say(f"packages of {lock}: fetching")
        done = subprocess.run(  # noqa: S603 - our own argument list
            [
                *(uv.find_uv_bin(), "run", "--quiet", "--no-project", "--with", "pip", "python"),
                *("-m", "pip", "download", "--quiet", "--require-hashes", "--no-deps"),
                *("--dest", folder, "--only-binary", ":all:", "--python-version", PYTHON),
                *(f"--platform={platform}" for platform in _PLATFORMS),
                *("--requirement", ROOT / "model_images" / lock),
            ],
            # Kept is the image that they end up in.
            env={**os.environ, "PIP_NO_CACHE_DIR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            reason = done.stderr.strip().splitlines()[-1:] or ["pip gave no reason"]
            raise LabError(f"packages of {lock}: {reason[0]}")


def programs(names: Iterable[str], folder: Path) -> None:
    """Copy programs of the lab's tool chain; they are static.

    Raises:
        LabError: if one cannot be built.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, path in build(names).items():
        shutil.copy2(path, folder / name)
