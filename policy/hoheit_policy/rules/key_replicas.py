"""REP-05: keys stay in allowed countries."""

from hoheit_policy.copies import copies_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from .allowed_locations import judge_country

KEY_REPLICAS = Rule(
    id="REP-05",
    title="Keys stay in allowed countries",
    asks=(
        "Every replica of a KMS key, and the key that it is a replica of, is in an allowed "
        "country. A key that is allowed in several regions is unknown."
    ),
    severity=Severity.CRITICAL,
    phases=ALWAYS,
    controls=(
        "GDPR Art. 32",
        "BSI C3A SOV-3-02",
    ),
    remediation=Remediation(
        en="Leave multiRegion out; make replicas in allowed regions only.",
        de="multiRegion weglassen; Replikate nur in erlaubten Regionen anlegen.",
    ),
    of_resource=of_resource(judge_country, copies_of("REP-05")),
)
