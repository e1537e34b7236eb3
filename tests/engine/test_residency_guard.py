"""The guard inside a program, under the real CLI."""

import json
from pathlib import Path
from typing import Any

import pytest
from hoheit_policy import report
from hoheit_policy.adapters.state import view_of
from support.engine import Stack, stand_in_environment, write_program, write_project
from support.residency import location

GERMANY = location()

PROGRAM = """
    import pulumi
    import pulumi_random as random
    from hoheit_policy.guard import ResidencyGuard

    class Manifest(pulumi.ComponentResource):
        \"\"\"Stands for an object of Kubernetes, which needs no plugin this way.\"\"\"
        def __init__(self, token, name, props, opts=None):
            super().__init__(token, name, props, opts)
            self.register_outputs({{}})

    class Component(pulumi.ComponentResource):
        def __init__(self, name, stores):
            super().__init__("hoheit:index:Component", name, None)
            self.stores = stores
            self.register_outputs({{"stores": stores, "egress": []}})

    guard = ResidencyGuard("guard", {declarations})
    {body}
"""


def declarations(backend: str, **changes: Any) -> dict[str, Any]:
    given = {
        "profile": "eu",
        "clusters": {"c": {"location": GERMANY, "network_policy": "cilium"}},
        "endpoints": {},
        "approved_registries": ["registry.example.internal"],
        "images_locked": False,
        "state": {"backend": backend, "location": GERMANY},
        "secrets_provider": {"kind": "passphrase"},
    }
    return {**given, **changes}


class Guarded:
    """A project with a guard, whose body tests replace."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self.backend = environment["PULUMI_BACKEND_URL"]
        self.directory = directory
        self.write("pass")
        self.stack = Stack(directory, environment)

    def write(self, body: str, **changes: Any) -> None:
        declared = declarations(self.backend, **changes)
        indented = body.strip().replace("\n", "\n    ")
        program = PROGRAM.format(declarations=repr(declared), body=indented)
        if self.directory.exists():
            write_program(self.directory, program)
        else:
            write_project(self.directory, program)


@pytest.fixture
def guarded(tmp_path: Path) -> Guarded:
    return Guarded(tmp_path / "project", stand_in_environment(tmp_path / "engine"))


EXPOSED = """
random.RandomPassword("before", length=8)
Manifest("kubernetes:core/v1:Service", "front", {"spec": {"type": "LoadBalancer"}})
random.RandomPassword("after", length=8)
"""


def test_a_refused_resource_ends_the_program_in_one_sentence_before_it_exists(
    guarded: Guarded,
) -> None:
    guarded.write(EXPOSED)
    shown = guarded.stack.up(fails=True).text
    assert "NET-07 FAIL Service front spec.type: LoadBalancer: public" in shown
    assert "Traceback" not in shown
    state = guarded.stack.state()
    assert "::front" not in state
    assert "::after" not in state


def test_a_profile_that_only_reports_lets_the_same_resource_pass(guarded: Guarded) -> None:
    guarded.write(f'{EXPOSED}\npulumi.export("residency", guard.report())', profile="local")
    guarded.stack.up()
    found = guarded.stack.outputs()["residency"]
    assert found["profile"] == "local"
    assert found["counts"]["FAIL"] >= 1
    assert [one["rule"] for one in found["findings"] if one["verdict"] == "FAIL"] == ["NET-07"]


def test_declarations_alone_are_judged_before_any_resource(guarded: Guarded) -> None:
    abroad = location("US")
    guarded.write(
        'random.RandomPassword("first", length=8)',
        clusters={"c": {"location": abroad, "network_policy": "cilium"}},
    )
    shown = guarded.stack.preview(fails=True).text
    assert "LOC-01 FAIL clusters.c.location: cluster 'c': in US" in shown
    assert "RandomPassword" not in shown
    assert "Traceback" not in shown


def test_another_backend_than_the_declared_one_is_refused(guarded: Guarded) -> None:
    guarded.write("pass", state={"backend": "s3://elsewhere", "location": GERMANY})
    shown = guarded.stack.preview(fails=True).text
    assert "LOC-13 FAIL state.backend: declared as s3://elsewhere" in shown


LATE = """
secret = random.RandomPassword("number", length=8)
kind = secret.id.apply(lambda _: "LoadBalancer")
Manifest("kubernetes:core/v1:Service", "late", {"spec": {"type": kind}})
pulumi.export("residency", guard.report())
"""


def test_a_value_that_only_the_update_knows_is_unknown_in_preview_and_judged_in_the_update(
    guarded: Guarded,
) -> None:
    guarded.write(LATE)
    assert guarded.stack.preview().changes
    shown = guarded.stack.up(fails=True).text
    assert "NET-07 FAIL Service late spec.type: LoadBalancer: public" in shown
    assert "Traceback" not in shown


WORKLOAD = """
pod = {"containers": [{"name": "a", "image": "registry.example.internal/postgres:17"}]}
Manifest("kubernetes:apps/v1:Deployment", "work", {
    "metadata": {"namespace": "apps"}, "spec": {"template": {"spec": pod}}})
pulumi.export("residency", guard.report())
"""


def test_a_finding_that_only_the_whole_shows_fails_the_preview(guarded: Guarded) -> None:
    guarded.write(WORKLOAD)
    shown = guarded.stack.preview(fails=True).text
    assert "NET-03 FAIL Deployment work namespace apps: has workloads and no NetworkPolicy" in shown
    assert "Traceback" not in shown


def test_wrong_declarations_are_refused_by_their_path(guarded: Guarded) -> None:
    guarded.write("pass", profile="europe")
    shown = guarded.stack.preview(fails=True).text
    assert "profile: no profile 'europe'; profiles: local, eu" in shown
    assert "Traceback" not in shown


STORES = """
memory = "memory of the sample"
stores = [{{"name": "prompts", "medium": memory, "location": {location}}}]
component = Component("kept", stores)
pulumi.export("residency", guard.report({{"stores": component.stores}}))
"""


def test_a_store_of_unknown_location_fails_and_the_state_gives_the_same_verdicts(
    guarded: Guarded,
) -> None:
    guarded.write(STORES.format(location={}))
    shown = guarded.stack.preview(fails=True).text
    assert "LOC-02 FAIL register stores[0].location: store 'prompts'" in shown
    guarded.write(STORES.format(location=repr(GERMANY)))
    guarded.stack.up()
    of_guard = guarded.stack.outputs()["residency"]
    of_state = report(view_of(json.loads(guarded.stack.state())))
    assert of_guard["counts"] == of_state.counts
    assert not of_state.stopping
