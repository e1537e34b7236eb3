"""REP-07: databases are replicated within allowed countries only."""

from hoheit_policy.copies import copies_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from .allowed_locations import judge_country

DATABASE_REPLICAS = Rule(
    id="REP-07",
    title="Databases replicate within allowed countries",
    asks=(
        "Every source, peer and witness of a replicated database is in an allowed country. "
        "The members of a global cluster are made elsewhere, so it is unknown."
    ),
    severity=Severity.CRITICAL,
    phases=ALWAYS,
    controls=(
        "GDPR Art. 44",
        "BSI C3A SOV-3-01",
        "BSI C5 PSS-12",
    ),
    remediation=Remediation(
        en=(
            "Replicate within allowed regions; avoid global clusters, or have the rule "
            "exempted with the list of their members."
        ),
        de=(
            "Innerhalb erlaubter Regionen replizieren; globale Cluster vermeiden, oder die "
            "Regel mit der Liste ihrer Mitglieder ausnehmen lassen."
        ),
    ),
    of_resource=of_resource(judge_country, copies_of("REP-07")),
)
