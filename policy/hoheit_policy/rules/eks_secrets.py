"""ENC-01: secrets of an EKS cluster are encrypted with a key of the customer."""

from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._customer_key import encrypted_for

EKS_SECRETS = Rule(
    id="ENC-01",
    title="Secrets of an EKS cluster are encrypted with a key of one's own",
    asks=(
        "Every EKS cluster encrypts its secrets with a KMS key that is named, of the customer, and "
        "in the region of the cluster."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 32(1)(a)", "BSI C5 CRY", "BSI C3A SOV-3-02"),
    remediation=Remediation(
        en="Set encryptionConfig with resources: [secrets] and the keyArn of a key of your own.",
        de="encryptionConfig mit resources: [secrets] und dem keyArn eines eigenen KMS-Schlüssels "
        "setzen.",
    ),
    of_resource=encrypted_for("ENC-01"),
)
