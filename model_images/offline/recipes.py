"""What each image of the bake file stands on, and what it is brought: nothing can be pulled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Recipe:
    """The means of one build."""

    bases: Mapping[str, str]
    """Prefix of the two variables of the bake file that name a base, `<PREFIX>_IMAGE` and
    `<PREFIX>_DIGEST`, to the name of a base, or of an image of ours."""
    locks: tuple[str, ...] = ()
    """Below `model_images`: Python packages, as the stage `wheels`."""
    programs: tuple[str, ...] = ()
    """Of the lab's tool chain, as the stage `programs`."""


RECIPES: Mapping[str, Recipe] = {
    "gateway": Recipe({"HAPROXY": "haproxy"}),
    "postgres": Recipe({"POSTGRESQL": "postgresql"}),
    "small-model": Recipe({"DEBIAN": "debian", "VLLM_CPU": "vllm-cpu"}),
    "prometheus": Recipe({"DEBIAN": "debian"}, programs=("prometheus", "promtool")),
    "alertmanager": Recipe({"DEBIAN": "debian"}, programs=("alertmanager", "amtool")),
    "versitygw": Recipe({"DEBIAN": "debian"}, programs=("versitygw",)),
    "weights-fetcher": Recipe(
        {"PYTHON": "python"},
        locks=("weights-fetcher/requirements.txt", "weights-fetcher/requirements-build.txt"),
    ),
    "vllm-cpu-wheels": Recipe({"PYTHON": "python"}, locks=("vllm-cpu/requirements-cpu.txt",)),
    "vllm-cpu": Recipe(
        {"PYTHON": "python", "VLLM_CPU": "vllm-cpu-wheels"},
        locks=("vllm/requirements-sbom.txt",),
    ),
    "mlflow": Recipe(
        {"PYTHON": "python"},
        locks=("mlflow/requirements.txt", "mlflow/requirements-build.txt"),
    ),
}
"""Every image that can be built offline, by its target in the bake file."""
