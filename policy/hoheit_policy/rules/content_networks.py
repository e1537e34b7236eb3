"""GLB-01: nothing passes through Amazon CloudFront."""

from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._global_service import both, handled_by, switched_by

CONTENT_NETWORKS = Rule(
    id="GLB-01",
    title="Nothing passes through Amazon CloudFront",
    asks=(
        "No resource of Amazon CloudFront is made, and no edge-optimized API, before which it "
        "stands: it takes requests at places all over the world, whatever its settings say of "
        "viewers and prices. An API of API Gateway that names no type is edge-optimized."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=(
        "GDPR Art. 44",
        "BSI C3A SOV-3-01",
    ),
    remediation=Remediation(
        en=(
            "Serve from a load balancer in an allowed region; have the rule exempted where "
            "everything served is public."
        ),
        de=(
            "Von einem Load Balancer in einer erlaubten Region ausliefern; die Regel "
            "ausnehmen lassen, wo alles Ausgelieferte öffentlich ist."
        ),
    ),
    of_resource=both(handled_by("GLB-01"), switched_by("GLB-01")),
)
