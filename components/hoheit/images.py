"""Which container images run, from which registry, and how firmly they are pinned."""

import re
from collections.abc import Callable
from typing import Self

from hoheit_facts import ENGINE, IMAGES
from pydantic import Field, model_validator

from ._args import Args, ObjectName

_REFERENCE = re.compile(
    r"(?P<host>[a-z0-9.-]+(?::[0-9]+)?)/(?P<path>[a-z0-9._/-]+)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)

_ENGINE_VERSION = re.compile(rf"(?<![\d.]){re.escape(ENGINE.version)}(?![\w.])")


class ImageReference(Args):
    """A reference in full: no registry, tag or digest is left to a default of somebody else."""

    registry: str
    repository: str
    tag: str | None
    digest: str | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``registry/repository:tag@sha256:...``.

        Raises:
            ValueError: if the registry is missing, or both tag and digest, or the tag floats.
        """
        match = _REFERENCE.fullmatch(text)
        if not match or not ("." in match["host"] or ":" in match["host"]):
            raise ValueError(
                "not a full image reference; write registry/repository:tag or "
                "registry/repository@sha256:..., for example docker.io/library/haproxy:3.2"
            )
        if match["digest"] is None and match["tag"] in (None, "latest"):
            raise ValueError("floats; name a version tag other than 'latest', or a digest")
        return cls(
            registry=match["host"],
            repository=match["path"],
            tag=match["tag"],
            digest=match["digest"],
        )


class Images(Args):
    """The images of one environment."""

    vllm: str = Field(default=IMAGES["vllm"].reference or "")
    """Serves the model."""
    gateway: str = Field(default=IMAGES["gateway"].reference or "")
    """Guards the model: HAProxy."""
    weights_fetcher: str
    """Brings the weights; built from ``model_images/weights-fetcher`` into your own registry."""
    locked: bool = True
    """Refuse an image without a digest."""
    pull_secrets: tuple[ObjectName, ...] = ()
    """Names of Secrets with registry credentials, in the workload's namespace."""

    @model_validator(mode="after")
    def _references_are_full_and_pinned(self) -> Self:
        for field in ("vllm", "gateway", "weights_fetcher"):
            try:
                reference = ImageReference.parse(getattr(self, field))
            except ValueError as error:
                raise ValueError(f"{field}: {error}") from None
            if self.locked and reference.digest is None:
                raise ValueError(
                    f"{field}: no digest, and images are locked; add "
                    "@sha256:... as your registry shows it, or set locked: false outside production"
                )
        return self

    @model_validator(mode="after")
    def _flags_are_those_of_the_engine(self) -> Self:
        tag = ImageReference.parse(self.vllm).tag
        if tag is not None and not _ENGINE_VERSION.search(tag):
            raise ValueError(
                f"vllm: tag '{tag}' is not of version {ENGINE.version}, for which flags, metrics "
                "and the user id are rendered; take that version, or a tag that contains it"
            )
        return self

    @property
    def references(self) -> list[str]:
        """Every image that a node pulls."""
        return [self.vllm, self.gateway, self.weights_fetcher]

    def rewritten(self, rewrite: Callable[[str], str]) -> Self:
        """Return the same images as ``rewrite`` names them, for example in a mirror."""
        return self.model_copy(
            update={
                field: rewrite(getattr(self, field))
                for field in ("vllm", "gateway", "weights_fetcher")
            }
        )
