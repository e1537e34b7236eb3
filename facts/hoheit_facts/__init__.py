"""Dated and sourced facts: GPUs, telemetry switches, the engine and its image. Data only."""

from .engine import ENGINE, Engine
from .gpus import GPUS, Gpu
from .images import IMAGES, CatalogueImage
from .telemetry import TELEMETRY, Switch, switches_off

__all__ = [
    "ENGINE",
    "GPUS",
    "IMAGES",
    "TELEMETRY",
    "CatalogueImage",
    "Engine",
    "Gpu",
    "Switch",
    "switches_off",
]
