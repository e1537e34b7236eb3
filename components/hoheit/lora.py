"""A LoRA adapter: a small file beside the weights, served under a model name of its own."""

import re
from typing import Annotated, Self

from pydantic import Field, model_validator

from ._args import Args
from ._lora_ranks import LARGEST_RANK
from ._patterns import written_as
from ._urls import has_dots
from .model_weights import CLAIM_URI, Digest, Repository, WeightsSource
from .trusted_code import COMMIT

ModelName = Annotated[
    str,
    written_as(
        r"^[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,99}$",
        "a name of at most 100 letters, digits and . _ : / @ + -, which begins with a letter or "
        "digit",
    ),
]
"""What clients may send as ``model``."""


class CompatibleBase(Args):
    """A base that an adapter also fits, although it was trained on another."""

    repository: Repository
    """The base that is served."""
    reason: str = Field(min_length=10)
    """Why it fits and who found that out, for example: trained on the NF4 copy, served on AWQ;
    evaluation of 2026-11-02 within 0.3 points."""


class LoraAdapter(Args):
    """One adapter, two files: ``adapter_model.safetensors`` and ``adapter_config.json``.

    What is declared here is compared with the files before the server starts, so that a wrong
    adapter is a sentence in ``kubectl describe pod`` and no nonsense in an answer.
    """

    name: ModelName
    """The ``model`` that clients send."""
    repository: Repository | None = None
    """Repository on the hub, ``organisation/name``; with ``revision``."""
    revision: str | None = None
    """Commit of the repository (40 hex digits)."""
    uri: str | None = Field(default=None, pattern=r"^(s3|pvc)://[^/]+(/.*)?$")
    """``s3://bucket/prefix`` in the environment's object store, or ``pvc://claim/path``."""
    base: str = Field(pattern=r"^[\w.~-]*(/[\w.~-]+)*$", min_length=1)
    """What it was trained on: ``base_model_name_or_path`` of its config, to the letter."""
    compatible_with: tuple[CompatibleBase, ...] = ()
    """Other bases that it may be served on."""
    rank: int = Field(gt=0)
    """``r`` of its config, or the largest one of its ``rank_pattern``."""
    target_modules: tuple[str, ...] = Field(min_length=1)
    """Modules that it changes, as its config lists them."""
    weights_digest: Digest
    """sha256 of ``adapter_model.safetensors``."""
    config_digest: Digest
    """sha256 of ``adapter_config.json``."""
    size_mib: float = Field(gt=0)
    """Size of both files in MiB: room on the node's disk."""
    prompt_template: str | None = None
    """The format of the prompts that it was trained with, for those who ask it; it is recorded in
    the outputs and not sent. Another format takes another training run."""

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.repository is None) == (self.uri is None):
            raise ValueError("name either repository (with revision) or uri")
        if self.repository and not COMMIT.fullmatch(self.revision or ""):
            raise ValueError("revision: give the commit (40 hex digits); a branch can move")
        if self.uri and self.revision is not None:
            raise ValueError("revision: goes with repository, a uri has none")
        return self

    @model_validator(mode="after")
    def _source_leads_somewhere(self) -> Self:
        uri = self.uri or ""
        for field in ("repository", "uri"):
            if has_dots(getattr(self, field) or ""):
                raise ValueError(f"{field}: '.' and '..' are no part of a path here")
        if re.fullmatch("s3://[^/]+/?", uri):
            raise ValueError("uri: name the prefix of the adapter, s3://bucket/prefix")
        if uri.startswith("pvc://") and not CLAIM_URI.fullmatch(uri):
            raise ValueError("uri: a claim is named in lower case, pvc://claim/path")
        return self

    @model_validator(mode="after")
    def _rank_can_be_served(self) -> Self:
        if self.rank > LARGEST_RANK:
            raise ValueError(
                f"rank: {self.rank}, and vLLM serves at most {LARGEST_RANK}; train it with a "
                "smaller one, or merge it into the weights and serve those"
            )
        return self

    @model_validator(mode="after")
    def _nothing_stands_for_two_things(self) -> Self:
        modules = self.target_modules
        if twice := sorted({module for module in modules if modules.count(module) > 1}):
            raise ValueError(
                f"target_modules: {', '.join(twice)} stands there more than once; list each module "
                "once"
            )
        if self.weights_digest == self.config_digest:
            raise ValueError(
                "config_digest: the same as weights_digest, but these are two files; give sha256 "
                "of adapter_config.json here"
            )
        return self

    @property
    def source(self) -> WeightsSource:
        """Where the adapter comes from."""
        return WeightsSource(self.uri.split("://")[0]) if self.uri else WeightsSource.HUB

    def fits(self, repository: str) -> bool:
        """Tell whether the adapter may be served on a base."""
        return repository in (self.base, *(one.repository for one in self.compatible_with))
