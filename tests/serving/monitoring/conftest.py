"""The real Prometheus and Alertmanager, built by the lab at the versions of the catalogue."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hoheit_lab.errors import LabError
from hoheit_lab.toolchain import build
from support.lab import lab

__all__ = ["lab"]

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Programs:
    prometheus: Path
    promtool: Path
    alertmanager: Path
    amtool: Path


@pytest.fixture(scope="session")
def programs() -> Programs:
    try:
        return Programs(**build(["prometheus", "promtool", "alertmanager", "amtool"]))
    except LabError as error:
        complaint = f"Prometheus could not be built: {error}"
        if os.environ.get("CI"):
            pytest.fail(complaint)
        pytest.skip(complaint)
