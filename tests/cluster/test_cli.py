"""`hoheit register` on states that the real Pulumi wrote, of a program that is not ours."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hoheit import Register
from support.engine import Stack, write_project
from support.lab import Lab

ROOT = "pulumi:pulumi:Stack"
PROGRAM = """
    import hoheit
    import pulumi
    from hoheit_infra import ExistingCluster, ExistingClusterArgs

    declared = hoheit.DeclaredLocation(
        country="DE",
        operator="Example GmbH",
        declaration=hoheit.Declaration(
            by="platform team", declared_on="2026-11-02", evidence="contract 7"
        ),
    )
    cluster = ExistingCluster(
        "team", ExistingClusterArgs(context="lab", cluster_identifier="lab", location=declared)
    )
    spec = {
        "kind": "labelled", "gpu": "L4", "node_selector": {"team/gpu": "l4"}, "nodes": 1,
        "cpu_millicores": 4000, "memory_mib": 14000, "disk_gib": 100,
    }
    pool = hoheit.GpuNodePool("l4", hoheit.GpuNodePoolArgs(cluster=cluster, spec=spec))
    pulumi.export("key", pulumi.Output.secret("a secret"))
    if pulumi.Config().get_bool("joined"):
        register = hoheit.joined([cluster, pool])
        pulumi.export("register", register.model_dump(mode="json"))
"""


@pytest.fixture(scope="module")
def stack(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    directory = tmp_path_factory.mktemp("register") / "team"
    made = Stack(write_project(directory, PROGRAM, name="registered"), lab.env)
    yield made
    made.destroy()


def register(
    lab: Lab, stack: Stack, *words: str, status: int = 0, **more: str
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hoheit_cli", "register", *words]
    done = lab.run(*command, check=False, cwd=stack.directory, env={**lab.env, **more})
    assert done.returncode == status, done.stdout + done.stderr
    return done


def test_a_stack_without_resources_has_no_register(lab: Lab, stack: Stack) -> None:
    done = register(lab, stack, "--stack", "test", status=2)
    assert done.stderr == (
        "error: the export of stack 'test' holds no resource; run `pulumi up` first\n"
    )


def test_a_stack_that_does_not_exist_is_told_in_pulumis_words(lab: Lab, stack: Stack) -> None:
    done = register(lab, stack, "--stack", "none", status=2)
    assert done.stderr == (
        "error: pulumi cannot export stack 'none': no stack named 'none' found\n"
    )


def test_the_register_is_read_from_the_components_in_the_state(
    lab: Lab, stack: Stack, tmp_path: Path
) -> None:
    stack.config(joined=False)
    stack.up()
    lines = register(lab, stack, "--stack", "test").stdout.splitlines()
    etcd = lines[lines.index("etcd of cluster 'team' [configuration]") :]
    assert "  country       DE (declared)" in etcd
    assert "node disks of pool 'l4' [images]" in lines
    assert lines[-1] == "platform team, 2026-11-02: contract 7"
    file = tmp_path / "export.json"
    file.write_text(stack.state())
    assert register(lab, stack, "--state", str(file)).stdout.splitlines() == lines


def test_nothing_is_decrypted_so_no_passphrase_is_needed(lab: Lab, stack: Stack) -> None:
    assert "ciphertext" in stack.state()
    wrong = {"PULUMI_CONFIG_PASSPHRASE": "wrong", "PULUMI_CONFIG_PASSPHRASE_FILE": ""}
    assert "etcd of cluster 'team'" in register(lab, stack, "--stack", "test", **wrong).stdout


def test_what_the_stack_exports_is_what_its_components_registered(
    lab: Lab, stack: Stack, tmp_path: Path
) -> None:
    stack.config(joined=True)
    stack.up()
    exported = register(lab, stack, "--stack", "test", "--json").stdout
    state = json.loads(stack.state())
    (root,) = [one for one in state["deployment"]["resources"] if one["type"] == ROOT]
    del root["outputs"]["register"]
    file = tmp_path / "export.json"
    file.write_text(json.dumps(state))
    assert register(lab, stack, "--state", str(file), "--json").stdout == exported
    document = json.loads(exported)
    assert document.pop("unknowns")
    assert len(Register.model_validate(document).stores) == 2
