"""The policy pack, run by the real CLI on programs that know nothing of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.engine import Result, Stack, stand_in_environment, write_program, write_project
from support.residency import location

PACK = Path(__file__).parents[2] / "policy"
GERMANY = location()

MANIFEST = """
    import pulumi
    import pulumi_random as random

    class Manifest(pulumi.ComponentResource):
        def __init__(self, token, name, props, opts=None):
            super().__init__(token, name, props, opts)
            self.register_outputs({})

"""


class Packed:
    """A project without a guard, and what a reviewer declares of it."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self.config = directory.parent / "config.json"
        self.backend = environment["PULUMI_BACKEND_URL"]
        self.directory = write_project(directory, "")
        self.stack = Stack(directory, environment)

    def declare(self, **changes: Any) -> None:
        given = {
            "profile": "eu",
            "clusters": {},
            "endpoints": {},
            "approved_registries": ["registry.example.internal"],
            "images_locked": False,
            "state": {"backend": self.backend, "location": GERMANY},
            "secrets_provider": {"kind": "passphrase"},
        }
        policies = {"declarations": {"declarations": {**given, **changes}}}
        self.config.write_text(json.dumps(policies))

    def run(self, operation: str, body: str, *, fails: bool = False, config: bool = True) -> Result:
        write_program(self.directory, MANIFEST + "\n".join(f"    {x}" for x in body.splitlines()))
        flags = ["--policy-pack", str(PACK)]
        if config:
            flags += ["--policy-pack-config", str(self.config)]
        operate = self.stack.up if operation == "up" else self.stack.preview
        return operate(*flags, fails=fails)


@pytest.fixture
def packed(tmp_path: Path) -> Packed:
    found = Packed(tmp_path / "project", stand_in_environment(tmp_path / "engine"))
    found.declare()
    return found


SERVICE = 'Manifest("kubernetes:core/v1:Service", "front", {"spec": {"type": "%s"}})'


def test_a_clean_stack_passes_and_says_what_was_not_applicable(packed: Packed) -> None:
    shown = packed.run("preview", SERVICE % "ClusterIP").text
    assert "mandatory" not in shown
    assert "Policies" in shown


def test_a_failing_resource_is_not_created(packed: Packed) -> None:
    body = SERVICE % "LoadBalancer"
    assert "NET-07 FAIL Service front" in packed.run("preview", body, fails=True).text
    shown = packed.run("up", body, fails=True).text
    assert "[mandatory]" in shown
    assert "::front" not in packed.stack.state()


def test_an_unknown_value_before_the_decisive_one_hides_nothing(packed: Packed) -> None:
    """Row 1 of the measured behaviour: the SDK itself would drop the violation."""
    body = (
        'late = random.RandomPassword("late", length=8).result\n'
        'Manifest("kubernetes:core/v1:Service", "front",\n'
        '    {"aaa": late, "metadata": {"labels": {"x": late}}, "spec": {"ports": [late],\n'
        '     "type": "LoadBalancer"}})'
    )
    assert "NET-07 FAIL Service front" in packed.run("preview", body, fails=True).text


def test_what_the_update_will_know_is_reported_and_then_decided(packed: Packed) -> None:
    body = (
        'late = random.RandomPassword("late", length=8).id.apply(lambda _: "LoadBalancer")\n'
        'Manifest("kubernetes:core/v1:Service", "front", {"spec": {"type": late}})'
    )
    shown = packed.run("preview", body).text
    assert "NET-07 UNKNOWN (the update will know) Service front" in shown
    assert "[advisory]" in shown
    assert "NET-07 FAIL Service front" in packed.run("up", body, fails=True).text
    assert "::front" not in packed.stack.state()


def test_a_pack_without_declarations_never_reads_as_success(packed: Packed) -> None:
    shown = packed.run("preview", SERVICE % "ClusterIP", fails=True, config=False).text
    assert "LOC-13 UNKNOWN" in shown
    assert "[mandatory]" in shown


def test_a_profile_that_only_reports_is_advisory(packed: Packed) -> None:
    packed.declare(profile="local")
    shown = packed.run("preview", SERVICE % "LoadBalancer").text
    assert "NET-07 FAIL Service front" in shown
    assert "[mandatory]" not in shown


def test_wrong_declarations_are_named_by_their_path(packed: Packed) -> None:
    packed.declare(profile="mars")
    shown = packed.run("preview", SERVICE % "ClusterIP", fails=True).text
    assert "profile: no profile 'mars'" in shown


def test_a_secret_is_never_printed(packed: Packed) -> None:
    body = (
        'Manifest("kubernetes:apps/v1:Deployment", "work", {"metadata": {"namespace": "apps"},\n'
        '  "spec": {"template": {"spec": {"containers": [{"name": "a",\n'
        '   "image": "docker.io/other/image:1",\n'
        '   "env": [{"name": "K", "value": pulumi.Output.secret("hunter2-in-clear")}]}]}}}})'
    )
    shown = packed.run("preview", body, fails=True).text
    assert "hunter2" not in shown


def test_a_finding_of_the_whole_stack_fails_the_preview(packed: Packed) -> None:
    packed.declare(clusters={"c": {"location": GERMANY, "network_policy": "none"}})
    shown = packed.run("preview", SERVICE % "ClusterIP", fails=True).text
    assert "NET-03 FAIL clusters.c.network_policy" in shown


GUARDED = """
from hoheit_policy.guard import ResidencyGuard
guard = ResidencyGuard("guard", {declared})
Manifest("kubernetes:core/v1:Service", "front", {{"spec": {{"type": "LoadBalancer"}}}})
pulumi.export("residency", guard.report())
"""


def test_the_declarations_of_a_guard_serve_the_pack_and_a_reviewer_overrules_them(
    packed: Packed,
) -> None:
    packed.declare(profile="local")
    given = json.loads(packed.config.read_text())["declarations"]["declarations"]
    body = GUARDED.format(declared=repr(given))
    shown = packed.run("preview", body, config=False).text
    assert "NET-07 FAIL Service front" in shown
    assert "[mandatory]" not in shown
    packed.declare(profile="eu")
    shown = packed.run("preview", body, fails=True).text
    assert "[mandatory]" in shown
