"""OPQ-02: what is only read into a stack is judged as what it makes."""

from hoheit_policy.external import external_places
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from ._stated import judge_stated

EXTERNAL_READS = Rule(
    id="OPQ-02",
    title="What is only read is in allowed countries",
    asks=(
        "Every resource that a stack reads and does not make is at a known place in an "
        "allowed country."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=(
        "GDPR Art. 30(1)(e)",
        "BSI C3A SOV-3-01-C1",
    ),
    remediation=Remediation(
        en=(
            "Give what is read a provider with a region, and declare its location where it "
            "shows none."
        ),
        de=(
            "Gelesenes mit einem Provider mit Region lesen, und den Standort erklären, wo es "
            "keinen zeigt."
        ),
    ),
    of_resource=of_resource(judge_stated, external_places),
)
