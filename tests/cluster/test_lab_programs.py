"""A web application goes through its life in the lab: every operation, and what goes wrong."""

import base64
from collections.abc import Iterator

import pytest
from support.engine import Stack
from support.lab import Lab
from support.programs import Program, eventually, live, nothing_changes, objects

PASSWORD = "correct-horse-battery"

RESOURCES = 20
"""Sixteen objects, three components and the stack."""


@pytest.fixture(scope="module")
def program(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    made = Program(lab, "webapp", tmp_path_factory.mktemp("webapp"))
    made.stack.config(password=PASSWORD, secret=True)
    yield made
    made.close()


@pytest.fixture
def webapp(program: Program) -> Program:
    program.settle()
    return program


def test_everything_is_created_and_ready_and_a_second_up_finds_nothing_to_do(
    program: Program, lab: Lab
) -> None:
    stack = program.stack
    if stack.resources():
        stack.destroy()
    first = stack.up()
    assert first.changes == {"created": RESOURCES}
    assert stack.outputs()["address"].startswith("198.18.")
    database, shop, migration, ingress = live(
        lab, stack, "database-pods", "shop-servers", "chores-migration", "shop-ingress"
    )
    assert database["status"]["readyReplicas"] == 3
    assert shop["status"]["readyReplicas"] == 1
    assert migration["status"]["succeeded"] == 1
    assert ingress["status"]["loadBalancer"]["ingress"]
    assert stack.up().changed == {}
    assert stack.refresh().changed == {}


def test_a_preview_before_the_first_up_shows_what_will_be_created(
    lab: Lab, tmp_path_factory: pytest.TempPathFactory
) -> None:
    fresh = Program(lab, "webapp", tmp_path_factory.mktemp("fresh"), stack="fresh")
    fresh.stack.config(password=PASSWORD, secret=True)
    assert fresh.stack.preview().changes == {"to create": RESOURCES}


def test_a_new_version_is_rolled_out_in_place(webapp: Program, lab: Lab) -> None:
    (servers,) = live(lab, webapp.stack, "shop-servers")
    with webapp.configured(version="2.0") as stack:
        assert "Shop 2.0" in stack.preview("--diff").text
        stack.up()
        rolled_out, pages = live(lab, stack, "shop-servers", "shop-pages")
        assert rolled_out["metadata"]["uid"] == servers["metadata"]["uid"]
        container = rolled_out["spec"]["template"]["spec"]["containers"][0]
        assert container["image"] == "registry.example/shop:2.0"
        assert rolled_out["status"]["updatedReplicas"] == 1
        assert "Shop 2.0" in pages["data"]["index.html"]


def test_immutable_fields_are_replaced(webapp: Program, lab: Lab) -> None:
    resources = ("shop-servers", "chores-migration", "database-peers", "database-pods")
    before = [found["metadata"] for found in live(lab, webapp.stack, *resources)]
    with webapp.configured(selector="store", migration="2", peers="sql") as stack:
        assert stack.preview().changes["to replace"] == len(resources)
        assert stack.up().changed["replaced"] == len(resources)
        after = [found["metadata"] for found in live(lab, stack, *resources)]
        assert not {old["uid"] for old in before} & {new["uid"] for new in after}
        assert after[2]["name"] == "sql"
        for old in before:
            place = f"{old['namespace']} {old['name']}"
            assert not [line for line in objects(lab) if line.endswith(place)]
        nothing_changes(stack)


def test_a_service_of_a_fixed_name_is_replaced_when_it_stops_to_be_headless(
    webapp: Program, lab: Lab
) -> None:
    (before,) = live(lab, webapp.stack, "database-peers")
    assert before["spec"]["clusterIP"] == "None"
    with webapp.configured(headless=False) as stack:
        # While the old one is away the StatefulSet has no service name, and it cannot change it.
        assert stack.up().changed == {"replaced": 2}
        (after,) = live(lab, stack, "database-peers")
    assert after["spec"]["clusterIP"] != "None"
    assert after["metadata"]["name"] == before["metadata"]["name"]


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({"ready": False}, "hoheit-lab/ready"),
        ({"disk": "nvme"}, "didn't match Pod's node affinity/selector"),
        ({"privileged": True}, 'violates PodSecurity "restricted'),
    ],
)
def test_a_rollout_that_fails_says_why_and_the_next_up_recovers(
    webapp: Program, lab: Lab, config: dict[str, object], reason: str
) -> None:
    with webapp.configured(**config) as stack:
        shown = stack.up(fails=True).text
        assert "shop-servers" in shown
        assert reason in shown
        assert "Traceback" not in shown
    webapp.settle()
    (shop,) = live(lab, webapp.stack, "shop-servers")
    assert shop["status"]["readyReplicas"] == 1
    assert shop["status"].get("unavailableReplicas", 0) == 0


def test_a_new_object_that_never_gets_ready_is_kept_and_the_next_up_continues(
    webapp: Program, lab: Lab
) -> None:
    with webapp.configured(selector="store", ready=False) as stack:
        shown = stack.up(fails=True).text
        assert "shop-servers" in shown
        (failed,) = live(lab, stack, "shop-servers")
        stack.config(ready=True)
        stack.up()
        (ready,) = live(lab, stack, "shop-servers")
        assert ready["metadata"]["uid"] == failed["metadata"]["uid"]
        assert len(_deployments(lab, stack)) == 1
        nothing_changes(stack)


def _deployments(lab: Lab, stack: Stack) -> list[dict]:
    namespace = stack.outputs()["namespace"]
    return lab.kubectl("get", "deployments", f"--namespace={namespace}", "-o", "json")["items"]


def test_what_the_api_server_refuses_is_shown_with_its_reason_and_changes_nothing(
    webapp: Program, lab: Lab
) -> None:
    (before,) = live(lab, webapp.stack, "shop-servers")
    with webapp.configured(port=70000) as stack:
        for shown in (stack.preview(fails=True).text, stack.up(fails=True).text):
            assert "shop-servers" in shown
            assert "containers[0].ports[0].containerPort" in shown
            assert "must be between 1 and 65535" in shown
            assert "Traceback" not in shown
    (after,) = live(lab, webapp.stack, "shop-servers")
    assert after["metadata"]["generation"] == before["metadata"]["generation"]


def test_a_refresh_sees_what_somebody_else_changed_and_up_changes_it_back(
    webapp: Program, lab: Lab
) -> None:
    stack = webapp.stack
    webapp.unsettle()
    (pages,) = live(lab, stack, "shop-pages")
    place = [pages["metadata"]["name"], "--namespace", pages["metadata"]["namespace"]]
    patch = '{"data": {"index.html": "closed"}}'
    lab.kubectl("patch", "configmap", *place, "--type=merge", f"--patch={patch}")
    assert stack.refresh().changed == {"updated": 1}
    assert stack.resources()["shop-pages"]["outputs"]["data"] == {"index.html": "closed"}
    webapp.settle()
    (pages,) = live(lab, stack, "shop-pages")
    assert pages["data"] == {"index.html": "<h1>Shop 1.0</h1>"}
    nothing_changes(stack)


def test_a_refresh_sees_what_somebody_else_deleted_and_up_makes_it_again(
    webapp: Program, lab: Lab
) -> None:
    stack = webapp.stack
    webapp.unsettle()
    (budget,) = live(lab, stack, "shop-budget")
    place = [budget["metadata"]["name"], "--namespace", budget["metadata"]["namespace"]]
    lab.kubectl("delete", "pdb", *place)
    assert stack.refresh().changed == {"deleted": 1}
    assert "shop-budget" not in stack.resources()
    assert webapp.settle().changed == {"created": 1}
    (budget,) = live(lab, stack, "shop-budget")
    assert budget["spec"]["maxUnavailable"] == 1


def test_an_existing_object_is_imported_and_from_then_on_managed(webapp: Program, lab: Lab) -> None:
    stack = webapp.stack
    webapp.unsettle()
    namespace = stack.outputs()["namespace"]
    lab.kubectl("create", "configmap", "found", "--from-literal=a=b", "--namespace", namespace)
    stack.import_("kubernetes:core/v1:ConfigMap", "found", f"{namespace}/found")
    assert stack.resources()["found"]["outputs"]["data"] == {"a": "b"}
    # The program does not mention it, so it goes.
    assert webapp.settle().changed == {"deleted": 1}
    assert f"ConfigMap {namespace} found" not in objects(lab)


def test_a_secret_is_in_clear_text_neither_in_the_state_nor_in_what_is_shown(
    webapp: Program, lab: Lab
) -> None:
    stack = webapp.stack
    encoded = base64.b64encode(PASSWORD.encode()).decode()
    (credentials,) = live(lab, stack, "credentials")
    assert credentials["data"] == {"PASSWORD": encoded}
    shown = stack.state() + stack.preview("--diff", "--show-sames").text + stack.refresh().text
    assert PASSWORD not in shown
    assert encoded not in shown


def test_a_destroy_leaves_nothing_in_the_cluster(webapp: Program, lab: Lab) -> None:
    stack = webapp.stack
    webapp.unsettle()
    namespace = stack.outputs()["namespace"]
    claims = {line for line in objects(lab) if line.startswith("PersistentVolume ")}
    assert len(claims) == 3
    assert stack.destroy().changes == {"deleted": RESOURCES}
    assert stack.resources() == {}
    left = objects(lab)
    assert not any(namespace in line.split() for line in left)
    assert eventually(lambda: not claims & objects(lab))
