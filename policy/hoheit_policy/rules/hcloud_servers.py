"""LOC-07: servers of Hetzner Cloud say where they are."""

from hoheit_policy.hcloud_places import located_by
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from ._stated import judge_stated

HCLOUD_SERVERS = Rule(
    id="LOC-07",
    title="Hetzner servers state an allowed location",
    asks=(
        "Every server of Hetzner Cloud names a location, or a data center, in an allowed "
        "country. Without one the API chooses."
    ),
    severity=Severity.CRITICAL,
    phases=ALWAYS,
    controls=(
        "GDPR Art. 44",
        "BSI C3A SOV-3-01",
    ),
    remediation=Remediation(
        en="Set location of the server, for example fsn1 or nbg1.",
        de="location des Servers setzen, etwa fsn1 oder nbg1.",
    ),
    of_resource=of_resource(judge_stated, located_by("LOC-07")),
)
