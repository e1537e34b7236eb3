"""REP-12: backups of a cluster stay in allowed countries."""

from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.velero_places import velero_places

from ._place_rule import of_resource
from ._stated import judge_stated

VELERO_LOCATIONS = Rule(
    id="REP-12",
    title="Backups of clusters stay in allowed countries",
    asks=(
        "Every BackupStorageLocation and VolumeSnapshotLocation of Velero, as a custom resource or "
        "in the values of its chart, names a store or a region in an allowed country."
    ),
    severity=Severity.CRITICAL,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-01", "BSI C5 PSS-12", "DORA Art. 12"),
    remediation=Remediation(
        en="Set config.region or config.s3Url to a store in an allowed country, and declare its "
        "host under declarations.endpoints.",
        de="config.region oder config.s3Url auf einen Speicher in einem erlaubten Land setzen, "
        "und seinen Host unter declarations.endpoints erklären.",
    ),
    of_resource=of_resource(judge_stated, velero_places),
)
