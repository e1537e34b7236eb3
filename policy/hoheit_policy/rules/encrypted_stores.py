"""ENC-03: stores of AWS are encrypted with a key of the customer."""

from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity

from ._customer_key import encrypted_for

ENCRYPTED_STORES = Rule(
    id="ENC-03",
    title="Stores of AWS are encrypted with a key of one's own",
    asks=(
        "Every volume, file system, database, queue, topic, log group, secret, repository, vault "
        "and copy of a snapshot is encrypted with a KMS key that is named, of the customer, and in "
        "the region of the store."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 32(1)(a)", "BSI C5 CRY", "BSI C3A SOV-3-02"),
    remediation=Remediation(
        en="Switch encryption on, and name a KMS key of your own in the region of the store.",
        de="Verschlüsselung einschalten und einen eigenen KMS-Schlüssel in der Region des "
        "Speichers nennen.",
    ),
    on_request=True,
    of_resource=encrypted_for("ENC-03"),
)
