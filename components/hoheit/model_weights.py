"""The weights of one model: where they come from and what makes them the same tomorrow."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, model_validator

from ._args import Args, LateObjectName
from ._patterns import written_as
from ._urls import HttpsUrl, has_dots, host_of, port_of
from ._weights_files import check_code, check_inside, check_pickles, with_code
from .images import ImageReference
from .location import DeclaredLocation
from .network import Peer
from .trusted_code import COMMIT, TrustedCode

CLAIM_URI = re.compile(r"pvc://[a-z0-9]([-a-z0-9.]*[a-z0-9])?(/.*)?")
_DIGEST = r"sha256:[0-9a-f]{64}"

Repository = Annotated[
    str,
    written_as(
        r"^[\w.-]+/[\w.-]+$",
        "a repository is organisation/name, of letters, digits, '.', '-' and '_'",
    ),
]
"""A repository of a hub, ``organisation/name``."""
Digest = Annotated[str, written_as(f"^{_DIGEST}$", "expected 'sha256:' and 64 hex digits")]
"""``sha256:`` and 64 hex digits."""


class Hub(Args):
    """A Hugging Face-compatible hub, or a mirror of one."""

    endpoint: HttpsUrl = "https://huggingface.co"
    """URL that the fetch Job asks, with port and path where a proxying registry needs them."""
    token_secret: LateObjectName | None = None
    """Secret whose key ``HF_TOKEN`` opens gated repositories; only the fetch Job sees it."""
    peer: Peer
    """The addresses behind it, for the network rule of the fetch Job."""
    location: DeclaredLocation | None = None
    """Where the hub is; unknown where nobody declares it."""

    @property
    def host(self) -> str:
        """Host name of the endpoint."""
        return host_of(self.endpoint)

    @property
    def port(self) -> int:
        """TCP port of the endpoint."""
        return port_of(self.endpoint)


class WeightsSource(StrEnum):
    """The ways in which weights reach a server pod."""

    HUB = "hub"
    """A repository, brought into the object store once by a Job."""
    IMAGE = "image"
    """Files inside a container image, brought into the object store once by a Job."""
    S3 = "s3"
    """Already in the object store."""
    OCI = "oci"
    """An OCI artefact mounted as an image volume."""
    PVC = "pvc"
    """An existing claim."""


class ModelWeights(Args):
    """Weights, tokenizer, chat template and generation config as one locked unit."""

    repository: Repository | None = None
    """Repository on the hub, ``organisation/name``; with ``revision``."""
    revision: str | None = None
    """Commit of the repository (40 hex digits)."""
    image: str | None = None
    """Container image that carries the files, ``registry/repository@sha256:...``, for clusters
    that reach no hub: nodes pull it as every other image. The program ``cp`` has to be in it."""
    image_path: Annotated[
        str,
        written_as(r"^(/[\w.-]+)+$", "a directory inside the image, such as /model"),
    ] = "/model"
    """Where the files lie inside the image."""
    uri: (
        Annotated[
            str,
            written_as(
                r"^(s3|oci|pvc)://[^/]+(/.*)?$",
                "weights lie at s3://bucket/prefix, oci://registry/repository@sha256:... or "
                "pvc://claim/path",
            ),
        ]
        | None
    ) = None
    """``s3://bucket/prefix``, ``oci://registry/repository@sha256:...`` or ``pvc://claim/path``."""
    copy_of: Repository | None = None
    """The repository that an image or a uri is a copy of, by which LoRA adapters know their
    base."""
    allow_floating_revision: bool = False
    """Accept a branch or tag as revision, and an image without digest; the model may then change
    between two fetches."""
    files: tuple[str, ...] = Field(
        default=("*.safetensors", "*.json", "*.txt", "*.model", "*.jinja", "*.tiktoken"),
        min_length=1,
    )
    """Patterns of the files that belong to the unit. It is complete, or it is not fetched:
    ``config.json`` and a tokenizer are a part of it, and with them its chat template and generation
    config are the same tomorrow."""
    allow_pickles: bool = False
    """Accept pickled weights, which can run code when they are loaded: only files that ``files``
    names one by one and ``digests`` locks, where no safetensors are to be had."""
    trusted_code: TrustedCode | None = None
    """Run the repository's own Python code (``--trust-remote-code``); without it, none is even
    fetched."""
    digests: dict[str, str] = Field(default_factory=dict)
    """File name to ``sha256:...``; every file named here is checked before a server starts."""
    manifest_digest: Digest | None = None
    """sha256 of the manifest that the fetch Job wrote; locks every file of the unit at once."""
    size_gib: float = Field(gt=0)
    """Size of all files in GiB: room in the volume, and weights in GPU memory."""
    config: dict[str, Any] | None = None
    """Facts of the model's ``config.json``, as they stand there, from which memory is planned: the
    fields of layers, heads, sizes, positions and quantisation are enough. Without it, a repository
    that the catalogue knows (``hoheit_facts.MODELS``) has its facts from there; for any other the
    plan says that it does not know the KV cache."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        given = [one for one in (self.repository, self.image, self.uri) if one is not None]
        if len(given) != 1:
            raise ValueError("name one of repository (with revision), image and uri")
        if self.repository and not self.revision:
            raise ValueError("revision: required with repository; give the commit (40 hex digits)")
        if self.revision is not None and not self.repository:
            raise ValueError("revision: goes with repository; an image or a uri has none")
        if "image_path" in self.model_fields_set and not self.image:
            raise ValueError("image_path: goes with image")
        return self

    @model_validator(mode="after")
    def _cannot_move(self) -> Self:
        floats = self.revision is not None and not COMMIT.fullmatch(self.revision)
        if floats and not self.allow_floating_revision:
            raise ValueError(
                f"revision: '{self.revision}' is a branch or tag and can move; give the commit "
                "(40 hex digits), or set allow_floating_revision: true outside production"
            )
        image = self.image_reference
        if image and image.digest is None and not self.allow_floating_revision:
            raise ValueError(
                f"image: '{self.image}' has a tag, which can move, and no digest; add @sha256:... "
                "(`hoheit images lock` asks the registry for it), or set allow_floating_revision: "
                "true outside production"
            )
        return self

    @model_validator(mode="after")
    def _digests_are_digests(self) -> Self:
        wrong = [name for name, digest in self.digests.items() if not re.fullmatch(_DIGEST, digest)]
        if wrong:
            raise ValueError(f"digests: {', '.join(wrong)}: expected 'sha256:' and 64 hex digits")
        return self

    @model_validator(mode="after")
    def _uri_leads_somewhere(self) -> Self:
        uri = self.uri or ""
        for field in ("repository", "revision", "image", "image_path", "uri"):
            if has_dots(getattr(self, field) or ""):
                raise ValueError(f"{field}: '.' and '..' are no part of a path here")
        if re.fullmatch("s3://[^/]+/?", uri):
            raise ValueError("uri: name the prefix of the model, s3://bucket/prefix")
        if uri.startswith("oci://") and not re.search(f"@{_DIGEST}$", uri):
            raise ValueError("uri: an oci:// artefact needs its digest (@sha256:, 64 hex digits)")
        if uri.startswith("pvc://") and not CLAIM_URI.fullmatch(uri):
            raise ValueError("uri: a claim is named in lower case, pvc://claim/path")
        return self

    @model_validator(mode="after")
    def _nothing_is_declared_in_vain(self) -> Self:
        locks = self.digests or self.manifest_digest
        if locks and self.source in (WeightsSource.OCI, WeightsSource.PVC):
            raise ValueError(
                "digests, manifest_digest: nobody checks them on a claim or an image, which "
                "hoheit only mounts; leave them out, or bring the weights through object_store"
            )
        if self.copy_of is not None and self.repository:
            raise ValueError("copy_of: goes with image or uri; a repository is what it is")
        return self

    @model_validator(mode="after")
    def _files_are_data(self) -> Self:
        check_inside("files", self.files)
        check_inside("digests", self.digests)
        check_pickles(self.files, self.digests, allowed=self.allow_pickles)
        check_code(self.files, reviewed=self.trusted_code is not None)
        if self.trusted_code is not None:
            self.trusted_code.check(self.repository, self.revision)
        return self

    @property
    def base_repository(self) -> str | None:
        """The repository that these weights are, as far as it is known."""
        return self.repository or self.copy_of

    @property
    def fetched(self) -> tuple[str, ...]:
        """Patterns of all files to fetch, reviewed code among them."""
        return with_code(self.files) if self.trusted_code else self.files

    @property
    def source(self) -> WeightsSource:
        """Where the weights come from."""
        if self.image:
            return WeightsSource.IMAGE
        return WeightsSource(self.uri.split("://")[0]) if self.uri else WeightsSource.HUB

    @property
    def image_reference(self) -> ImageReference | None:
        """The parts of the image's name."""
        if self.image is None:
            return None
        try:
            return ImageReference.parse(self.image)
        except ValueError as error:
            raise ValueError(f"image: {error}") from None

    def rewritten(self, rewrite: Callable[[str], str]) -> Self:
        """Return the same unit, with an OCI artefact as ``rewrite`` names it in a mirror."""
        if self.source is not WeightsSource.OCI:
            return self
        reference = (self.uri or "").removeprefix("oci://")
        return self.model_copy(update={"uri": f"oci://{rewrite(reference)}"})

    @property
    def name(self) -> str:
        """A short name: the last part of the repository, of the image's, or of the URI's path."""
        image = self.image_reference
        text = image.repository if image else self.repository or self.uri or ""
        return text.split("@")[0].rstrip("/").rsplit("/", 1)[-1]
