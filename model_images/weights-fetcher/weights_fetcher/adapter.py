"""LoRA adapters: verified, and asked what they are, before a server loads them.

An adapter is two files whose digests are declared, so it takes no manifest: what a training run
uploaded is as good as what the mirror brought.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from weights_fetcher.errors import FetchError
from weights_fetcher.manifest import File, check_digest
from weights_fetcher.unit import ADAPTER_CONFIG, ADAPTER_WEIGHTS
from weights_fetcher.volume import alone_on, copy_missing, explained, sha256_of

if TYPE_CHECKING:
    from weights_fetcher.bucket import Bucket

_UNSUPPORTED = {
    "bias": (None, "none"),
    "lora_bias": (None, False),
    "use_dora": (None, False),
    "use_qalora": (None, False),
    "use_bdlora": (None,),
    "alora_invocation_tokens": (None, []),
    "layer_replication": (None, []),
    "modules_to_save": (None, []),
    # Others change the base model as well, which stays as it is here.
    "init_lora_weights": (None, True, False, "gaussian", "eva", "orthogonal", "mica", "lora_ga"),
}
"""Settings of PEFT that vLLM 0.32 cannot serve, with the values it can: `_validate_features` and
`validate_legal` in vllm/lora/peft_helper.py of its wheel. (It takes two modules of classifiers to
save, which answer nothing here.)"""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Adapter:
    """What was declared of one adapter."""

    name: str
    """The model name that clients send."""
    path: str
    """The directory in which the server finds it."""
    base: str
    rank: int
    target_modules: tuple[str, ...]
    config_sha256: str
    weights_sha256: str
    prefix: str | None = None
    """Key prefix in the bucket; None where it is mounted already."""

    @property
    def digests(self) -> dict[str, str]:
        """File name to sha256, in hexadecimal digits."""
        return {ADAPTER_CONFIG: self.config_sha256, ADAPTER_WEIGHTS: self.weights_sha256}


def parse_adapter(text: str) -> Adapter:
    """Read one adapter from JSON.

    Raises:
        ValueError: It is none.
    """
    content: Any = json.loads(text)
    try:
        told = dict(content)
        adapter = Adapter(
            name=str(told.pop("name")),
            path=str(told.pop("path")),
            base=str(told.pop("base")),
            rank=int(told.pop("rank")),
            target_modules=tuple(str(module) for module in told.pop("target_modules")),
            config_sha256=str(told.pop("config_sha256")),
            weights_sha256=str(told.pop("weights_sha256")),
            prefix=told.pop("prefix", None),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"{error!r}") from error
    if told:
        raise ValueError(f"unknown: {', '.join(sorted(told))}")
    return adapter


def place(adapter: Adapter, bucket: Bucket | None) -> None:
    """Make sure that a directory holds the declared adapter, and that it is one that can be served.

    Args:
        adapter: What was declared.
        bucket: Where it is copied from; None where it is mounted already.

    Raises:
        FetchError: Whatever is wrong, as one sentence.
    """
    own = Path(adapter.path)
    if bucket is None:
        _verify(adapter, own)
    else:
        with explained(own), alone_on(own):
            copy_missing(bucket, own, _files(adapter, bucket))
    check_config(adapter, _config(adapter, own))
    _log.info("adapter %s: rank %d, of %s", adapter.name, adapter.rank, adapter.base)


def _files(adapter: Adapter, bucket: Bucket) -> list[File]:
    found: list[File] = []
    for path, sha256 in adapter.digests.items():
        stored = bucket.head(path)
        if stored is None:
            raise FetchError(f"adapter {adapter.name}: there is no {bucket.where(path)}")
        found.append(File(path, stored.size, sha256))
    return found


def _verify(adapter: Adapter, own: Path) -> None:
    for name, sha256 in adapter.digests.items():
        if not (own / name).is_file():
            raise FetchError(f"adapter {adapter.name}: there is no {own / name}")
        check_digest(f"{own / name}", f"sha256:{sha256}", f"sha256:{sha256_of(own / name)}")


def _config(adapter: Adapter, own: Path) -> dict[str, Any]:
    try:
        content: Any = json.loads((own / ADAPTER_CONFIG).read_bytes())
    except ValueError as error:
        raise FetchError(f"adapter {adapter.name}: {ADAPTER_CONFIG} is not JSON") from error
    if not isinstance(content, dict):
        raise FetchError(f"adapter {adapter.name}: {ADAPTER_CONFIG} is not an object")
    return cast("dict[str, Any]", content)


def check_config(adapter: Adapter, config: dict[str, Any]) -> None:
    """Raise unless `adapter_config.json` says what was declared.

    Raises:
        FetchError: It is of another base, rank or kind; the sentence names both.
    """
    subject = f"adapter {adapter.name}: {ADAPTER_CONFIG}"
    if config.get("peft_type") != "LORA":
        raise FetchError(f"{subject} is of type {config.get('peft_type')}, which is no LoRA")
    base = config.get("base_model_name_or_path")
    if base != adapter.base:
        raise FetchError(
            f"{subject} names {base} as its base, and {adapter.base} was declared: an adapter of "
            "another base answers nonsense; correct base"
        )
    if (rank := _rank(config)) != adapter.rank:
        raise FetchError(
            f"{subject} has rank {rank}, and {adapter.rank} was declared, from which the "
            "server's max_lora_rank follows: correct rank"
        )
    modules = config.get("target_modules")
    found = sorted([modules] if isinstance(modules, str) else modules or [])
    if found != sorted(adapter.target_modules):
        raise FetchError(
            f"{subject} changes {', '.join(found)}, and {', '.join(adapter.target_modules)} was "
            "declared: correct target_modules"
        )
    for setting, served in _UNSUPPORTED.items():
        if config.get(setting) not in served:
            raise FetchError(f"{subject} has {setting}: {config[setting]}, which vLLM cannot serve")


def _rank(config: dict[str, Any]) -> int:
    """Return the largest rank: single modules may have one of their own."""
    return max([config.get("r") or 0, *(config.get("rank_pattern") or {}).values()])
