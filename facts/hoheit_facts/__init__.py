"""Dated and sourced facts: GPUs, telemetry switches, the engine and its image. Data only."""

from .bedrock import GEOGRAPHIES, MODEL_FIELDS, Geography, ModelField
from .cloud_fields import (
    DATA_STORES,
    DESTINATIONS,
    EGRESS_RANGES,
    GLOBAL_SERVICES,
    GLOBAL_SETTINGS,
    HCLOUD_FIELDS,
    HCLOUD_WITHOUT_PLACE,
    PROVIDER_URLS,
    REQUIRED_TAGS,
    SHARING,
    USER_DATA,
    ZONE_FIELDS,
    Destination,
    GlobalService,
    GlobalSetting,
    HcloudFields,
    Sharing,
)
from .controls import CONTROLS, Control
from .countries import COUNTRIES, Country, countries_of
from .default_clients import DEFAULT_CLIENTS, DefaultClient
from .encryption_fields import CUSTOMER_KEYS, CustomerKey
from .engine import ENGINE, Engine
from .engine_memory import ENGINE_MEMORY, OBSERVED_MEMORY, EngineMemory, engine_memory
from .engines import ENGINES, EngineCatalogue, Flag, Metric, Route
from .gpus import GPUS, Gpu, gpu_named
from .histograms import HISTOGRAMS, ExporterHistograms, bucket_boundaries
from .image_sizes import IMAGE_SIZES, ImageSize
from .images import IMAGES, CatalogueImage
from .instance_types import INSTANCE_TYPES, InstanceType, instance_types_with
from .known_images import KNOWN_IMAGES, KnownImage
from .kubernetes_hosts import CONTAINER_HOSTS, OBJECT_HOSTS, POD_HOSTS
from .kv_cache import KV_CACHE_RULES, KvCacheRules
from .metrics import METRICS, ExporterMetrics, known_series, series_in_all_versions
from .mig import MIG_PROFILES, WITHOUT_MIG, MigProfile, mig_profiles_of, mig_slice
from .models import CONFIG_DEFAULTS, MODELS, Model
from .profiles import PROFILES, Profile
from .provider_packages import (
    JUDGED_PACKAGES,
    PACKAGE_OWNERS,
    QUIET_PACKAGES,
    PackageOwner,
)
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
from .telemetry import (
    TELEMETRY,
    TELEMETRY_ARGUMENTS,
    Argument,
    Switch,
    arguments_off,
    switches_off,
)

__all__ = [
    "CONFIG_DEFAULTS",
    "CONTAINER_HOSTS",
    "CONTROLS",
    "COUNTRIES",
    "CUSTOMER_KEYS",
    "DATA_STORES",
    "DEFAULT_CLIENTS",
    "DESTINATIONS",
    "EGRESS_RANGES",
    "ENGINE",
    "ENGINES",
    "ENGINE_MEMORY",
    "GEOGRAPHIES",
    "GLOBAL_SERVICES",
    "GLOBAL_SETTINGS",
    "GPUS",
    "HCLOUD_FIELDS",
    "HCLOUD_WITHOUT_PLACE",
    "HISTOGRAMS",
    "IMAGES",
    "IMAGE_SIZES",
    "INSTANCE_TYPES",
    "JUDGED_PACKAGES",
    "KNOWN_IMAGES",
    "KV_CACHE_RULES",
    "METRICS",
    "MIG_PROFILES",
    "MODELS",
    "MODEL_FIELDS",
    "OBJECT_HOSTS",
    "OBSERVED_MEMORY",
    "OPERATORS",
    "PACKAGE_OWNERS",
    "POD_HOSTS",
    "PROFILES",
    "PROVIDER_URLS",
    "QUIET_PACKAGES",
    "REGIONS",
    "REQUIRED_TAGS",
    "SERVICES",
    "SHARING",
    "TELEMETRY",
    "TELEMETRY_ARGUMENTS",
    "USER_DATA",
    "WITHOUT_MIG",
    "ZONES",
    "ZONE_FIELDS",
    "Argument",
    "CatalogueImage",
    "Control",
    "Country",
    "CustomerKey",
    "DefaultClient",
    "Destination",
    "Engine",
    "EngineCatalogue",
    "EngineMemory",
    "ExporterHistograms",
    "ExporterMetrics",
    "Flag",
    "Geography",
    "GlobalService",
    "GlobalSetting",
    "Gpu",
    "HcloudFields",
    "ImageSize",
    "InstanceType",
    "KnownImage",
    "KvCacheRules",
    "Metric",
    "MigProfile",
    "Model",
    "ModelField",
    "Operator",
    "PackageOwner",
    "Profile",
    "Region",
    "Route",
    "Service",
    "Sharing",
    "Switch",
    "Zone",
    "arguments_off",
    "bucket_boundaries",
    "countries_of",
    "engine_memory",
    "gpu_named",
    "instance_types_with",
    "known_series",
    "mig_profiles_of",
    "mig_slice",
    "region_named",
    "series_in_all_versions",
    "service_at",
    "switches_off",
]
