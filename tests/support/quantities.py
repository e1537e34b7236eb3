"""Kubernetes quantities, as far as our manifests use them."""

from kubernetes.utils.quantity import parse_quantity  # pyright: ignore[reportUnknownVariableType]


def bytes_of(quantity: str) -> int:
    """Reads a quantity of memory or disk."""
    return int(parse_quantity(quantity))


def millicores_of(quantity: str) -> int:
    """Reads a quantity of CPU."""
    return int(parse_quantity(quantity) * 1000)
