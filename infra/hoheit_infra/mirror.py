"""The name of an image in a mirror."""


def mirrored(reference: str, mirror: str | None) -> str:
    """Return ``reference`` below ``mirror``; what comes from the mirror's own host stays."""
    if mirror is None or _registry(reference) == _registry(mirror):
        return reference
    return f"{mirror}/{reference}"


def _registry(reference: str) -> str:
    return reference.split("/", maxsplit=1)[0]
