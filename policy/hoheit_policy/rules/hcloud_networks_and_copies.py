"""LOC-10: what else Hetzner Cloud keeps or connects is where the profile allows."""

from hoheit_policy.hcloud_places import located_by
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from ._stated import judge_stated

HCLOUD_NETWORKS_AND_COPIES = Rule(
    id="LOC-10",
    title="Hetzner addresses, subnets, storage boxes and snapshots are in an allowed location",
    asks=(
        "Every primary and floating IP, subnet, storage box and snapshot of Hetzner Cloud "
        "names a location in an allowed country, or a resource of this stack that is in one."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=(
        "GDPR Art. 44",
        "BSI C3A SOV-3-01",
    ),
    remediation=Remediation(
        en=(
            "Set location, homeLocation or networkZone; take snapshots of servers and boxes "
            "of the same stack."
        ),
        de=(
            "location, homeLocation oder networkZone setzen; Snapshots von Servern und Boxen "
            "desselben Stacks nehmen."
        ),
    ),
    of_resource=of_resource(judge_stated, located_by("LOC-10")),
)
