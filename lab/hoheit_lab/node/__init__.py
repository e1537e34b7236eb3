"""A real node for the lab: kubelet and containerd in namespaces of their own."""

from .layout import NODE_NAME
from .lifecycle import (
    SERVICES,
    enter,
    is_running,
    is_wanted,
    power_cut,
    processes,
    registry_port,
    start,
    stop,
)

__all__ = [
    "NODE_NAME",
    "SERVICES",
    "enter",
    "is_running",
    "is_wanted",
    "power_cut",
    "processes",
    "registry_port",
    "start",
    "stop",
]
