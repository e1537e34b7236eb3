"""The last of the drills: the stack goes, and takes everything along."""

from hoheit_lab.node.layout import NodeLayout
from node.drills.platform import CLIENTS, NAMESPACES, Platform
from support.programs import objects
from support.waiting import until


def test_destroy_leaves_no_object_and_no_directory_of_a_volume(platform: Platform) -> None:
    volumes = NodeLayout(platform.lab.state).volumes
    claimed = platform.lab.kubectl("get", "pv", "-o", "json")["items"]
    ours = [one for one in claimed if one["spec"]["claimRef"]["namespace"] in NAMESPACES]
    names = [one["metadata"]["name"] for one in ours]
    assert len(names) >= 4
    assert all((volumes / name).exists() for name in names)
    platform.finish(platform.project.stack.start("destroy", "--yes", "--skip-preview"))
    until(lambda: not any((volumes / name).exists() for name in names))
    until(lambda: left(platform) == set())
    assert platform.project.stack.resources() == {}


def left(platform: Platform) -> set[str]:
    """Objects that were not there before the stack, but for those of the drills' own clients."""
    new = objects(platform.lab) - platform.found
    return {one for one in new if f" {CLIENTS} " not in one and not one.endswith(f" {CLIENTS}")}
