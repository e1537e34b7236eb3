"""What the API server answers to dry runs and access reviews."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hoheit_cli.checks.admission import access_reviews, check_pod_security, check_rights
from hoheit_cli.finding import Verdict
from hoheit_cli.kubectl import Answer
from hoheit_cli.stated import Stated, read_stated
from hoheit_infra import ExistingClusterSettings
from hoheit_infra.existing_nodes import AnyNodes
from support.monitor import STACKS, run_stack, stack_environment
from support.samples import cpu_nodes, labelled_nodes, simulated_nodes

ALLOWED = "/namespaces=true\nmodels/secrets=true\n"


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


def test_what_a_user_may_not_create_is_named_with_its_namespace() -> None:
    said = "models/jobs=false\nmodels/services=\nmlflow/secrets=true\n/nodes=false\n"
    (found,) = check_rights(answer(text=ALLOWED + said))
    assert found.verdict is Verdict.MISSING
    assert found.seen == "may not create jobs, services in namespace models; nodes in the cluster"


def test_a_cluster_that_answers_no_review_leaves_it_unknown() -> None:
    (found,) = check_rights(answer(error="forbidden"))
    assert found.verdict is Verdict.UNKNOWN


def stated(**changes: Any) -> Stated:
    settings = ExistingClusterSettings(context="lab", cluster_identifier="lab")
    bare = Stated(
        cluster=settings,
        pools={},
        unread=(),
        namespaces={"models": "llm", "monitoring": "watch"},
        parts_with_volumes=frozenset(),
        bundled_monitoring=False,
        uses_operator=True,
        uses_image_volumes=False,
        scales=False,
    )
    return replace(bare, **changes)


def asked(about: Stated) -> set[tuple[str, str, str]]:
    """Namespace, group and resource of each question."""
    items = json.loads(access_reviews(about))["items"]
    attributes = [one["spec"]["resourceAttributes"] for one in items]
    assert all(one["verb"] == "create" for one in attributes)
    return {(one["namespace"], one["group"], one["resource"]) for one in attributes}


def registered(stack: str) -> set[tuple[str, str, str]]:
    """Namespace, group and resource of each object that the program of a stack makes."""
    objects = [
        one.inputs
        for one in run_stack(stack_environment(stack)).registered
        if one.type.startswith("kubernetes:")
    ]
    return {
        (
            one["metadata"].get("namespace", ""),
            one["apiVersion"].rpartition("/")[0],
            re.sub("y$", "ie", one["kind"].lower()) + "s",
        )
        for one in objects
    }


SOME_MODELS = {("models", "batch", "jobs"), ("models", "policy", "poddisruptionbudgets")}
"""Asked for whatever the models are."""


@pytest.mark.parametrize("stack", ["local", "kind", "example", "example-shared"])
def test_rights_are_asked_for_what_a_stack_creates_where_it_creates_it(stack: str) -> None:
    questions = asked(read_stated(STACKS / f"Pulumi.{stack}.yaml"))
    created = registered(stack)
    assert created - questions == set()
    assert questions - created <= SOME_MODELS


@pytest.mark.parametrize(
    ("pool", "more"),
    [
        (labelled_nodes(), {("watch", "apps", "daemonsets"), ("watch", "", "serviceaccounts")}),
        (cpu_nodes(), set()),
    ],
)
def test_exporters_run_where_pools_have_gpus(
    pool: AnyNodes, more: set[tuple[str, str, str]]
) -> None:
    assert asked(stated(pools={"some": pool})) - asked(stated()) == more


@pytest.mark.parametrize(
    ("kubelets", "bound"),
    [
        ({"cidrs": ["192.0.2.64/26"]}, True),
        # Mended, they are bound.
        ({"cidrs": ["0.0.0.0/0"]}, True),
        (None, False),
    ],
)
@pytest.mark.parametrize("mode", ["bundled", "operator"])
def test_a_right_is_bound_to_the_cluster_where_a_bundled_prometheus_asks_kubelets(
    mode: str, kubelets: dict[str, Any] | None, *, bound: bool, tmp_path: Path
) -> None:
    environment = {
        "cluster": {"kind": "existing", "context": "lab", "cluster_identifier": "lab"},
        "monitoring": {"mode": mode, "kubelets": kubelets},
    }
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump({"config": {"hoheit:environment": environment}}))
    questions = asked(read_stated(file))
    binding = ("", "rbac.authorization.k8s.io", "clusterrolebindings")
    assert (binding in questions) == (bound and mode == "bundled")


def test_nodes_are_made_for_simulated_pools_alone() -> None:
    nodes = ("", "", "nodes")
    assert nodes in asked(stated(pools={"l4": simulated_nodes()}))
    assert nodes not in asked(stated(pools={"l4": labelled_nodes()}))
