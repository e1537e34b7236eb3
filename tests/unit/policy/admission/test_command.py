"""`hoheit residency admission`, on declarations and states that lie in files."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hoheit_cli.main import main
from support import residency as r

GUARD = "hoheit:index:ResidencyGuard"
URN = "urn:pulumi:t::t::kubernetes:apps/v1:Deployment::work"
PROVIDER = "urn:pulumi:t::t::pulumi:providers:kubernetes::main"
EXEMPTION = {
    "rule": "IMG-01",
    "resource": "*Deployment::work",
    "owner": "platform team",
    "reason": "moves",
    "until": "2027-01-31",
}


def declared(tmp_path: Path, **changes: Any) -> str:
    file = tmp_path / "declarations.json"
    file.write_text(json.dumps(r.declarations(**changes)))
    return str(file)


def state(tmp_path: Path, **changes: Any) -> str:
    guard = {"declarations": r.declarations(**changes)}
    made = {"metadata": {"name": "work-7", "namespace": "apps"}}
    resources = [
        {"urn": f"urn:pulumi:t::t::{GUARD}::g", "type": GUARD, "inputs": guard, "custom": False},
        {
            "urn": PROVIDER,
            "type": "pulumi:providers:kubernetes",
            "inputs": {"clusterIdentifier": r.CLUSTER},
        },
        {
            "urn": URN,
            "type": "kubernetes:apps/v1:Deployment",
            "provider": f"{PROVIDER}::1",
            "inputs": {"metadata": {"namespace": "apps"}},
            "outputs": made,
        },
    ]
    file = tmp_path / "state.json"
    file.write_text(json.dumps({"version": 3, "deployment": {"resources": resources}}))
    return str(file)


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["residency", "admission", *arguments]) == 0
    return list(yaml.safe_load_all(capsys.readouterr().out))


def test_declarations_alone_give_a_policy_and_a_binding_for_each_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = printed(capsys, "--declarations", declared(tmp_path))
    kinds = [one["kind"].removeprefix("ValidatingAdmission") for one in found]
    assert kinds == ["Policy", "PolicyBinding"] * (len(found) // 2)
    names = {one["metadata"]["name"] for one in found}
    assert {"hoheit-img-01-pods", "hoheit-net-07-services"} <= names
    assert {one["spec"].get("policyName", one["metadata"]["name"]) for one in found} == names


def test_an_object_that_the_state_shows_is_exempted_by_its_name_in_the_cluster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = json.dumps(printed(capsys, "--state", state(tmp_path, exemptions=[EXEMPTION])))
    assert r"\"name\": \"work-7\"" in text
    assert "2027-02-01T00:00:00Z" in text


def test_an_exemption_without_an_object_is_named_and_has_no_effect(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = declared(tmp_path, exemptions=[EXEMPTION])
    assert main(["residency", "admission", "--declarations", file]) == 0
    shown = capsys.readouterr()
    assert "the exemption of IMG-01 for *Deployment::work is not in the policies" in shown.err
    assert "2027-02-01" not in shown.out


def test_further_namespaces_are_left_out_beside_those_of_kubernetes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = printed(capsys, "--declarations", declared(tmp_path), "--except-namespace", "rook-ceph")
    (expression,) = found[1]["spec"]["matchResources"]["namespaceSelector"]["matchExpressions"]
    assert expression["values"] == ["kube-node-lease", "kube-public", "kube-system", "rook-ceph"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name declarations with --declarations, or a state"),
        (["--declarations", "FILE", "--cluster", "other"], "declarations.clusters has no 'other'"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    file = declared(tmp_path)
    given = [file if one == "FILE" else one for one in arguments]
    assert main(["residency", "admission", *given]) == 2
    assert said in capsys.readouterr().err


def test_two_clusters_have_to_be_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = declared(tmp_path, clusters={"a": r.cluster(), "b": r.cluster()})
    assert main(["residency", "admission", "--declarations", file]) == 2
    assert "declared: a, b" in capsys.readouterr().err
