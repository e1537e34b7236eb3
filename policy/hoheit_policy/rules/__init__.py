"""The rules, one module each, in the order in which they are reported."""

from hoheit_policy.rule import Rule

from .allowed_locations import ALLOWED_LOCATIONS
from .approved_images import APPROVED_IMAGES
from .declared_egress import DECLARED_EGRESS
from .default_deny import DEFAULT_DENY
from .encrypted_volumes import ENCRYPTED_VOLUMES
from .known_locations import KNOWN_LOCATIONS
from .no_exposure import NO_EXPOSURE
from .operators import OPERATORS_RULE
from .plain_locations import PLAIN_LOCATIONS
from .provider_endpoints import PROVIDER_ENDPOINTS
from .state_backend import STATE_BACKEND
from .telemetry_off import TELEMETRY_OFF

RULES: tuple[Rule, ...] = (
    ALLOWED_LOCATIONS,
    KNOWN_LOCATIONS,
    PLAIN_LOCATIONS,
    PROVIDER_ENDPOINTS,
    OPERATORS_RULE,
    APPROVED_IMAGES,
    TELEMETRY_OFF,
    DEFAULT_DENY,
    NO_EXPOSURE,
    ENCRYPTED_VOLUMES,
    STATE_BACKEND,
    DECLARED_EGRESS,
)

__all__ = ["RULES"]
