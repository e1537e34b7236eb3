"""WRK-05: pods and volumes are bound to no region elsewhere."""

from hoheit_policy.bound_places import bound_places
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from .allowed_locations import judge_country

BOUND_PLACES = Rule(
    id="WRK-05",
    title="Pods and volumes are bound to no region elsewhere",
    asks=(
        "Every region or zone of AWS or Hetzner Cloud that a node selector, a node affinity or "
        "the topology of a storage class names is in an allowed country. Other names are those "
        "of the cluster, whose place is declared."
    ),
    severity=Severity.MEDIUM,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-01"),
    remediation=Remediation(
        en="Select nodes in regions and zones of allowed countries.",
        de="Nodes in Regionen und Zonen erlaubter Länder wählen.",
    ),
    of_resource=of_resource(judge_country, bound_places),
)
