"""Labels by which selectors, policies and people find the pods of a service."""

PART_OF = {"app.kubernetes.io/part-of": "hoheit", "app.kubernetes.io/managed-by": "pulumi"}
"""On every object that this library makes."""


def selector_labels(program: str, instance: str) -> dict[str, str]:
    """Return the labels that select the pods of one role; never to be changed."""
    return {"app.kubernetes.io/name": program, "app.kubernetes.io/instance": instance}


def object_labels(program: str, instance: str) -> dict[str, str]:
    """Return the labels that every object of one role carries."""
    return {**selector_labels(program, instance), **PART_OF}
