"""How long a server pod may take to its first answer: from bytes and bandwidth, step by step.

Each number is the slowest that somebody published; what a step really takes, the engine logs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

DEFAULT_BUDGET_SECONDS = 3600
"""360 probes, one every ten seconds, as the llm-d and KServe templates give a start."""

_MIB_PER_GIB = 1024
_IMPORT_SECONDS = 73
"""Until Python, PyTorch and CUDA are loaded: llm-d's measurement of a cold Qwen3-32B on an H100
(guides/gke-pod-snapshots/benchmark-results)."""
_LOAD_SECONDS = 42
"""What loading takes beside reading the files: 60.55 s, of them 19.18 s for the weights (log of
vLLM 0.14.1, Mistral-7B AWQ on an L4)."""
_COMPILE_SECONDS = 210
"""Profile the memory, compile, capture graphs: 210 of the 277 s in which a 35B model started
(vLLM issue 44881); the Mistral-7B above took 39 s."""
_CAPTURE_SECONDS = 26
"""Capture the graphs once more: 26 s of the Mistral-7B above. With LoRA they are captured without
and with adapters (vLLM 0.32.0 wheel, vllm/lora/utils.py: get_captured_lora_counts)."""
_WARM_UP_SECONDS = 10
"""The first request of one model name; an assumption."""
_NODE_SECONDS = 1800
"""For a node to come up and pull the image, before anything of the pod runs."""


@dataclass(frozen=True, kw_only=True)
class Startup:
    """What decides how long a start takes."""

    weights_gib: float
    read_mib_per_second: int
    """From the weights' volume into memory."""
    copy_mib_per_second: int | None
    """Out of the object store onto that volume; None where the volume has them already."""
    lora: bool = False
    model_names: int = 1
    """Names that are asked once before the pod is ready."""

    @property
    def steps(self) -> dict[str, int]:
        """Seconds of each step from the start of the container to its first answer."""
        return {
            "import": _IMPORT_SECONDS,
            f"read {self.weights_gib:g} GiB at {self.read_mib_per_second} MiB/s": _transfer(
                self.weights_gib, self.read_mib_per_second
            ),
            "load": _LOAD_SECONDS,
            "profile, compile, capture": _COMPILE_SECONDS,
            "capture for adapters": _CAPTURE_SECONDS if self.lora else 0,
            f"ask {self.model_names} model names": self.model_names * _WARM_UP_SECONDS,
        }

    @property
    def needed_seconds(self) -> int:
        """The sum of all steps."""
        return sum(self.steps.values())

    @property
    def copy_seconds(self) -> int:
        """How long the init container copies; the startup probe has not begun to count."""
        if self.copy_mib_per_second is None:
            return 0
        return _transfer(self.weights_gib, self.copy_mib_per_second)

    @property
    def from_nothing_seconds(self) -> int:
        """How long a new pod takes to its first answer, once it has a node."""
        return self.copy_seconds + self.needed_seconds

    def budget_seconds(self, given: int | None) -> int:
        """Return what the startup probe waits for.

        Args:
            given: what somebody wants it to be; None computes it.

        Raises:
            ValueError: if ``given`` is less than a start can take.
        """
        if given is None:
            return max(DEFAULT_BUDGET_SECONDS, self.needed_seconds)
        if given < self.needed_seconds:
            raise ValueError(
                f"startup_budget_seconds: {given}, but a start can take {self.needed_seconds} "
                f"({self.explained}); raise it, leave it out to have it computed, or state a "
                "faster weights_read_mib_per_second"
            )
        return given

    def rollout_seconds(self, budget_seconds: int) -> int:
        """Return how long one new pod may take, from its creation to its first answer."""
        return _NODE_SECONDS + self.copy_seconds + budget_seconds

    @property
    def explained(self) -> str:
        """The sum in words: ``import 73 s, read 4 GiB at 125 MiB/s 33 s, ...``."""
        return ", ".join(f"{step} {seconds} s" for step, seconds in self.steps.items() if seconds)


def _transfer(gib: float, mib_per_second: int) -> int:
    return math.ceil(gib * _MIB_PER_GIB / mib_per_second)
