"""LOC-05: ARNs are of an allowed partition of AWS, and of an approved account."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_facts import REGIONS

from hoheit_policy.aws_arns import Arn, arns_of
from hoheit_policy.aws_places import PROVIDER, is_aws
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.tree_paths import values_at
from hoheit_policy.values import Gap
from hoheit_policy.verdict import Judgement, failed, passed, unknown

from ._place_rule import NO_PROFILE

if TYPE_CHECKING:
    from hoheit_facts import Profile

    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_PINNED = "allowedAccountIds"
_OWNED_BY_AWS = ("", "aws")
"""Names that are the same for all accounts, and what AWS itself keeps, its own policies."""


def judge_accounts(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for every ARN of a resource, and for the accounts that a provider may log in to."""
    if resource.type == PROVIDER:
        yield from _judge_pin(resource, view.declarations.approved_accounts)
    elif is_aws(resource):
        for path, found in arns_of(resource):
            if isinstance(found, Gap):
                yield unknown(path, f"the ARN {found.value}", late=found is Gap.UNKNOWN)
            else:
                yield _judge(path, found, view)


def _judge(path: str, arn: Arn, view: View) -> Judgement:
    profile, approved = view.declarations.policy, view.declarations.approved_accounts
    if profile is None:
        return unknown(path, f"an ARN of partition '{arn.partition}', but {NO_PROFILE}")
    if not _countries(arn.partition) & profile.allowed_countries:
        return failed(path, _abroad(arn.partition, profile))
    if approved is None or arn.account in (*_OWNED_BY_AWS, *approved):
        return passed(path, f"an ARN of partition {arn.partition}")
    return failed(path, _foreign(arn.account))


def _countries(partition: str) -> set[str]:
    return {one.country for one in REGIONS.values() if one.provider == partition}


def _abroad(partition: str, profile: Profile) -> str:
    return (
        f"an ARN of partition '{partition}', of which no known region is in "
        f"{', '.join(profile.countries)}; use one that profile {profile.name} allows"
    )


def _foreign(account: str) -> str:
    return (
        f"of account '{account}', which is not one of approved_accounts; use an approved one, or "
        "approve it"
    )


def _judge_pin(provider: Resource, approved: tuple[str, ...] | None) -> Iterator[Judgement]:
    if approved is None:
        return
    given = list(values_at(provider.inputs, f"{_PINNED}[]"))
    if not given:
        yield unknown(_PINNED, "the list is empty, so the credentials decide on the account")
    for path, account in given:
        if account is Gap.MISSING:
            text = f"the credentials decide on the account; set {_PINNED} of the provider"
            yield unknown(path, text)
        elif isinstance(account, Gap) or not isinstance(account, str):
            gap = account if isinstance(account, Gap) else Gap.WRONG
            yield unknown(path, f"the account {gap.value}", late=gap is Gap.UNKNOWN)
        elif account in approved:
            yield passed(path, f"account {account}")
        else:
            yield failed(path, _foreign(account))


AWS_ACCOUNTS = Rule(
    id="LOC-05",
    title="ARNs are of allowed partitions and approved accounts",
    asks=(
        "Every ARN that an AWS resource holds or shows is of a partition with a region in an "
        "allowed country. Where approved_accounts are declared, it is of one of them, and each AWS "
        "provider may log in to no other."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 28", "BSI C3A SOV-3-01"),
    remediation=Remediation(
        en="Name resources of your own accounts, or approve the account under "
        "declarations.approved_accounts; set allowedAccountIds of the AWS provider.",
        de="Ressourcen eigener Konten nennen, oder das Konto unter declarations.approved_accounts "
        "freigeben; allowedAccountIds des AWS-Providers setzen.",
    ),
    of_resource=judge_accounts,
)
