"""LOC-05: partitions and accounts of ARNs."""

import json
from typing import Any

import pytest
from hoheit_policy import Gap, Provider, Resource, Verdict, read_declarations
from hoheit_policy.declarations import DeclarationsError
from support import residency as r

HOME = Provider(type="pulumi:providers:aws", name="home", inputs={"region": "eu-central-1"})
OURS, THEIRS = "123456789012", "999999999999"
GAPS = (Gap.UNKNOWN, Gap.SECRET, Gap.WRONG)


def aws(inputs: Any, **changes: Any) -> Resource:
    return r.other("aws:lambda/function:Function", inputs, **{"provider": HOME, **changes})


def role(account: str = OURS, partition: str = "aws") -> str:
    return f"arn:{partition}:iam::{account}:role/worker"


@pytest.mark.parametrize(
    ("partition", "profile", "verdict"),
    [
        ("aws", "eu", Verdict.PASS),
        ("aws-eusc", "de-only", Verdict.PASS),
        ("aws-cn", "eu", Verdict.FAIL),
        ("aws-us-gov", "gdpr-adequate", Verdict.FAIL),
        ("aws-nowhere", "local", Verdict.FAIL),
        ("*", "eu", Verdict.FAIL),
        ("aws", None, Verdict.UNKNOWN),
    ],
)
def test_a_partition_has_a_region_where_the_profile_allows(
    partition: str, profile: str | None, verdict: Verdict
) -> None:
    found = aws({"role": role(partition=partition)})
    assert r.worst("LOC-05", found, profile=profile) is verdict


def test_without_approved_accounts_nothing_is_said_about_accounts() -> None:
    assert r.worst("LOC-05", aws({"role": role(THEIRS)})) is Verdict.PASS
    assert r.worst("LOC-05", provider({})) is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        (role(), Verdict.PASS),
        (role(THEIRS), Verdict.FAIL),
        (role("*"), Verdict.FAIL),
        ("arn:aws:iam::aws:policy/ReadOnlyAccess", Verdict.PASS),
        ("arn:aws:s3:::bucket/*", Verdict.PASS),
    ],
)
def test_an_arn_is_of_an_approved_account(given: str, verdict: Verdict) -> None:
    principal = {"Principal": {"AWS": given}}
    for inputs in (
        {"role": given},
        {"policy": json.dumps({"Statement": [principal]})},
        {"environment": {"variables": [f"role={given}"]}},
    ):
        assert r.worst("LOC-05", aws(inputs), approved_accounts=[OURS]) is verdict


def test_an_escaped_arn_in_a_policy_is_read_as_aws_reads_it() -> None:
    escaped = json.dumps([role(THEIRS)]).replace("arn", "\\u0061rn")
    assert r.worst("LOC-05", aws({"policy": escaped}), approved_accounts=[OURS]) is Verdict.FAIL


def test_the_account_that_the_state_shows_counts() -> None:
    shown = aws({}, outputs={"arn": role(THEIRS)})
    by_id = aws({}, id=role(THEIRS))
    for found in (shown, by_id):
        assert r.worst("LOC-05", found, approved_accounts=[OURS]) is Verdict.FAIL


@pytest.mark.parametrize("gap", [*GAPS, 7, "worker"])
def test_what_a_field_for_an_arn_holds_instead_is_unknown(gap: Any) -> None:
    for inputs in ({"roleArn": gap}, {"nested": {"roleArns": [role(), gap]}}, {"arn": gap}):
        assert r.worst("LOC-05", aws(inputs)) is Verdict.UNKNOWN


def provider(inputs: Any) -> Resource:
    return r.other("pulumi:providers:aws", inputs, "home")


@pytest.mark.parametrize(
    ("accounts", "verdict"),
    [
        ([OURS], Verdict.PASS),
        (f'["{OURS}"]', Verdict.PASS),
        ([OURS, THEIRS], Verdict.FAIL),
        ([], Verdict.UNKNOWN),
        (Gap.MISSING, Verdict.UNKNOWN),
        (Gap.SECRET, Verdict.UNKNOWN),
        ([Gap.UNKNOWN], Verdict.UNKNOWN),
        (OURS, Verdict.UNKNOWN),
        ([int(OURS)], Verdict.UNKNOWN),
    ],
)
def test_a_provider_is_pinned_to_approved_accounts(accounts: Any, verdict: Verdict) -> None:
    found = provider({"allowedAccountIds": accounts})
    assert r.worst("LOC-05", found, approved_accounts=[OURS]) is verdict


def test_an_exemption_takes_a_foreign_account() -> None:
    exemption = {
        "rule": "LOC-05",
        "resource": "*Function::one",
        "owner": "platform team",
        "reason": "partner",
        "until": "2027-03-31",
    }
    found = aws({"role": role(THEIRS)})
    declared = {"approved_accounts": [OURS], "exemptions": [exemption]}
    assert r.worst("LOC-05", found, **declared) is Verdict.EXEMPT


@pytest.mark.parametrize("given", ["12345", "1234567890123", "12345678901a", " 123456789012"])
def test_an_account_has_twelve_digits(given: str) -> None:
    with pytest.raises(DeclarationsError, match="approved_accounts"):
        read_declarations({"approved_accounts": [given]})
