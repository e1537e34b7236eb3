"""How one vLLM server is set up: the typed part of ``vllm serve``."""

import re
from difflib import get_close_matches
from enum import StrEnum
from typing import Self

from hoheit_facts import ENGINE
from pydantic import Field, model_validator

from ._args import Args

OWNED_FLAGS = {
    "--host": "vLLM listens on loopback only, behind the gateway",
    "--port": "vLLM listens on loopback only, behind the gateway",
    "--uds": "vLLM listens on loopback only, behind the gateway",
    "--api-key": "the key is generated and kept in a Secret",
    "--model": "set weights",
    "--revision": "set weights.revision",
    "--tokenizer": "the tokenizer is locked with the weights",
    "--served-model-name": "set served_model_name",
    "--max-model-len": "set engine.max_model_len",
    "--gpu-memory-utilization": "set engine.gpu_memory_utilization",
    "--kv-cache-memory-bytes": "set engine.cpu_kv_cache_gib; on a GPU the engine measures it",
    "--tensor-parallel-size": "set gpus",
    "--dtype": "set engine.dtype",
    "--quantization": "set engine.quantization",
    "--kv-cache-dtype": "set engine.kv_cache_dtype",
    "--max-num-seqs": "set engine.max_num_seqs",
    "--shutdown-timeout": "set drain_seconds",
    "--trust-remote-code": "code from a model repository would run inside the server",
    "--enable-log-requests": "prompts would be written to the log",
    "--config": "a file would set flags that nobody reviews",
}
"""Flags that a component renders itself or never gives, and what to do instead."""
_LONG_FLAG = re.compile(r"--[a-z][a-z0-9-]*")


class Dtype(StrEnum):
    """``--dtype``."""

    AUTO = "auto"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"
    FLOAT32 = "float32"


class KvCacheDtype(StrEnum):
    """``--kv-cache-dtype``; the formats that vLLM's CUDA backend takes for every model."""

    AUTO = "auto"
    BFLOAT16 = "bfloat16"
    FP8 = "fp8"
    FP8_E4M3 = "fp8_e4m3"
    FP8_E5M2 = "fp8_e5m2"


class EngineSettings(Args):
    """Settings of the engine; each is one flag of the same name."""

    max_model_len: int = Field(gt=0)
    """Longest request in tokens, prompt and answer together."""
    gpu_memory_utilization: float = Field(default=ENGINE.default_gpu_memory_utilization, gt=0, le=1)
    """Share of each GPU's memory that the engine may use; the default is the engine's own."""
    cpu_kv_cache_gib: int | None = Field(default=None, ge=1)
    """KV cache in GiB of host memory, for a service without GPU (``gpus: 0``): there the engine
    would else reserve a share of the whole node's memory, limits of the pod or not."""
    dtype: Dtype = Dtype.AUTO
    quantization: str | None = Field(default=None, pattern=r"^[a-z0-9_-]+$")
    """Only where the model's own config does not say it."""
    kv_cache_dtype: KvCacheDtype = KvCacheDtype.AUTO
    max_num_seqs: int | None = Field(default=None, gt=0)
    """Requests in one batch; the engine's own default where None."""
    enforce_eager: bool = False
    """No CUDA graphs: slower, and less memory."""
    extra_args: tuple[str, ...] = ()
    """Tuning flags as written on the command line, for example ``--enable-prefix-caching``."""
    unreviewed_args: tuple[str, ...] = ()
    """Any other flag, at your own risk: it may take GPUs past the claim, load code or pickles, or
    contact somebody whom neither network rules nor ``egress`` know."""

    @model_validator(mode="after")
    def _extra_args_only_tune(self) -> Self:
        for argument in self.extra_args:
            flag = _flag("extra_args", argument)
            if flag not in ENGINE.tuning_flags:
                near = get_close_matches(flag, ENGINE.tuning_flags, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise ValueError(
                    f"extra_args: {flag} is not among the flags that only tune the engine{hint}"
                    f"; known: {', '.join(ENGINE.tuning_flags)}; unreviewed_args takes any other"
                )
        for argument in self.unreviewed_args:
            _flag("unreviewed_args", argument)
        return self


def _flag(field: str, argument: str) -> str:
    """Return the name of a flag in full, or refuse it: it is ours to give, or no such thing."""
    flag = argument.split("=", 1)[0].replace("_", "-")
    if not _LONG_FLAG.fullmatch(flag):
        raise ValueError(f"{field}: '{flag}': write --flag or --flag=value, in full, in one piece")
    # The engine also takes the beginning of a flag for the flag.
    if owned := next((name for name in OWNED_FLAGS if name.startswith(flag)), None):
        raise ValueError(f"{field}: {owned} is not yours to set: {OWNED_FLAGS[owned]}")
    return flag
