"""Builds vLLM's models without weights, and asks vLLM for their KV cache."""

import json
import tempfile
from pathlib import Path
from typing import Any

import torch
from transformers import CONFIG_MAPPING
from vllm.config import VllmConfig, get_layers_from_vllm_config, set_current_vllm_config
from vllm.distributed import parallel_state
from vllm.engine.arg_utils import EngineArgs
from vllm.model_executor.layers.attention_layer_base import AttentionLayerBase
from vllm.model_executor.model_loader.utils import initialize_model
from vllm.model_executor.models import registry
from vllm.platforms import current_platform
from vllm.usage.usage_lib import UsageContext
from vllm.utils.torch_utils import set_default_torch_dtype
from vllm.v1.attention.backends import fa_utils, flash_attn
from vllm.v1.attention.backends.utils import get_supported_kv_cache_layouts, resolve_kv_cache_layout
from vllm.v1.attention.ops import flashmla
from vllm.v1.core.kv_cache_utils import (
    _max_memory_usage_bytes_from_groups,
    _pool_bytes_per_block,
    generate_scheduler_kv_cache_config,
    get_kv_cache_capacity,
    get_kv_cache_configs,
)
from vllm.v1.core.single_type_kv_cache_manager import register_all_kvcache_specs
from vllm.v1.worker.gpu.attn_utils import get_kv_cache_spec
from vllm.v1.worker.workspace import init_workspace_manager

registry._LazyRegisteredModel.inspect_model_cls = lambda self: registry._ModelInfo.from_model_cls(
    self.load_model_cls()
)

# Kernels that modules import by name and nothing here calls, and what Hopper's can do.
fa_utils.flash_attn_varlen_func = NotImplemented
fa_utils.compile_flash_attn_varlen_func_from_specs = NotImplemented
fa_utils.get_scheduler_metadata = NotImplemented
fa_utils.is_flash_attn_varlen_func_available = lambda: True
fa_utils.flash_attn_supports_mla = lambda: True
flashmla.is_flashmla_dense_supported = lambda: (True, None)
for module in (fa_utils, flash_attn):
    module.flash_attn_supports_sinks = lambda: True
    module.flash_attn_supports_kv_cache_dtype = lambda *_, **__: True
init_workspace_manager(torch.device("meta"))


class Ranks:
    """A process group that nobody sends through."""

    unique_name = "none"

    def __init__(self, rank: int, size: int) -> None:
        self.device_group = self.cpu_group = self
        self.rank_in_group = self.local_rank = rank
        self.world_size = size
        self.ranks = list(range(size))
        self.first_rank, self.last_rank = 0, size - 1
        self.is_first_rank, self.is_last_rank = rank == 0, rank == size - 1

    def size(self) -> int:
        """As a torch process group answers."""
        return self.world_size

    def rank(self) -> int:
        """As a torch process group answers."""
        return self.rank_in_group


def architectures() -> list[str]:
    """Return the names that vLLM serves."""
    return sorted(registry.ModelRegistry.get_supported_archs())


def defaults(fields: dict[str, list[str]]) -> dict[str, dict[str, Any]]:
    """Return what the configuration class of each model type says about the fields."""
    classes = {model_type: CONFIG_MAPPING[model_type]() for model_type in fields}
    return {
        model_type: {name: getattr(classes[model_type], name) for name in names}
        for model_type, names in fields.items()
    }


def vllm_config(case: dict[str, Any], folder: Path) -> VllmConfig:
    """Return what the engine makes of the case's arguments."""
    model = _written(case["config"], folder / "model")
    arguments = dict(case["settings"])
    if case["drafter"] is not None:
        drafter = dict(case["drafter"])
        if "config" in drafter:
            drafter["model"] = _written(drafter.pop("config"), folder / "drafter")
        arguments["speculative_config"] = drafter
    arguments.setdefault("distributed_executor_backend", "mp")
    return EngineArgs(
        model=model,
        tokenizer=model,
        skip_tokenizer_init=True,
        load_format="dummy",
        **arguments,
    ).create_engine_config(UsageContext.OPENAI_API_SERVER)


def _written(config: dict[str, Any], folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(_unquantised(config)))
    return str(folder)


def _unquantised(config: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _unquantised(value) if isinstance(value, dict) else value
        for key, value in config.items()
        if key != "quantization_config"
    }


def built(config: VllmConfig, stage: int) -> VllmConfig:
    """Build the model of one pipeline stage, and the drafter on the last; return its config."""
    parallel = config.parallel_config
    stages = parallel.pipeline_parallel_size
    parallel_state._TP = Ranks(0, parallel.tensor_parallel_size)
    parallel_state._PP = Ranks(stage, stages)
    for name in ("_DP", "_EP", "_PCP", "_DCP", "_WORLD"):
        setattr(parallel_state, name, Ranks(0, 1))
    dtype = config.model_config.dtype
    with set_current_vllm_config(config), set_default_torch_dtype(dtype), torch.device("meta"):
        initialize_model(vllm_config=config)
        speculative = config.speculative_config
        if speculative is not None and stage == stages - 1:
            initialize_model(vllm_config=config, model_config=speculative.draft_model_config)
    current_platform.update_block_size_for_backend(config)
    return config


def answer(case: dict[str, Any]) -> dict[str, Any]:
    """Return what vLLM would log for the case."""
    stages = case["settings"].get("pipeline_parallel_size", 1)
    with tempfile.TemporaryDirectory() as folder:
        configs = [
            built(vllm_config(case, Path(folder) / str(stage)), stage) for stage in range(stages)
        ]
    specs = [_specs(config) for config in configs]
    config = configs[0]
    register_all_kvcache_specs(config)
    layers = get_layers_from_vllm_config(config, AttentionLayerBase)
    backends = {layer.get_attn_backend() for layer in layers.values()}
    resolve_kv_cache_layout(
        config,
        [[layout.name for layout in get_supported_kv_cache_layouts(backends)]],
        [spec for part in specs for spec in part.values()],
    )
    # The CPU build takes what it is told to, instead of what it finds free.
    available = config.cache_config.kv_cache_memory_bytes or case["available"]
    parts = get_kv_cache_configs(config, specs, [available] * stages)
    whole = generate_scheduler_kv_cache_config(parts)
    found = {
        "block_size": config.cache_config.block_size,
        "max_model_len": config.model_config.max_model_len,
        "max_num_batched_tokens": config.scheduler_config.max_num_batched_tokens,
        "groups": _layers_per_group(parts),
        "num_blocks": whole.num_blocks,
        "needed_bytes": max(_needed_bytes(config, part) for part in parts),
    }
    if whole.kv_cache_groups:
        tokens, concurrency = get_kv_cache_capacity(config, whole)
        found |= {"tokens": tokens, "max_concurrency": concurrency}
    return found


def _layers_per_group(parts: list[Any]) -> list[int]:
    """The layers of each group in all pipeline stages together."""
    columns = zip(*(part.kv_cache_groups for part in parts), strict=True)
    return sorted(sum(len(group.layer_names) for group in column) for column in columns)


def _needed_bytes(config: VllmConfig, part: Any) -> int:
    """What vLLM compares with the memory: the longest request, and the block it holds back."""
    groups = part.kv_cache_groups
    request = _max_memory_usage_bytes_from_groups(config, groups)
    return request + _pool_bytes_per_block(config, groups)


def _specs(config: VllmConfig) -> dict[str, Any]:
    with set_current_vllm_config(config):
        return get_kv_cache_spec(config)
