"""Asks a container registry what an image is: its digest, and the platforms it was built for.

The manifest is fetched and hashed here, because the digest is what everybody later relies on: what
a header says is compared with it and not believed. Nothing is downloaded but manifests and, for an
image of one platform, its configuration. Protocol: OCI Distribution Specification 1.1, and the
token flow of "Token Authentication Specification" of the CNCF distribution project.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from .errors import UsageError
from .objects import mapping_at
from .registry_access import Access

if TYPE_CHECKING:
    from collections.abc import Collection

    from hoheit import ImageReference

_INDEXES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
_MANIFESTS = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
_NO_PLATFORM = "unknown"
"""What an index says of signatures and bills of material that it lists beside images."""


@dataclass(frozen=True)
class Resolved:
    """What a registry has under a name."""

    digest: str
    platforms: tuple[str, ...]


class Registry:
    """The registries of one run, each asked over TLS unless it is on this machine.

    Args:
        plain_http: Registries (host and port) that may be asked without TLS.
    """

    def __init__(self, plain_http: Collection[str] = ()) -> None:
        self._access = Access(plain_http)

    def resolve(self, image: ImageReference) -> Resolved:
        """Return what a registry has under the tag, or else the digest, of an image.

        Raises:
            UsageError: if it does not answer, refuses, has no such image, or contradicts itself.
        """
        wanted = image.tag or str(image.digest)
        what = f"{image.registry}/{image.repository}{':' if image.tag else '@'}{wanted}"
        answer = self._access.get(
            image, f"manifests/{wanted}", what, accept=(*_INDEXES, *_MANIFESTS)
        )
        digest = _digest(answer.body)
        if answer.digest not in (None, digest):
            raise UsageError(
                f"{what}: the registry calls {answer.digest} what has the digest {digest}; "
                "something between here and there changes content"
            )
        if image.tag is None and digest != image.digest:
            raise UsageError(f"{what}: the registry sent {digest} for it; do not use this registry")
        manifest = _document(answer.body, what)
        return Resolved(digest, self._platforms(image, manifest, what))

    def _platforms(
        self, image: ImageReference, manifest: dict[str, Any], what: str
    ) -> tuple[str, ...]:
        if "manifests" in manifest:
            listed = [mapping_at(entry, "platform") for entry in manifest["manifests"]]
            return tuple(
                sorted(
                    {
                        _platform(one)
                        for one in listed
                        if one.get("os", _NO_PLATFORM) != _NO_PLATFORM
                    }
                )
            )
        if "config" not in manifest:
            raise UsageError(f"{what}: the registry answers with something that is no image")
        digest: str = manifest["config"]["digest"]
        answer = self._access.get(image, f"blobs/{digest}", what, accept=("*/*",))
        if _digest(answer.body) != digest:
            raise UsageError(f"{what}: its configuration is not what its manifest says")
        configuration = _document(answer.body, what)
        return (_platform(configuration),) if "os" in configuration else ()


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _document(content: bytes, what: str) -> dict[str, Any]:
    try:
        document: Any = json.loads(content)
    except ValueError:
        document = None
    if not isinstance(document, dict):
        raise UsageError(
            f"{what}: what answers is no registry, or a page stands before it; open it in a browser"
        )
    return cast(dict[str, Any], document)


def _platform(stated: dict[str, str]) -> str:
    parts = (stated.get("os"), stated.get("architecture"), stated.get("variant"))
    return "/".join(part for part in parts if part)
