"""What a stack file states, read without the program that uses it."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hoheit import KubeletSettings
from hoheit_cli.errors import UsageError
from hoheit_cli.finding import Finding, Verdict
from hoheit_cli.stated import Stated, read_stated, stack_file
from hoheit_infra import SimulatedNodes
from support.monitor import STACKS

CLUSTER = {"kind": "existing", "context": "lab", "cluster_identifier": "lab"}
FILES = sorted(STACKS.glob("Pulumi.*.yaml"))


def written(path: Path, environment: Any) -> Path:
    file = path / "Pulumi.dev.yaml"
    file.write_text(yaml.safe_dump({"config": {"hoheit:environment": environment}}))
    return file


def refusal(file: Path) -> str:
    with pytest.raises(UsageError) as refused:
        read_stated(file)
    return str(refused.value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_stack_file_of_the_project_is_understood(file: Path) -> None:
    stated = read_stated(file)
    assert stated.pools
    assert stated.unread == ()


def test_what_is_stated_is_read() -> None:
    stated = read_stated(STACKS / "Pulumi.local.yaml")
    assert (stated.cluster.context, stated.cluster.capabilities.simulated) == ("lab", True)
    assert isinstance(stated.pools["l4"], SimulatedNodes)
    assert not stated.uses_image_volumes


def test_what_an_environment_needs_of_its_cluster_follows_from_its_sections(
    tmp_path: Path,
) -> None:
    bare = read_stated(written(tmp_path, {"cluster": CLUSTER}))
    assert (bare.namespaces, bare.pools) == ({"models": "models"}, {})
    assert not any(
        (
            *(bare.parts_with_volumes, bare.bundled_monitoring),
            *(bare.uses_operator, bare.uses_image_volumes),
        )
    )
    full = {
        "cluster": CLUSTER,
        "namespace": "llm",
        "monitoring": {"mode": "operator", "namespace": "watch"},
        "mlflow": {},
        "models": {"a": {"weights": {"uri": "oci://registry.example/a"}}},
    }
    rich = read_stated(written(tmp_path, full))
    assert rich.namespaces == {"models": "llm", "mlflow": "mlflow", "monitoring": "watch"}
    assert (rich.uses_operator, rich.bundled_monitoring) == (True, False)
    assert rich.uses_image_volumes


@pytest.mark.parametrize(
    ("sections", "parts"),
    [
        ({"monitoring": {}}, {"monitoring"}),
        ({"monitoring": {"mode": "bundled"}}, {"monitoring"}),
        ({"monitoring": {"mode": "operator"}}, set()),
        ({"mlflow": {"database": {"kind": "bundled"}}}, {"mlflow"}),
        ({"mlflow": {"artifacts": {"kind": "bundled"}}}, {"mlflow"}),
        ({"mlflow": {"database": {"kind": "existing"}}}, set()),
        ({"object_server": {"bucket": "models"}}, {"objects"}),
        ({"mlflow": None, "monitoring": None}, set()),
    ],
)
def test_whoever_keeps_data_in_the_cluster_needs_a_storage_class(
    sections: dict[str, Any], parts: set[str], tmp_path: Path
) -> None:
    stated = read_stated(written(tmp_path, {"cluster": CLUSTER, **sections}))
    assert stated.parts_with_volumes == parts


def test_a_pool_that_is_not_understood_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    pool = {"gpu": "L4", "nodes": 1, "cpu_millicores": 1, "memory_mib": 1, "disk_gib": 1}
    pools = {
        "old": {**pool, "kind": "simulated"},
        "new": {**pool, "kind": "simulated", "shards": 4},
        "odd": {"kind": "quantum"},
    }
    stated = read_stated(written(tmp_path, {"cluster": CLUSTER, "pools": pools}))
    assert list(stated.pools) == ["old"]
    new, odd = stated.unread
    assert (new.subject, new.verdict) == ("pools.new", Verdict.UNKNOWN)
    assert "shards: unknown field" in new.seen
    assert odd.subject == "pools.odd"


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ("text", "has no 'hoheit:environment' under 'config'"),
        ({}, "cluster: required, but not given"),
        ({"cluster": {**CLUSTER, "kind": "eks"}}, "cluster.kind is not 'existing'"),
        ({"cluster": {"context": "lab"}}, "cluster_identifier: required, but not given"),
        ({"cluster": {**CLUSTER, "contxt": "a"}}, "contxt: unknown field; did you mean 'context'?"),
    ],
)
def test_an_environment_without_a_cluster_that_exists_is_refused(
    environment: Any, said: str, tmp_path: Path
) -> None:
    assert said in refusal(written(tmp_path, environment))


@pytest.mark.parametrize(
    ("text", "said"),
    [("a: [", "is no YAML: "), ("- a", "has no 'hoheit:environment'"), ("", "has no 'hoheit:")],
)
def test_a_file_that_is_no_stack_file_is_refused(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "Pulumi.dev.yaml"
    file.write_text(text)
    assert said in refusal(file)


def test_a_stack_is_found_where_the_project_keeps_its_files(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.yaml").write_text("name: p\nstackConfigDir: stacks\n")
    assert stack_file("dev", tmp_path) == tmp_path / "stacks" / "Pulumi.dev.yaml"
    (tmp_path / "Pulumi.yaml").write_text("name: p\n")
    assert stack_file("dev", tmp_path) == tmp_path / "Pulumi.dev.yaml"


def test_kubelets_are_read_and_those_that_make_no_sense_are_told(tmp_path: Path) -> None:
    def read(kubelets: Any) -> Stated:
        environment = {"cluster": CLUSTER, "monitoring": {"kubelets": kubelets}}
        return read_stated(written(tmp_path, environment))

    stated = read({"cidrs": ["192.0.2.64/26"], "node_selector": {"a": "b"}})
    assert stated.kubelets == KubeletSettings(cidrs=["192.0.2.64/26"], node_selector={"a": "b"})
    assert stated.unread == ()
    assert read(None).kubelets is None
    found = read({"cidrs": ["0.0.0.0/0"]}).kubelets
    assert isinstance(found, Finding)
    assert (found.verdict, found.subject) == (Verdict.UNKNOWN, "monitoring.kubelets")
    assert "cidrs[0]: 0.0.0.0/0 is every address" in found.seen


@pytest.mark.parametrize("kubelets", [{"cidrs": ["192.0.2.64/26"]}, {"cidrs": []}])
def test_with_an_operator_kubelets_are_none_of_ours(kubelets: Any, tmp_path: Path) -> None:
    monitoring = {"mode": "operator", "kubelets": kubelets}
    stated = read_stated(written(tmp_path, {"cluster": CLUSTER, "monitoring": monitoring}))
    assert (stated.kubelets, stated.unread) == (None, ())
