"""REP-10: data is shared with approved accounts only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hoheit_facts import SHARING

from hoheit_policy.aws_places import is_aws
from hoheit_policy.aws_policies import Grant, grants_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.tree_paths import values_at
from hoheit_policy.values import Gap
from hoheit_policy.verdict import Judgement, failed, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_CLOSED_ACLS = (
    "private",
    "bucket-owner-read",
    "bucket-owner-full-control",
    "log-delivery-write",
)
"""Canned ACLs by which nobody but the owner, and AWS with its logs, has access."""
_ACCOUNT = re.compile(r"\d{12}")


def judge_sharing(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for every account, organization or document that a resource is shared by."""
    for shared in SHARING:
        if shared.type != resource.type or not is_aws(resource):
            continue
        for path, value in values_at(resource.inputs, shared.path):
            if value is Gap.MISSING:
                continue
            if shared.kind == "policy":
                yield from _judge_document(path, value, view)
            elif shared.kind == "acl":
                yield _judge_acl(path, value)
            elif shared.kind == "everybody":
                yield _judge_everybody(path, value)
            else:
                yield _judge_account(path, value, view)


def _judge_everybody(path: str, value: Any) -> Judgement:
    if isinstance(value, Gap):
        return _unreadable(path, value)
    if value is False:
        return passed(path, "shared inside of the organization only")
    return failed(path, "shared with everybody; share with accounts that are named")


def _judge_acl(path: str, value: Any) -> Judgement:
    if isinstance(value, Gap) or not isinstance(value, str):
        return _unreadable(path, value if isinstance(value, Gap) else Gap.WRONG)
    if value in _CLOSED_ACLS:
        return passed(path, f"{value} gives nothing to others")
    return failed(path, f"{value} gives it to more than its owner; set private")


def _judge_account(path: str, value: Any, view: View) -> Judgement:
    if isinstance(value, Gap) or not isinstance(value, str):
        return _unreadable(path, value if isinstance(value, Gap) else Gap.WRONG)
    if value == "all":
        return _judge_everybody(path, value)
    approved = view.declarations.approved_accounts
    if not _ACCOUNT.fullmatch(value):
        return unknown(path, "shared with accounts that nobody sees here; name each")
    if approved is None:
        return unknown(path, f"shared with account {value}, but nobody declared approved_accounts")
    if value in approved:
        return passed(path, f"shared with account {value}")
    text = f"shared with account {value}, which is not one of approved_accounts; approve it, or not"
    return failed(path, text)


def _judge_document(path: str, document: Any, view: View) -> Iterator[Judgement]:
    grants = list(grants_of(document, path))
    for grant in grants:
        yield from _judge_grant(grant, view)
    if not any(grant.to_everybody for grant in grants):
        yield passed(path, "not shared with everybody")


def _judge_grant(grant: Grant, view: View) -> Iterator[Judgement]:
    """Answer for one grant; LOC-05 asks whose account an ARN is of."""
    if isinstance(grant.principal, Gap):
        yield _unreadable(grant.path, grant.principal)
    elif grant.to_everybody and grant.conditional:
        yield unknown(grant.path, "for everybody on a condition, which no rule weighs; name them")
    elif grant.to_everybody:
        yield _judge_everybody(grant.path, grant.principal)
    elif _ACCOUNT.fullmatch(grant.principal) and view.declarations.approved_accounts is not None:
        yield _judge_account(grant.path, grant.principal, view)


def _unreadable(path: str, gap: Gap) -> Judgement:
    return unknown(path, f"whom it is shared with {gap.value}", late=gap is Gap.UNKNOWN)


SHARED_DATA = Rule(
    id="REP-10",
    title="Data is shared with approved accounts only",
    asks=(
        "No image, snapshot, share, bucket, key, queue, topic, secret or repository of AWS is "
        "given to everybody, or to an account that is not one of approved_accounts."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 32", "GDPR Art. 30(1)(d)"),
    remediation=Remediation(
        en="Name the accounts, and approve them under declarations.approved_accounts.",
        de="Die Konten nennen und unter declarations.approved_accounts freigeben.",
    ),
    of_resource=judge_sharing,
)
