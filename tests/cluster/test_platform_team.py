"""The program that the documentation shows to platform teams, in a cluster as they have it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.documents import python_block
from support.engine import COMMAND_TIMEOUT, Stack, write_project
from support.lab import Lab
from support.programs import eventually

NAMESPACE = "team-chat"
NODE = "team-gpu-node"


def node() -> dict[str, Any]:
    """The team's own node: label and taint as the page says, kept alive by the lab."""
    capacity = {"cpu": "4", "memory": "15Gi", "ephemeral-storage": "200Gi", "pods": "58"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {
            "name": NODE,
            "labels": {"team/gpu": "l4", "type": "kwok"},
            "annotations": {
                "kwok.x-k8s.io/node": "fake",
                "hoheit-lab/capacity": json.dumps({**capacity, "nvidia.com/gpu": "1"}),
            },
        },
        "spec": {"taints": [{"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}]},
    }


def claim() -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "chat-weights", "namespace": NAMESPACE},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "10Gi"}},
        },
    }


@pytest.fixture
def stack(lab: Lab, tmp_path: Path) -> Iterator[Stack]:
    lab.apply(node())
    program = write_project(tmp_path / "team", python_block("platform-team.md"), name="team")
    made = Stack(program, lab.env)
    yield made
    # The claim is the team's own; a namespace takes it along.
    made.destroy()
    lab.kubectl("delete", "node", NODE)


def test_the_documented_program_comes_up_on_the_teams_own_nodes(stack: Stack, lab: Lab) -> None:
    update = stack.start("up", "--yes", "--skip-preview")
    try:
        there = ("get", "namespaces", NAMESPACE, "--ignore-not-found", "-o", "name")
        assert eventually(lambda: bool(lab.kubectl(*there)), seconds=60)
        lab.apply(claim())
        text, _ = update.communicate(timeout=COMMAND_TIMEOUT)
    finally:
        update.kill()
    assert update.returncode == 0, text
    (pod,) = lab.kubectl("get", "pods", "-n", NAMESPACE, "-o", "json")["items"]
    assert pod["spec"]["nodeName"] == NODE
    outputs = stack.outputs()
    assert outputs["url"] == f"http://chat.{NAMESPACE}.svc.cluster.local:8080/v1"
    assert outputs["plan"]["device"] == "L4"
    assert stack.up().changed == {}
