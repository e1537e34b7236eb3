"""REP-01: objects are replicated to allowed countries only."""

from hoheit_policy.copies import copies_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from .allowed_locations import judge_country

BUCKET_REPLICAS = Rule(
    id="REP-01",
    title="Buckets replicate to allowed countries",
    asks=(
        "Every bucket that objects are replicated to is a bucket of this stack in an allowed "
        "country, and so is the key of the replicas. The name of a bucket does not say where "
        "it is."
    ),
    severity=Severity.CRITICAL,
    phases=ALWAYS,
    controls=(
        "GDPR Art. 44",
        "BSI C3A SOV-3-01",
        "BSI C5 PSS-12",
    ),
    remediation=Remediation(
        en="Replicate to a bucket that the same stack makes in an allowed region.",
        de=("In einen Bucket replizieren, den derselbe Stack in einer erlaubten Region anlegt."),
    ),
    of_resource=of_resource(judge_country, copies_of("REP-01")),
)
