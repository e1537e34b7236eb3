"""The program that the documentation shows to platform teams."""

from support.documents import python_block
from support.manifests import manifests, pod_templates
from support.monitor import run_source
from support.pod_security import violations

LONGEST = 55


def test_the_documented_program_runs_as_it_stands() -> None:
    monitor = run_source(python_block("platform-team.md"))
    kinds = [found["kind"] for found in manifests(monitor)]
    assert {"Deployment", "Service", "Namespace", "Secret"} <= set(kinds)
    assert "Node" not in kinds
    assert all(violations(pod["spec"]) == [] for pod in pod_templates(monitor).values())


def test_the_documented_program_stays_short_and_needs_no_other_room_of_ours() -> None:
    source = python_block("platform-team.md")
    assert len(source.splitlines()) <= LONGEST
    assert "stacks" not in source
    assert "environment" not in source
