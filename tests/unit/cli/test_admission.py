"""What the API server answers to dry runs and access reviews."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hoheit_cli.checks.admission import access_reviews, check_pod_security, check_rights
from hoheit_cli.finding import Verdict
from hoheit_cli.kubectl import Answer
from hoheit_cli.stated import Stated
from hoheit_infra import ExistingClusterSettings
from support.samples import labelled_nodes, simulated_nodes

ALLOWED = "namespaces=true\nsecrets=true\n"


def answer(text: str = "", error: str = "") -> Answer:
    return Answer(ok=not error, text=text, error=error)


def test_a_refused_level_shows_that_pod_security_is_enforced() -> None:
    said = 'metadata.labels[pod-security.kubernetes.io/enforce]: Invalid value: "no-such-level"'
    (found,) = check_pod_security(answer(error=said))
    assert found.verdict is Verdict.OK


def test_an_accepted_level_shows_that_nobody_looks() -> None:
    (found,) = check_pod_security(answer(text="namespace/x created (server dry run)"))
    assert (found.verdict, bool(found.way_out)) == (Verdict.MISSING, True)


def test_another_refusal_shows_nothing() -> None:
    (found,) = check_pod_security(answer(error='namespaces is forbidden: User "a" cannot create'))
    assert found.verdict is Verdict.UNKNOWN


def test_a_user_who_may_create_everything_is_told_so() -> None:
    (found,) = check_rights(answer(text=ALLOWED))
    assert found.verdict is Verdict.OK


def test_what_a_user_may_not_create_is_named() -> None:
    (found,) = check_rights(answer(text=f"{ALLOWED}jobs=false\nservices=\n"))
    assert (found.verdict, found.seen) == (Verdict.MISSING, "may not create jobs, services")


def test_a_cluster_that_answers_no_review_leaves_it_unknown() -> None:
    (found,) = check_rights(answer(error="forbidden"))
    assert found.verdict is Verdict.UNKNOWN


def stated(**changes: Any) -> Stated:
    settings = ExistingClusterSettings(context="lab", cluster_identifier="lab")
    bare = Stated(
        cluster=settings,
        pools={},
        unread=(),
        namespace="models",
        needs_storage=False,
        bundled_monitoring=False,
        uses_operator=False,
        uses_image_volumes=False,
    )
    return replace(bare, **changes)


def asked(**changes: Any) -> dict[str, dict[str, str]]:
    items = json.loads(access_reviews(stated(**changes)))["items"]
    attributes = [one["spec"]["resourceAttributes"] for one in items]
    return {one["resource"]: one for one in attributes}


@pytest.mark.parametrize(
    ("changes", "more"),
    [
        ({}, set()),
        ({"bundled_monitoring": True}, {"daemonsets", "clusterroles", "rolebindings"}),
        ({"uses_operator": True}, {"podmonitors", "prometheusrules"}),
        ({"pools": {"l4": labelled_nodes()}}, set()),
        ({"pools": {"l4": simulated_nodes()}}, {"nodes"}),
    ],
)
def test_rights_are_asked_for_what_this_environment_creates(
    changes: dict[str, Any], more: set[str]
) -> None:
    assert set(asked(**changes)) - set(asked()) == more


def test_rights_are_asked_in_the_namespace_of_the_models_and_for_namespaces_in_the_cluster() -> (
    None
):
    assert asked()["namespaces"]["namespace"] == ""
    assert asked()["deployments"] == {
        "verb": "create",
        "group": "apps",
        "resource": "deployments",
        "namespace": "models",
    }
