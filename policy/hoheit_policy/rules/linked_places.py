"""NET-06 and GLB-04: networks and names lead to allowed countries only."""

from hoheit_policy.copies import copies_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._place_rule import of_resource
from .allowed_locations import judge_country

PEERS = Rule(
    id="NET-06",
    title="Networks are joined within allowed countries",
    asks=(
        "Every network, search domain or service that a peering, a core network, a connection or "
        "an endpoint joins is in an allowed country."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-01"),
    remediation=Remediation(
        en="Join networks in allowed regions; state the regions of a core network.",
        de="Netze in erlaubten Regionen verbinden; die Regionen eines Core Networks nennen.",
    ),
    of_resource=of_resource(judge_country, copies_of("NET-06", "joined network")),
)

NAME_ROUTING = Rule(
    id="GLB-04",
    title="Route 53 checks from and leads to allowed countries",
    asks=(
        "Every region that a health check of Route 53 is made from, or that a record or a zone "
        "leads to, is in an allowed country. Without regions the check is unknown. Names "
        "themselves are kept all over the partition, whatever a program says."
    ),
    severity=Severity.MEDIUM,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-01-C2"),
    remediation=Remediation(
        en="State regions of the health check, and route to regions in allowed countries.",
        de="regions der Prüfung nennen und in Regionen in erlaubten Ländern leiten.",
    ),
    of_resource=of_resource(judge_country, copies_of("GLB-04", "region of Route 53")),
)
