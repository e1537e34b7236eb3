"""The registry of a real node."""

from pathlib import Path

from hoheit_lab.node.registry import registry_config


def test_the_registry_is_heard_where_it_is_told_to_and_nowhere_else() -> None:
    config = registry_config(Path("/lab/registry"), "127.0.0.1:5000")
    assert config["http"] == {"addr": "127.0.0.1:5000"}


def test_images_lie_on_disk_because_a_restart_must_not_lose_them() -> None:
    config = registry_config(Path("/lab/registry"), "127.0.0.1:5000")
    assert config["storage"]["filesystem"] == {"rootdirectory": "/lab/registry"}
