"""Which processes are a node's, and are ended with it."""

import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hoheit_lab.node import machine, tree
from hoheit_lab.node.bridge import haproxy_config, on_host
from hoheit_lab.node.launching import host_proxy_arguments
from hoheit_lab.node.layout import NodeLayout
from hoheit_lab.paths import StateDir


@pytest.fixture
def layout(tmp_path: Path) -> NodeLayout:
    made = NodeLayout(StateDir.at(tmp_path / "state"))
    made.etc.mkdir(parents=True)
    made.host_proxy_config.write_text(haproxy_config({"api": on_host(6443, 5001)["api"]}))
    return made


@contextmanager
def running(layout: NodeLayout, *command: str) -> Generator[int]:
    with subprocess.Popen(command, cwd=layout.etc, stdout=subprocess.DEVNULL) as process:
        yield process.pid
        process.kill()


def test_the_hosts_proxy_is_found_by_its_configuration(layout: NodeLayout) -> None:
    if (haproxy := machine.find("haproxy")) is None:
        pytest.skip("haproxy is missing: apt-get install haproxy")
    with running(layout, haproxy, *host_proxy_arguments(layout)) as proxy:
        found = tree.host_proxy(layout)
        assert found is not None
        assert found.pid == proxy
        assert tree.outside(layout) == [found]


def test_somebody_who_reads_a_file_of_the_node_is_not_taken_for_a_part_of_it(
    layout: NodeLayout,
) -> None:
    with running(layout, "tail", "-f", str(layout.host_proxy_config)):
        assert tree.host_proxy(layout) is None
        assert tree.outside(layout) == []
