"""Dated and sourced facts: GPUs, telemetry switches, the engine and its image. Data only."""

from .countries import COUNTRIES, Country, countries_of
from .engine import ENGINE, Engine
from .gpus import GPUS, Gpu
from .images import IMAGES, CatalogueImage
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
    "Operator",
    "Profile",
    "Region",
    "Service",
    "Switch",
    "Zone",
    "countries_of",
    "known_series",
    "region_named",
    "service_at",
    "switches_off",
]
