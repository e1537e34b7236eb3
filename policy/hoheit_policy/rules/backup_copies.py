"""REP-08: snapshots and backups are copied to allowed countries only."""

from hoheit_policy.copies import copies_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from .allowed_locations import judge_country

BACKUP_COPIES = Rule(
    id="REP-08",
    title="Snapshots and backups stay in allowed countries",
    asks=(
        "Every copy of a snapshot, image or backup that a resource makes or a plan asks for "
        "is in an allowed country."
    ),
    severity=Severity.CRITICAL,
    phases=ALWAYS,
    controls=(
        "GDPR Art. 44",
        "BSI C3A SOV-3-01",
        "BSI C5 PSS-12",
        "DORA Art. 12",
    ),
    remediation=Remediation(
        en="Copy to regions and vaults in allowed countries.",
        de="In Regionen und Tresore in erlaubten Ländern kopieren.",
    ),
    of_resource=of_resource(judge_country, copies_of("REP-08")),
)
