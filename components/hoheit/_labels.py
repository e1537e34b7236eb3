"""Labels by which selectors, policies and people find the pods of a service."""


def selector_labels(instance: str, component: str) -> dict[str, str]:
    """Return the labels that select the pods of one role; never to be changed."""
    return {
        "app.kubernetes.io/name": "vllm",
        "app.kubernetes.io/instance": instance,
        "app.kubernetes.io/component": component,
    }


def object_labels(instance: str, component: str) -> dict[str, str]:
    """Return the labels that every object of one role carries."""
    return {
        **selector_labels(instance, component),
        "app.kubernetes.io/part-of": "hoheit",
        "app.kubernetes.io/managed-by": "pulumi",
    }
