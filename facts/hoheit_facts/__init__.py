"""Dated and sourced facts: GPUs, telemetry switches, the engine and its image. Data only."""

from .countries import COUNTRIES, Country, countries_of
from .engine import ENGINE, Engine
from .gpus import GPUS, Gpu, gpu_named
from .images import IMAGES, CatalogueImage
from .instance_types import INSTANCE_TYPES, InstanceType, instance_types_with
from .metrics import METRICS, ExporterMetrics, known_series
from .profiles import PROFILES, Profile
from .regions import (
    OPERATORS,
    REGIONS,
    SERVICES,
    ZONES,
    Operator,
    Region,
    Service,
    Zone,
    region_named,
    service_at,
)
from .telemetry import TELEMETRY, Switch, switches_off

__all__ = [
    "COUNTRIES",
    "ENGINE",
    "GPUS",
    "IMAGES",
    "INSTANCE_TYPES",
    "METRICS",
    "OPERATORS",
    "PROFILES",
    "REGIONS",
    "SERVICES",
    "TELEMETRY",
    "ZONES",
    "CatalogueImage",
    "Country",
    "Engine",
    "ExporterMetrics",
    "Gpu",
    "InstanceType",
    "Operator",
    "Profile",
    "Region",
    "Service",
    "Switch",
    "Zone",
    "countries_of",
    "gpu_named",
    "instance_types_with",
    "known_series",
    "region_named",
    "service_at",
    "switches_off",
]
