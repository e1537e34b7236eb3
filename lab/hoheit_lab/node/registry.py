"""Configuration of the lab's registry: images in a directory, for the loopback interface only."""

from pathlib import Path
from typing import Any

ENVIRONMENT = {"OTEL_TRACES_EXPORTER": "none"}
"""Without it the registry offers traces of its requests to a collector on this machine."""


def registry_config(directory: Path, address: str) -> dict[str, Any]:
    """Returns what `registry serve` reads.

    Args:
        directory: Where blobs and manifests lie; they survive a restart.
        address: Where it listens, such as `127.0.0.1:5000`.
    """
    return {
        "version": 0.1,
        "log": {"level": "warn", "accesslog": {"disabled": True}},
        "storage": {
            "filesystem": {"rootdirectory": str(directory)},
            "delete": {"enabled": True},
            # Uploads that a power cut broke off are no reason to walk through gigabytes.
            "maintenance": {"uploadpurging": {"enabled": False}},
        },
        "http": {"addr": address},
    }
