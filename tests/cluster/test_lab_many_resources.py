"""Forty objects of many kinds, made in a loop, go through their life in the lab."""

import base64
from collections.abc import Iterator

import pytest
from support.lab import Lab
from support.programs import Program, nothing_changes, objects

RESOURCES = 41
"""Forty and the stack."""


@pytest.fixture(scope="module")
def program(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    made = Program(lab, "forty", tmp_path_factory.mktemp("forty"))
    yield made
    made.close()


@pytest.fixture
def forty(program: Program) -> Program:
    program.settle()
    return program


def test_all_are_created_and_destroyed_and_the_cluster_is_as_it_was(
    program: Program, lab: Lab
) -> None:
    stack = program.stack
    if stack.resources():
        stack.destroy()
    program.unsettle()
    before = objects(lab)
    assert stack.up().changes == {"created": RESOURCES}
    nothing_changes(stack)
    namespace = stack.outputs()["namespace"]
    assert sum(namespace in line.split() for line in objects(lab)) > 36
    for clear in ("bolt-0", base64.b64encode(b"bolt-0").decode()):
        assert clear not in stack.state()
    assert stack.destroy().changes == {"deleted": RESOURCES}
    assert objects(lab) - before == set()


def test_one_value_replaces_the_maps_that_hold_it_and_updates_what_names_them(
    forty: Program, lab: Lab
) -> None:
    namespace = forty.stack.outputs()["namespace"]
    with forty.configured(colour="blue") as stack:
        assert stack.up().changed == {"replaced": 4, "updated": 4}
        maps = lab.kubectl("get", "configmaps", f"--namespace={namespace}", "-o", "json")
        colours = [item["data"].get("colour") for item in maps["items"]]
        assert sorted(filter(None, colours)) == ["blue"] * 4


def test_a_shorter_loop_deletes_what_it_no_longer_makes(forty: Program) -> None:
    with forty.configured(cabinets=3) as stack:
        assert stack.up().changed == {"deleted": 9}
        assert not [name for name in stack.resources() if name.endswith("-3")]


def test_a_patch_changes_its_own_fields_only_and_takes_them_back(forty: Program, lab: Lab) -> None:
    namespace = forty.stack.outputs()["namespace"]

    def patched() -> tuple[str | None, str]:
        found = lab.kubectl(
            "get", "configmap", "kube-root-ca.crt", f"--namespace={namespace}", "-o", "json"
        )
        owner = found["metadata"]["annotations"].get("furniture.example/owner")
        return owner, found["data"]["ca.crt"]

    owner, certificate = patched()
    assert owner == "lab"
    with forty.configured(owner="us") as stack:
        assert stack.up().changed == {"updated": 1}
        assert patched() == ("us", certificate)
    forty.unsettle()
    urn = forty.stack.resources()["authorities"]["urn"]
    forty.stack.destroy("--target", urn)
    assert patched() == (None, certificate)


def test_a_custom_resource_is_checked_against_its_own_schema(forty: Program) -> None:
    with forty.configured(depth=0) as stack:
        shown = stack.up(fails=True).text
    assert "drawer" in shown
    assert "spec.depth" in shown
    assert "greater than or equal to 1" in shown
    assert "Traceback" not in shown
