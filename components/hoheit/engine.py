"""How one vLLM server is set up: the typed part of ``vllm serve``."""

import re
from difflib import get_close_matches
from enum import StrEnum
from typing import Self

from hoheit_facts import ENGINE, ENGINES
from pydantic import Field, field_validator, model_validator

from ._args import Args
from ._flag_check import check_arguments, name_of

OWNED_FLAGS = {
    "--host": "vLLM listens on loopback only, behind the gateway",
    "--port": "vLLM listens on loopback only, behind the gateway",
    "--uds": "vLLM listens on loopback only, behind the gateway",
    "--grpc": "clients come through the gateway, which speaks HTTP",
    "--grpc-port": "clients come through the gateway, which speaks HTTP",
    "--headless": "a pod without API server answers nobody",
    "--api-key": "the key is generated and kept in a Secret",
    "--ssl-keyfile": "vLLM listens on loopback only, behind the gateway",
    "--ssl-certfile": "vLLM listens on loopback only, behind the gateway",
    "--root-path": "the gateway's paths are those of the engine",
    "--model": "set weights",
    "--revision": "set weights.revision",
    "--code-revision": "code from a model repository would run inside the server",
    "--tokenizer": "the tokenizer is locked with the weights",
    "--tokenizer-revision": "the tokenizer is locked with the weights",
    "--hf-config-path": "the configuration is locked with the weights",
    "--hf-token": "the running server asks no hub; set hub.token_secret",
    "--download-dir": "the running server asks no hub; set hub",
    "--served-model-name": "set served_model_name",
    "--max-model-len": "set engine.max_model_len",
    "--gpu-memory-utilization": "set engine.gpu_memory_utilization",
    "--kv-cache-memory-bytes": "set engine.cpu_kv_cache_gib; on a GPU the engine measures it",
    "--num-gpu-blocks-override": "the plan counts the blocks that the GPU's memory gives",
    "--block-size": "set engine.block_size",
    "--tensor-parallel-size": "set gpus",
    "--pipeline-parallel-size": "set engine.pipeline_parallel_size",
    "--data-parallel-size": "set replicas",
    "--data-parallel-size-local": "set replicas",
    "--nnodes": "a replica runs on one node",
    "--dtype": "set engine.dtype",
    "--quantization": "set engine.quantization",
    "--kv-cache-dtype": "set engine.kv_cache_dtype",
    "--max-num-seqs": "set engine.max_num_seqs",
    "--max-num-batched-tokens": "set engine.max_num_batched_tokens",
    "--enforce-eager": "set engine.enforce_eager",
    "--reasoning-parser": "set engine.reasoning_parser",
    "--tool-call-parser": "set engine.tool_call_parser",
    "--enable-auto-tool-choice": "set engine.tool_call_parser",
    "--enable-lora": "set adapters",
    "--lora-modules": "set adapters",
    "--max-loras": "set adapters",
    "--max-lora-rank": "set adapters",
    "--max-cpu-loras": "set adapters",
    "--lora-dtype": "set adapters",
    "--shutdown-timeout": "set drain_seconds",
    "--disable-access-log-for-endpoints": "probes would fill the log",
    "--disable-log-stats": "there would be no metrics to scrape",
    "--custom-histogram-buckets": "rules and dashboards read the engine's own buckets",
    "--trust-remote-code": "have the repository's code read, and set weights.trusted_code",
    "--enable-log-requests": "prompts would be written to the log",
    "--enable-log-outputs": "answers would be written to the log",
    "--config": "a file would set flags that nobody reviews",
}
"""Flags that a component renders itself or never gives, and what to do instead."""
_NAMED_BY_THE_ENGINE = ("quantization", "reasoning_parser", "tool_call_parser")
"""Fields whose values are names that the engine knows, and that a plugin can add to."""
_MORE_NAMES = ("plugin", "allow-deprecated-quantization", "allow_deprecated_quantization")
"""Parts of the flags that make the engine take more of them."""
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

    version: str = ENGINE.version
    """Release of vLLM that serves, and whose flags, metrics and routes are rendered. An image of
    another release is refused."""
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
    max_num_seqs: int | None = Field(default=None, gt=0, le=65_536)
    """Requests in one batch; the engine's own default where None."""
    max_num_batched_tokens: int | None = Field(default=None, gt=0)
    """Tokens in one step of the scheduler; the engine's own default where None, which depends on
    the GPU. More of them prefill faster and leave less memory for the KV cache."""
    block_size: int | None = Field(default=None, gt=0)
    """Tokens in one page of the KV cache; the engine's own choice where None."""
    pipeline_parallel_size: int = Field(default=1, ge=1)
    """Stages of layers, one after the other, each on its own GPUs. ``gpus`` is the product of
    this and the tensor-parallel size."""
    reasoning_parser: str | None = None
    """What takes the thinking out of an answer, by the name that the engine has for the model."""
    tool_call_parser: str | None = None
    """What reads tool calls out of an answer; with it, the model may choose tools by itself."""
    enforce_eager: bool = False
    """No CUDA graphs: slower, and less memory."""
    extra_args: tuple[str, ...] = ()
    """Tuning flags as written on the command line, for example ``--enable-prefix-caching``."""
    unreviewed_args: tuple[str, ...] = ()
    """Any other flag, at your own risk: it may take GPUs past the claim, load code or pickles, or
    contact somebody whom neither network rules nor ``egress`` know."""

    def tensor_parallel_size(self, gpus: int) -> int:
        """Return over how many GPUs each layer of one replica is split; 1 without a GPU.

        Raises:
            ValueError: beginning with the field, if the stages do not divide the GPUs.
        """
        if max(1, gpus) % self.pipeline_parallel_size:
            raise ValueError(
                f"engine.pipeline_parallel_size: {self.pipeline_parallel_size} stages do not "
                f"divide the {gpus} GPUs of a replica; set gpus to a multiple of it"
            )
        return max(1, gpus // self.pipeline_parallel_size)

    @field_validator("version")
    @classmethod
    def _flags_are_rendered_for_it(cls, version: str) -> str:
        if version in ENGINE.rendered_versions:
            return version
        known = ", ".join(ENGINE.rendered_versions)
        only = "is for planning only" if version in ENGINES else "is not known"
        raise ValueError(f"'{version}' {only}; vLLM is rendered for {known}")

    @model_validator(mode="after")
    def _extra_args_only_tune(self) -> Self:
        for argument in self.extra_args:
            flag = _own_flag("extra_args", argument, self.version)
            if flag not in ENGINE.tuning_flags:
                near = get_close_matches(flag, ENGINE.tuning_flags, n=1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise ValueError(
                    f"extra_args: {flag} is not among the flags that only tune the engine{hint}"
                    f"; known: {', '.join(ENGINE.tuning_flags)}; unreviewed_args takes any other"
                )
        for argument in self.unreviewed_args:
            _own_flag("unreviewed_args", argument, self.version)
        return self

    @model_validator(mode="after")
    def _the_engine_takes_its_arguments(self) -> Self:
        check_arguments("extra_args", self.extra_args, self.version)
        check_arguments("unreviewed_args", self.unreviewed_args, self.version, self.extra_args)
        more = any(word in argument for argument in self.unreviewed_args for word in _MORE_NAMES)
        for field in _NAMED_BY_THE_ENGINE:
            value: str | None = getattr(self, field)
            if value is not None and not more:
                argument = f"--{field.replace('_', '-')}={value}"
                check_arguments(field, [argument], self.version)
        return self


def _own_flag(field: str, argument: str, version: str) -> str:
    """Return the name of a flag in full, or refuse it: it is ours to give, or no such thing."""
    flag = name_of(argument)
    if not _LONG_FLAG.fullmatch(flag):
        raise ValueError(f"{field}: '{flag}': write --flag or --flag=value, in full, in one piece")
    # The engine also takes the beginning of a flag for the flag, and some flags by two names.
    known = ENGINES[version].flag(flag)
    names = known.names if known else [name for name in OWNED_FLAGS if name.startswith(flag)]
    if owned := next((name for name in names if name in OWNED_FLAGS), None):
        raise ValueError(f"{field}: {owned} is not yours to set: {OWNED_FLAGS[owned]}")
    return flag
