"""The model of these tests and adapters for it, made on the spot."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hoheit import LoraAdapter
from serving.weights.hub_double import COMMIT, REPOSITORY

NAME = "tiny-llama"
"""The last part of the repository, and what clients ask for."""
LARGEST = "model.safetensors"
_SCRIPT = Path(__file__).with_name("make_model.py")
_BYTES_PER_MIB = 1024**2


@dataclass(frozen=True)
class Model:
    folder: Path
    """``base`` and a folder for each adapter."""

    @property
    def files(self) -> dict[str, bytes]:
        """What a hub has of it."""
        return {file.name: file.read_bytes() for file in sorted((self.folder / "base").iterdir())}

    @property
    def weights(self) -> dict[str, Any]:
        """What an operator declares of it."""
        return {
            "repository": REPOSITORY,
            "revision": COMMIT,
            "size_gib": 0.02,
            "config": json.loads((self.folder / "base" / "config.json").read_text()),
        }

    def adapter(self, name: str, **changes: Any) -> LoraAdapter:
        """What an operator declares of an adapter that lies in the claim ``adapters``."""
        folder = self.folder / name
        config = json.loads((folder / "adapter_config.json").read_text())
        given = {
            "name": name,
            "uri": f"pvc://adapters/{name}",
            "base": config["base_model_name_or_path"],
            "rank": config["r"],
            "target_modules": config["target_modules"],
            "weights_digest": _digest(folder / "adapter_model.safetensors"),
            "config_digest": _digest(folder / "adapter_config.json"),
            "size_mib": (folder / "adapter_model.safetensors").stat().st_size / _BYTES_PER_MIB,
        }
        return LoraAdapter(**{**given, **changes})


def make_model(python: Path, folder: Path) -> Model:
    """Make everything with the libraries of vLLM's own environment."""
    subprocess.run(
        [python, "-I", _SCRIPT, folder],
        env={"HOME": os.environ["HOME"], "HF_HUB_OFFLINE": "1"},
        capture_output=True,
        check=True,
        timeout=300,
    )
    for file in folder.rglob("*"):
        file.chmod(0o755 if file.is_dir() else 0o644)  # another user serves them
    return Model(folder)


def _digest(file: Path) -> str:
    return f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"
