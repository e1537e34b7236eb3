"""Policies as data: who is refused, who is warned, and what depends on declarations."""

from typing import Any

import pytest
from hoheit_policy import View
from hoheit_policy.admission import admission_policies
from hoheit_policy.admission.cel import pattern, text
from support import residency as r


def bindings(**declared: Any) -> list[dict[str, Any]]:
    return admission_policies(r.view(**declared))[1::2]


def policy(name: str, view: View) -> str:
    (found,) = [one for one in admission_policies(view)[::2] if one["metadata"]["name"] == name]
    return str(found["spec"])


@pytest.mark.parametrize(
    ("profile", "actions"),
    [("eu", ["Deny"]), ("de-only", ["Deny"]), (None, ["Deny"]), ("local", ["Warn", "Audit"])],
)
def test_a_profile_that_stops_refuses_and_so_does_none_at_all(
    profile: str | None, actions: list[str]
) -> None:
    found = bindings(profile=profile)
    assert [one["spec"]["validationActions"] for one in found] == [actions] * len(found)


def test_a_policy_that_fails_to_run_refuses() -> None:
    assert {one["spec"]["failurePolicy"] for one in admission_policies(r.view())[::2]} == {"Fail"}


def test_images_are_unknown_and_so_refused_where_nobody_declared_registries() -> None:
    view = r.view(approved_registries=None, images_locked=None)
    assert "nobody declared approved_registries" in policy("hoheit-img-01-pods", view)
    assert "nobody declared images_locked" in policy("hoheit-img-02-pods", view)


def test_recipients_that_a_component_names_are_known_from_the_state() -> None:
    named = r.component(egress=[{"host": "hub.example.org", "port": 443}])
    assert '["hub.example.org", "objects.example.com"]' in policy(
        "hoheit-egr-01-pods", r.view(named)
    )


def test_a_class_that_the_state_shows_is_judged_by_its_parameters() -> None:
    made = r.kubernetes(
        "storage.k8s.io/v1:StorageClass",
        {"metadata": {"name": "own"}, "provisioner": "ebs.csi.aws.com"},
    )
    shown = policy("hoheit-enc-05-persistentvolumeclaims", r.view(made))
    assert '"own": {"verdict": "FAIL"' in shown


def test_a_rule_that_has_nothing_against_any_place_gets_no_policy() -> None:
    names = {one["metadata"]["name"] for one in admission_policies(r.view())}
    assert "hoheit-loc-01-services" in names
    assert "hoheit-loc-02-services" not in names


@pytest.mark.parametrize("value", ['a"b', "a\\b", "a'b", "ä\n"])
def test_a_text_is_one_literal_whatever_it_holds(value: str) -> None:
    assert text(value).count('"') - text(value).count('\\"') == 2


def test_a_pattern_is_taken_literally_but_for_its_star() -> None:
    assert pattern("*.example.com") == r"^.*\.example\.com$"
