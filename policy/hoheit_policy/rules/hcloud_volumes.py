"""LOC-08: volumes of Hetzner Cloud are where the profile allows."""

from hoheit_policy.hcloud_places import located_by
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from ._stated import judge_stated

HCLOUD_VOLUMES = Rule(
    id="LOC-08",
    title="Hetzner volumes are in an allowed location",
    asks=(
        "Every volume of Hetzner Cloud names a location in an allowed country, or a server of "
        "this stack that is in one."
    ),
    severity=Severity.CRITICAL,
    phases=ALWAYS,
    controls=(
        "GDPR Art. 44",
        "BSI C3A SOV-3-01",
    ),
    remediation=Remediation(
        en="Set location of the volume, or attach it to a server of the same stack.",
        de="location des Volumes setzen, oder es an einen Server desselben Stacks hängen.",
    ),
    of_resource=of_resource(judge_stated, located_by("LOC-08")),
)
