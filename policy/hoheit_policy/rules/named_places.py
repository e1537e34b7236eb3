"""LOC-14: nothing in a cloud resource names a place elsewhere."""

from hoheit_policy.named_places import named_places
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from .allowed_locations import judge_country

NAMED_PLACES = Rule(
    id="LOC-14",
    title="Nothing in a cloud resource names a place elsewhere",
    asks=(
        "Whatever its field is: a region, a zone, an ARN, a bucket or a URL in an AWS resource "
        "names a place in an allowed country. A bucket that is not in the stack and a host that "
        "nobody declared are unknown. Tags, descriptions and what only grants rights are not asked."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-01", "BSI C5 PSS-12"),
    remediation=Remediation(
        en="Name regions, buckets and hosts in allowed countries; bring the bucket into the stack, "
        "and declare the host under declarations.endpoints.",
        de="Regionen, Buckets und Hosts in erlaubten Ländern nennen; den Bucket in den Stack "
        "aufnehmen und den Host unter declarations.endpoints erklären.",
    ),
    of_resource=of_resource(judge_country, named_places),
)
