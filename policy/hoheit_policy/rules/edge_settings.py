"""REP-03 and GLB-03: no setting lets data enter at the edge, all over the world."""

from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._global_service import switched_by

_CONTROLS = ("GDPR Art. 44", "BSI C3A SOV-3-01")

ACCELERATED_BUCKETS = Rule(
    id="REP-03",
    title="No bucket is accelerated",
    asks=(
        "No bucket uses S3 Transfer Acceleration: its data enters at the edge, at places all over "
        "the world."
    ),
    severity=Severity.MEDIUM,
    phases=ALWAYS,
    controls=_CONTROLS,
    remediation=Remediation(
        en="Remove the acceleration, or set it to Suspended.",
        de="Die Beschleunigung entfernen oder auf Suspended setzen.",
    ),
    of_resource=switched_by("REP-03"),
)

EDGE_FIREWALLS = Rule(
    id="GLB-03",
    title="No firewall works at the edge",
    asks=(
        "No access list, rule group, set of addresses or of patterns of AWS WAF has the scope "
        "CLOUDFRONT: it reads requests wherever Amazon CloudFront takes them."
    ),
    severity=Severity.MEDIUM,
    phases=ALWAYS,
    controls=_CONTROLS,
    remediation=Remediation(
        en="Set scope to REGIONAL, and serve from a load balancer in an allowed region.",
        de="scope auf REGIONAL setzen und von einem Load Balancer in einer erlaubten Region "
        "ausliefern.",
    ),
    of_resource=switched_by("GLB-03"),
)
