"""The weights of one model: where they come from and what makes them the same tomorrow."""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from ._args import Args, LateObjectName
from ._urls import HttpsUrl, has_dots, host_of, port_of
from .location import DeclaredLocation
from .network import Peer

_COMMIT = re.compile(r"[0-9a-f]{40}")
_DIGEST = r"sha256:[0-9a-f]{64}"
_CLAIM = re.compile(r"pvc://[a-z0-9]([-a-z0-9.]*[a-z0-9])?(/.*)?")
_PICKLES = (".bin", ".ckpt", ".pickle", ".pkl", ".pt", ".pth")
"""Loading one runs the code inside it."""


class Architecture(Args):
    """Facts from the model's ``config.json`` that the KV cache follows from.

    For models whose layers all cache keys and values of the whole context (multi-head, grouped or
    multi-query attention). Leave it out for latent attention (MLA), sliding windows shorter than
    ``max_model_len``, and hybrid models: the plan then says that it does not know.
    """

    layers: int = Field(gt=0)
    """``num_hidden_layers``."""
    kv_heads: int = Field(gt=0)
    """``num_key_value_heads``."""
    head_dim: int = Field(gt=0)
    """``head_dim``, else ``hidden_size / num_attention_heads``."""
    max_position_embeddings: int = Field(gt=0)
    """Longest context the model was trained for, in tokens."""


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
    S3 = "s3"
    """Already in the object store."""
    OCI = "oci"
    """An OCI artefact mounted as an image volume."""
    PVC = "pvc"
    """An existing claim."""


class ModelWeights(Args):
    """Weights, tokenizer, chat template and generation config as one locked unit."""

    repository: str | None = Field(default=None, pattern=r"^[\w.-]+/[\w.-]+$")
    """Repository on the hub, ``organisation/name``; with ``revision``."""
    revision: str | None = None
    """Commit of the repository (40 hex digits)."""
    uri: str | None = Field(default=None, pattern=r"^(s3|oci|pvc)://[^/]+(/.*)?$")
    """``s3://bucket/prefix``, ``oci://registry/repository@sha256:...`` or ``pvc://claim/path``."""
    allow_floating_revision: bool = False
    """Accept a branch or tag as revision; the model may then change between two fetches."""
    files: tuple[str, ...] = (
        "*.safetensors",
        "*.json",
        "*.txt",
        "*.model",
        "*.jinja",
        "*.tiktoken",
    )
    """Patterns of the files that belong to the unit; pickled weights are never fetched."""
    digests: dict[str, str] = Field(default_factory=dict)
    """File name to ``sha256:...``; every file named here is checked before a server starts."""
    manifest_digest: str | None = Field(default=None, pattern=f"^{_DIGEST}$")
    """sha256 of the manifest that the fetch Job wrote; locks every file of the unit at once."""
    size_gib: float = Field(gt=0)
    """Size of all files in GiB: room in the volume, and weights in GPU memory."""
    architecture: Architecture | None = None
    """Without it the plan says that the KV cache is unknown."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.repository is None) == (self.uri is None):
            raise ValueError("name either repository (with revision) or uri")
        if self.repository and not self.revision:
            raise ValueError("revision: required with repository; give the commit (40 hex digits)")
        floats = self.revision is not None and not _COMMIT.fullmatch(self.revision)
        if floats and not self.allow_floating_revision:
            raise ValueError(
                f"revision: '{self.revision}' is a branch or tag and can move; give the commit "
                "(40 hex digits), or set allow_floating_revision: true outside production"
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
        for field in ("repository", "revision", "uri"):
            if has_dots(getattr(self, field) or ""):
                raise ValueError(f"{field}: '.' and '..' are no part of a path here")
        if re.fullmatch("s3://[^/]+/?", uri):
            raise ValueError("uri: name the prefix of the model, s3://bucket/prefix")
        if uri.startswith("oci://") and not re.search(f"@{_DIGEST}$", uri):
            raise ValueError("uri: an oci:// artefact needs its digest (@sha256:, 64 hex digits)")
        if uri.startswith("pvc://") and not _CLAIM.fullmatch(uri):
            raise ValueError("uri: a claim is named in lower case, pvc://claim/path")
        return self

    @model_validator(mode="after")
    def _nothing_is_declared_in_vain(self) -> Self:
        if self.revision is not None and self.uri:
            raise ValueError("revision: goes with repository, a uri has none")
        locks = self.digests or self.manifest_digest
        if locks and self.source in (WeightsSource.OCI, WeightsSource.PVC):
            raise ValueError(
                "digests, manifest_digest: nobody checks them on a claim or an image, which "
                "hoheit only mounts; leave them out, or bring the weights through object_store"
            )
        if pickles := [name for name in self.files if name.lower().endswith(_PICKLES)]:
            raise ValueError(
                f"files: {', '.join(pickles)}: a pickle runs code when it is loaded; convert the "
                "weights to safetensors"
            )
        return self

    @property
    def source(self) -> WeightsSource:
        """Where the weights come from."""
        return WeightsSource(self.uri.split("://")[0]) if self.uri else WeightsSource.HUB

    def rewritten(self, rewrite: Callable[[str], str]) -> Self:
        """Return the same unit, with an OCI artefact as ``rewrite`` names it in a mirror."""
        if self.source is not WeightsSource.OCI:
            return self
        reference = (self.uri or "").removeprefix("oci://")
        return self.model_copy(update={"uri": f"oci://{rewrite(reference)}"})

    @property
    def name(self) -> str:
        """A short name: the last part of the repository or of the URI's path."""
        text = (self.repository or self.uri or "").split("@")[0].rstrip("/")
        return text.rsplit("/", 1)[-1]
