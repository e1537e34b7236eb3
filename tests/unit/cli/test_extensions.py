"""RuntimeClass, identity and operator: there, or not."""

import pytest
from hoheit import IdentityMechanism
from hoheit_cli.checks.extensions import check_identity, check_operator, check_runtime_class
from hoheit_cli.finding import Unread, Verdict

CRDS = ["podmonitors.monitoring.coreos.com", "prometheusrules.monitoring.coreos.com"]


@pytest.mark.parametrize(
    ("stated", "there", "verdict"),
    [
        ("nvidia", ["nvidia", "runc"], Verdict.OK),
        ("nvidia", ["runc"], Verdict.MISSING),
        ("nvidia", [], Verdict.MISSING),
        (None, ["runc"], Verdict.OK),
        (None, [], Verdict.OK),
        (None, ["nvidia"], Verdict.UNKNOWN),
    ],
)
def test_the_stated_runtime_class_is_there(
    stated: str | None, there: list[str], verdict: Verdict
) -> None:
    classes = [{"metadata": {"name": name}} for name in there]
    (found,) = check_runtime_class(stated, classes)
    assert found.verdict is verdict


@pytest.mark.parametrize("stated", IdentityMechanism)
def test_an_existing_cluster_offers_a_secret_as_identity_and_nothing_else(
    stated: IdentityMechanism,
) -> None:
    (found,) = check_identity(stated)
    static = stated is IdentityMechanism.STATIC_SECRET
    assert found.verdict is (Verdict.OK if static else Verdict.DIFFERS)


def test_the_operator_is_asked_for_only_where_monitoring_counts_on_it() -> None:
    assert check_operator([], needed=False) == []
    (found,) = check_operator(CRDS, needed=True)
    assert found.verdict is Verdict.OK
    (found,) = check_operator(CRDS[:1], needed=True)
    assert found.verdict is Verdict.MISSING
    assert CRDS[1] in found.seen


def test_what_may_not_be_read_is_unknown() -> None:
    unread = Unread(why="forbidden")
    found = [*check_runtime_class("nvidia", unread), *check_operator(unread, needed=True)]
    assert [one.verdict for one in found] == [Verdict.UNKNOWN] * 2
