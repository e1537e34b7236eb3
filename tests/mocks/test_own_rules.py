"""Rules of somebody else in the guard, under Pulumi's mocks."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pulumi
import pytest
from hoheit_policy import RULES, Resource, Rule, View, failed
from hoheit_policy.guard import ResidencyGuard
from support import residency as r
from support.monitor import run


def judge(resource: Resource, _view: View) -> Any:
    if resource.name == "refused":
        yield failed("name", "is refused by ACME")


MINE = replace(RULES[0], id="ACME-01", of_resource=judge, of_stack=None)
EXEMPTION = {
    "rule": "ACME-01",
    "resource": "*::refused",
    "owner": "a",
    "reason": "b",
    "until": (date.today() + timedelta(days=30)).isoformat(),
}


def guarded(*rules: Rule, **declared: Any) -> None:
    """Run a program with a component that the rule refuses."""

    def program() -> None:
        ResidencyGuard("guard", r.declarations(**declared), rules=rules)
        pulumi.ComponentResource("acme:index:Part", "refused")

    run(program)


def test_the_guard_judges_by_rules_of_somebody_else_too() -> None:
    with pytest.raises(pulumi.RunError, match="ACME-01 FAIL Part refused name: is refused by ACME"):
        guarded(MINE)
    guarded()


def test_the_guard_knows_exemptions_of_the_rule() -> None:
    guarded(MINE, exemptions=[EXEMPTION])
    with pytest.raises(pulumi.RunError, match=r"exemptions\.0\.rule: no rule has this id"):
        guarded(exemptions=[EXEMPTION])


def test_the_guard_refuses_a_rule_with_an_id_of_ours() -> None:
    with pytest.raises(pulumi.RunError, match="rule 'LOC-02': id: is a rule of hoheit"):
        guarded(replace(MINE, id="LOC-02"))
