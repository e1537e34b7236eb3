"""LOC-06: availability zones are in allowed countries."""

from hoheit_policy.aws_zones import zone_places
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from .allowed_locations import judge_country

ZONES_RULE = Rule(
    id="LOC-06",
    title="Availability zones are in allowed countries",
    asks=(
        "Every availability zone that an AWS resource names is a zone of a known region in an "
        "allowed country. A local zone, a zone at the edge and a zone's id are in no table, "
        "and not allowed."
    ),
    severity=Severity.MEDIUM,
    phases=ALWAYS,
    controls=(
        "GDPR Art. 44",
        "BSI C3A SOV-3-01",
    ),
    remediation=Remediation(
        en="Name zones of a region in an allowed country, for example eu-central-1a.",
        de="Zonen einer Region in einem erlaubten Land nennen, etwa eu-central-1a.",
    ),
    of_resource=of_resource(judge_country, zone_places),
)
