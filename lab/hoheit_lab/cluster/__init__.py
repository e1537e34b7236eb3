"""A real Kubernetes control plane on loopback, with simulated nodes."""

from .lifecycle import api_of, is_healthy, start, stop

__all__ = ["api_of", "is_healthy", "start", "stop"]
