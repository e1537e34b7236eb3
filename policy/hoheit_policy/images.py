"""Image references, read as a container runtime reads them, and the software inside."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hoheit_facts import IMAGES, KNOWN_IMAGES

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_DOCKER_HUB = "docker.io"


@dataclass(frozen=True, kw_only=True)
class Image:
    """A reference in full, as the runtime completes it."""

    registry: str
    repository: str
    digest: str | None
    tag: str | None = None

    @property
    def name(self) -> str:
        """Registry and repository."""
        return f"{self.registry}/{self.repository}"

    def is_below(self, approved: str) -> bool:
        """Tell whether ``approved`` is the registry or a path that the image lies under."""
        return self.name == approved or self.name.startswith(f"{approved.rstrip('/')}/")


def read_image(reference: str) -> Image | None:
    """Return a reference with the parts that a runtime adds, or None where it is none."""
    name, _, digest = reference.partition("@")
    if not name or re.search(r"[\s$]", reference) or (digest and not _DIGEST.fullmatch(digest)):
        return None
    head, _, tail = name.partition("/")
    host = head if tail and (re.search(r"[.:]", head) or head == "localhost") else ""
    path = tail if host else name
    repository, colon, tag = path.rpartition(":")
    if not colon or "/" in tag:
        repository, tag = path, ""
    registry = host or _DOCKER_HUB
    if registry in ("index.docker.io", "registry-1.docker.io"):
        registry = _DOCKER_HUB
    if registry == _DOCKER_HUB and "/" not in repository:
        repository = f"library/{repository}"
    return Image(registry=registry, repository=repository, digest=digest or None, tag=tag or None)


@dataclass(frozen=True, kw_only=True)
class Software:
    """What an image of the catalogue runs."""

    names: tuple[str, ...]
    exact: bool
    """The repository is the catalogue's; else only its last part looks like it."""


def software_of(image: Image) -> Software | None:
    """Return the software in an image, or None where the catalogue knows nothing like it.

    A mirror keeps the original name at the end of its own, so an end is enough.
    """
    for known in IMAGES.values():
        if known.reference:
            own = read_image(known.reference)
            if own and (image.repository == own.repository or _ends(image, own)):
                return Software(names=known.software, exact=True)
    last = image.repository.rsplit("/", 1)[-1]
    for known in IMAGES.values():
        if not known.reference and last == known.name:
            return Software(names=known.software, exact=True)
    for other in KNOWN_IMAGES:
        if f"/{image.repository}".endswith(f"/{other.repository}"):
            return Software(names=other.software, exact=True)
    words = re.split(r"[^a-z0-9]+", last)
    for known in (*IMAGES.values(), *KNOWN_IMAGES):
        if any(name in words for name in known.software):
            return Software(names=known.software, exact=False)
    return None


def _ends(image: Image, own: Image) -> bool:
    return image.repository.endswith(f"/{own.repository}")
