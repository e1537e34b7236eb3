from pathlib import Path

from hoheit_lab.node.layout import NodeLayout
from hoheit_lab.paths import StateDir

LAYOUT = NodeLayout(StateDir(Path("/srv/checkout/.lab")))
OTHER = NodeLayout(StateDir(Path("/srv/other/.lab")))


def test_two_labs_share_no_name_on_the_host() -> None:
    assert LAYOUT.link != OTHER.link
    assert LAYOUT.cgroup != OTHER.cgroup


def test_the_name_of_the_link_is_one_that_the_kernel_takes() -> None:
    assert len(LAYOUT.link) <= 15  # IFNAMSIZ, with its zero


def test_all_of_a_node_lies_in_the_state_directory() -> None:
    for directory in (*LAYOUT.directories, LAYOUT.settings, LAYOUT.host_proxy_config):
        assert directory.is_relative_to(LAYOUT.state.root)
