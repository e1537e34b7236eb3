"""GLB-06: no image is given to everybody by Amazon ECR Public."""

from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._global_service import handled_by

PUBLIC_REGISTRY = Rule(
    id="GLB-06",
    title="No image is in Amazon ECR Public",
    asks=(
        "No repository of Amazon ECR Public is made: it hands out images to everybody, from all "
        "over the world."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-01"),
    remediation=Remediation(
        en="Use a private repository of ECR in an allowed region; have the rule exempted where "
        "everything in it is public.",
        de="Ein privates Repository von ECR in einer erlaubten Region verwenden; die Regel "
        "ausnehmen lassen, wo alles darin öffentlich ist.",
    ),
    of_resource=handled_by("GLB-06"),
)
