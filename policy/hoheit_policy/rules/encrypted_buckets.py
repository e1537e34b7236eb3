"""ENC-02: buckets are encrypted with a key of the customer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.aws_places import is_aws
from hoheit_policy.references import refer
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, at
from hoheit_policy.verdict import Judgement, failed, unknown

from ._customer_key import encrypted_for

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_INSIDE = {
    "aws:s3/bucket:Bucket": "serverSideEncryptionConfiguration",
    "aws:s3/bucketV2:BucketV2": "serverSideEncryptionConfigurations",
}
"""Where a bucket says itself how it is encrypted."""
_BESIDE = "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
_OF_BUCKET = "bucket"
_keys = encrypted_for("ENC-02")


def judge_encryption(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for what says how a bucket is encrypted, inside of the bucket or beside it."""
    if resource.type == _BESIDE or _says_itself(resource):
        yield from _keys(resource, view)


def judge_silence(view: View) -> Iterator[tuple[str, Judgement]]:
    """Answer for every bucket of which nothing says so: S3 uses a key of AWS then."""
    meant = [
        refer(one, _OF_BUCKET, tuple(_INSIDE), view)
        for one in view.resources
        if one.type == _BESIDE
    ]
    urns = {one.resource.urn for found in meant if not isinstance(found, Gap) for one in found}
    lost = any(isinstance(found, Gap) or not found for found in meant)
    for bucket in view.resources:
        if bucket.type not in _INSIDE or not is_aws(bucket) or bucket.external:
            continue
        if bucket.urn not in urns and not _says_itself(bucket):
            yield bucket.urn, _judge_silent(unclear=lost or not view.complete)


def _says_itself(resource: Resource) -> bool:
    field = _INSIDE.get(resource.type)
    return field is not None and at(resource.inputs, field) is not Gap.MISSING


def _judge_silent(*, unclear: bool) -> Judgement:
    text = "no encryption with a key of one's own"
    if unclear:
        return unknown("", f"{text} that is seen to belong to it", late=True)
    return failed("", f"{text}, so S3 uses a key of AWS; add one with kmsMasterKeyId")


ENCRYPTED_BUCKETS = Rule(
    id="ENC-02",
    title="Buckets are encrypted with a key of one's own",
    asks=(
        "Every bucket of S3 is encrypted with a KMS key that is named, of the customer, and in the "
        "region of the bucket."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 32(1)(a)", "BSI C5 CRY", "BSI C3A SOV-3-02"),
    remediation=Remediation(
        en="Add a BucketServerSideEncryptionConfiguration with sseAlgorithm aws:kms and the "
        "kmsMasterKeyId of a key of your own.",
        de="Eine BucketServerSideEncryptionConfiguration mit sseAlgorithm aws:kms und der "
        "kmsMasterKeyId eines eigenen Schlüssels anlegen.",
    ),
    on_request=True,
    of_resource=judge_encryption,
    of_stack=judge_silence,
)
