"""One weight matrix, and the part of it that a GPU holds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from .config_fields import LARGEST, LEAST

if TYPE_CHECKING:
    from collections.abc import Mapping


class Split(StrEnum):
    """How tensor parallelism divides a matrix."""

    OUTPUTS = "outputs"
    INPUTS = "inputs"
    NONE = "none"
    """Every GPU holds it whole."""


@dataclass(frozen=True, kw_only=True)
class Matrix:
    """One linear layer, or ``count`` of the same shape."""

    name: str
    inputs: int
    outputs: int
    split: Split = Split.NONE
    units: int | None = None
    """Heads that ``outputs`` consists of; a head is repeated rather than split."""
    count: int = 1
    """Experts of one layer."""
    quantizable: bool = True
    """False for what quantisation leaves alone: routers."""
    adaptable: bool = True
    """Whether a LoRA adapter has room in it."""

    def shape_on(self, gpus: int) -> tuple[int, int]:
        """Return inputs and outputs of the part that one of ``gpus`` holds."""
        if self.split is Split.INPUTS:
            return -(-self.inputs // gpus), self.outputs
        if self.split is Split.OUTPUTS:
            if self.units is None:
                return self.inputs, -(-self.outputs // gpus)
            return self.inputs, self.outputs // self.units * max(1, self.units // gpus)
        return self.inputs, self.outputs

    def elements_on(self, gpus: int) -> int:
        """Return the elements that one of ``gpus`` holds."""
        inputs, outputs = self.shape_on(gpus)
        return inputs * outputs * self.count


def number(config: Mapping[str, object], field: str) -> int:
    """Return a whole number of the configuration, or 0 where it has none.

    Raises:
        ValueError: if it is beyond every size of a model.
    """
    value = config.get(field)
    if not isinstance(value, int):
        return 0
    if not LEAST <= value <= LARGEST:
        raise ValueError(
            f"weights.config.{field}: {value} is not from {LEAST} to {LARGEST}; give the "
            "config.json as it stands in the model's repository"
        )
    return value
