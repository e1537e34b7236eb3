"""ENC-04: a key store outside of AWS is in an allowed country."""

from hoheit_policy.copies import copies_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from .allowed_locations import judge_country

KEY_CUSTODY = Rule(
    id="ENC-04",
    title="External key stores are in allowed countries",
    asks=(
        "Every proxy of an external key store, which AWS KMS asks for each use of a key, is at a "
        "declared address in an allowed country."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 32", "BSI C3A SOV-3-02"),
    remediation=Remediation(
        en="Declare the host of the proxy with its location under declarations.endpoints.",
        de="Den Host des Proxys mit Standort unter declarations.endpoints erklären.",
    ),
    of_resource=of_resource(judge_country, copies_of("ENC-04", "proxy of the key store")),
)
