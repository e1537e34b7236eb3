"""What belongs together, and what may not come along: the rules for the files of one unit."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from weights_fetcher.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Iterable

CONFIG = "config.json"
ADAPTER_CONFIG = "adapter_config.json"
ADAPTER_WEIGHTS = "adapter_model.safetensors"
_PICKLES = frozenset({".bin", ".ckpt", ".pickle", ".pkl", ".pt", ".pth"})
_CODE = frozenset({".py", ".pyc", ".so"})
_TOKENIZERS = (
    *("tokenizer.json", "tokenizer.model", "tokenizer.model.v*", "tekken.json", "*.tiktoken"),
    *("vocab.json", "vocab.txt", "spiece.model", "sentencepiece.bpe.model", "tiktoken.model"),
)
"""The vocabulary itself, as the tokenizers of transformers 5 (``VOCAB_FILES_NAMES``) and of vLLM
0.32 (``vllm/tokenizers``) name it; ``tokenizer_config.json`` alone holds none."""


@dataclass(frozen=True)
class Trust:
    """What somebody accepted that runs code when it is loaded."""

    pickle: bool = False
    code: bool = False


def refuse_executable(paths: Iterable[str], trust: Trust) -> None:
    """Raise for files that run code when they are loaded, unless that was accepted.

    Raises:
        FetchError: There is one; the sentence names it and the switch.
    """
    files = list(paths)
    pickles = [] if trust.pickle else _ending_in(_PICKLES, files)
    if pickles:
        raise FetchError(
            f"{', '.join(pickles)}: a pickle can run code when it is loaded; "
            "leave it out, or accept it with --allow-pickle"
        )
    code = [] if trust.code else _ending_in(_CODE, files)
    if code:
        raise FetchError(
            f"{', '.join(code)}: code of the repository would run inside the server; "
            "leave it out, or accept it with --allow-code once it was reviewed"
        )


def refuse_incomplete(unit: str, paths: Iterable[str]) -> None:
    """Raise unless a server can start from these files alone.

    A unit with `adapter_config.json` and without `config.json` is a LoRA adapter, which has the
    tokenizer of its base model.

    Raises:
        FetchError: Something is missing; the sentence says what.
    """
    files = set(paths)
    if ADAPTER_CONFIG in files and CONFIG not in files:
        if ADAPTER_WEIGHTS not in files:
            raise FetchError(f"{unit} is an adapter without {ADAPTER_WEIGHTS}")
        return
    if CONFIG not in files:
        raise FetchError(f"{unit} has no {CONFIG}, without which no server knows the model")
    names = [PurePosixPath(path).name for path in files if "/" not in path]
    if not any(fnmatch(name, pattern) for name in names for pattern in _TOKENIZERS):
        raise FetchError(
            f"{unit} has no tokenizer ({', '.join(_TOKENIZERS)}): it belongs to the weights, "
            "because another one makes another model; widen --allow"
        )


def _ending_in(suffixes: frozenset[str], paths: list[str]) -> list[str]:
    return [path for path in paths if PurePosixPath(path).suffix.lower() in suffixes]
