"""REP-02 and REP-04: what spreads buckets and tables over regions without replication of S3."""

from hoheit_policy.copies import copies_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from .allowed_locations import judge_country

_CONTROLS = ("GDPR Art. 44", "BSI C3A SOV-3-01", "BSI C5 PSS-12")

ACCESS_POINTS = Rule(
    id="REP-02",
    title="Access points over several regions lead to allowed countries",
    asks=(
        "Every bucket behind an S3 Multi-Region Access Point is a bucket of this stack in an "
        "allowed country: S3 chooses among them."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=_CONTROLS,
    remediation=Remediation(
        en="Put buckets of the same stack in allowed regions behind the access point.",
        de="Buckets desselben Stacks in erlaubten Regionen hinter den Access Point stellen.",
    ),
    of_resource=of_resource(judge_country, copies_of("REP-02", "bucket of the access point")),
)

TABLE_BUCKET_REPLICAS = Rule(
    id="REP-04",
    title="Table buckets replicate to allowed countries",
    asks="Every table bucket that tables of S3 are replicated to is in an allowed country.",
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=_CONTROLS,
    remediation=Remediation(
        en="Replicate to table buckets in allowed regions.",
        de="In Table-Buckets in erlaubten Regionen replizieren.",
    ),
    of_resource=of_resource(judge_country, copies_of("REP-04")),
)
