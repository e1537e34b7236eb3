"""LOC-09: load balancers of Hetzner Cloud are where the profile allows."""

from hoheit_policy.hcloud_places import located_by
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from ._stated import judge_stated

HCLOUD_BALANCERS = Rule(
    id="LOC-09",
    title="Hetzner load balancers are in an allowed location",
    asks=(
        "Every load balancer of Hetzner Cloud names a location, or a network zone all of "
        "whose locations are in allowed countries. It ends TLS, so it sees what passes."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=(
        "GDPR Art. 44",
        "BSI C3A SOV-3-01",
    ),
    remediation=Remediation(
        en="Set location instead of networkZone, for example fsn1.",
        de="location statt networkZone setzen, etwa fsn1.",
    ),
    of_resource=of_resource(judge_stated, located_by("LOC-09")),
)
