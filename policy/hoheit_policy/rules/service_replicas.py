"""REP-09: replicas of file systems, secrets, images and inventories are in allowed countries."""

from hoheit_policy.copies import copies_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from .allowed_locations import judge_country

SERVICE_REPLICAS = Rule(
    id="REP-09",
    title="File systems, secrets and images replicate to allowed countries",
    asks=(
        "Every replica of a file system, a secret, a registry of images, an inventory or a "
        "set of incidents is in an allowed country."
    ),
    severity=Severity.CRITICAL,
    phases=ALWAYS,
    controls=(
        "GDPR Art. 44",
        "BSI C3A SOV-3-01",
        "BSI C5 PSS-12",
    ),
    remediation=Remediation(
        en="Take out replicas in regions of other countries.",
        de="Replikate in Regionen anderer Länder herausnehmen.",
    ),
    of_resource=of_resource(judge_country, copies_of("REP-09")),
)
