"""Reads ``config.json``: the architecture that it describes, as vLLM would serve it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

from hoheit_facts import CONFIG_DEFAULTS

from . import config_attention as attention
from . import config_parts as parts
from . import config_states as states
from .architecture import (
    Architecture,
    Attention,
    CacheLayer,
    State,
    UnknownArchitectureError,
)
from .config_fields import Fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Reader = Callable[[Fields], tuple[CacheLayer, ...]]

_FAMILIES: tuple[tuple[Reader, tuple[str, ...]], ...] = (
    (
        attention.plain,
        (
            "ApertusForCausalLM",
            "ArceeForCausalLM",
            "CohereForCausalLM",
            "EagleLlamaForCausalLM",
            "Eagle3LlamaForCausalLM",
            "Ernie4_5ForCausalLM",
            "Ernie4_5_MoeForCausalLM",
            "FalconForCausalLM",
            "GPT2LMHeadModel",
            "GPTBigCodeForCausalLM",
            "GPTNeoXForCausalLM",
            "GemmaForCausalLM",
            "Glm4ForCausalLM",
            "Glm4MoeForCausalLM",
            "GlmForCausalLM",
            "GraniteForCausalLM",
            "GraniteMoeForCausalLM",
            "LlamaForCausalLM",
            "LlamaForCausalLMEagle3",
            "MiniMaxM2ForCausalLM",
            "Mistral3ForConditionalGeneration",
            "MiMoForCausalLM",
            "MistralForCausalLM",
            "MixtralForCausalLM",
            "NemotronForCausalLM",
            "OPTForCausalLM",
            "Olmo2ForCausalLM",
            "OlmoForCausalLM",
            "OlmoeForCausalLM",
            "Phi3ForCausalLM",
            "PhiForCausalLM",
            "PhiMoEForCausalLM",
            "SeedOssForCausalLM",
            "StableLmForCausalLM",
            "Starcoder2ForCausalLM",
        ),
    ),
    (
        attention.without_window,
        (
            "Qwen2ForCausalLM",
            "Qwen2MoeForCausalLM",
            "Qwen2VLForConditionalGeneration",
            "Qwen2_5_VLForConditionalGeneration",
            "Qwen3ForCausalLM",
            "Qwen3MoeForCausalLM",
            "Qwen3VLForConditionalGeneration",
            "Qwen3VLMoeForConditionalGeneration",
            "SmolLM3ForCausalLM",
        ),
    ),
    (
        attention.by_layer_types,
        ("GptOssForCausalLM", "Olmo3ForCausalLM"),
    ),
    (
        attention.every_nth_full,
        (
            "Cohere2ForCausalLM",
            "Exaone4ForCausalLM",
            "Gemma3ForCausalLM",
            "Gemma3ForConditionalGeneration",
        ),
    ),
    (attention.every_second_full, ("Gemma2ForCausalLM",)),
    (attention.shared_tail, ("Gemma3nForCausalLM", "Gemma3nForConditionalGeneration")),
    (attention.chunked, ("Llama4ForCausalLM", "Llama4ForConditionalGeneration")),
    (
        attention.latent,
        (
            "DeepseekV2ForCausalLM",
            "DeepseekV3ForCausalLM",
            "DeepseekV32ForCausalLM",
            "Glm4MoeLiteForCausalLM",
            "GlmMoeDsaForCausalLM",
            "KimiK25ForConditionalGeneration",
        ),
    ),
    (attention.encoder_decoder, ("WhisperForConditionalGeneration",)),
    (attention.encoder_only, ("BertModel", "RobertaModel", "XLMRobertaModel")),
    (states.mamba1, ("MambaForCausalLM", "FalconMambaForCausalLM")),
    (states.mamba2, ("Mamba2ForCausalLM",)),
    (states.jamba, ("JambaForCausalLM",)),
    (states.bamba, ("BambaForCausalLM",)),
    (states.granite_hybrid, ("GraniteMoeHybridForCausalLM",)),
    (states.falcon_h1, ("FalconH1ForCausalLM",)),
    (states.nemotron_h, ("NemotronHForCausalLM",)),
    (
        states.gated_delta_net,
        (
            "Qwen3NextForCausalLM",
            "Qwen3_5ForConditionalGeneration",
            "Qwen3_5MoeForConditionalGeneration",
        ),
    ),
    (states.short_conv, ("Lfm2ForCausalLM", "Lfm2MoeForCausalLM")),
    (states.kimi_linear, ("KimiLinearForCausalLM",)),
    (states.lightning, ("MiniMaxText01ForCausalLM", "MiniMaxM1ForCausalLM")),
)

_READERS = {name: reader for reader, names in _FAMILIES for name in names}

ARCHITECTURES: tuple[str, ...] = tuple(sorted(_READERS))
"""The names in ``architectures`` that we know."""

_OF_THE_WHOLE = (
    "dtype",
    "torch_dtype",
    "quantization_config",
    "compression_config",
    "tie_word_embeddings",
)
"""Fields that multimodal models state beside ``text_config``."""
_WITHOUT_ATTENTION = frozenset({"mamba", "falcon_mamba", "mamba2"})


def read_config(config: Mapping[str, object]) -> Architecture:
    """Return the architecture that ``config.json`` describes.

    Of a multimodal model the text part decides: the others keep nothing of a request.

    Raises:
        UnknownArchitectureError: if the architecture is not known, or a field is missing.
    """
    name = _name(config)
    fields, model_type = _text_fields(config)
    layers = _READERS[name](fields)
    if model_type in _WITHOUT_ATTENTION:
        heads = kv_heads = size = 0
    else:
        heads, kv_heads = attention.attention_heads(fields), attention.kv_heads(fields)
        size = attention.head_dim(fields)
        _refuse_uneven_heads(heads, kv_heads, layers)
    return Architecture(
        name=name,
        model_type=model_type,
        hidden_size=attention.hidden_size(fields),
        intermediate_size=parts.intermediate_size(fields),
        vocab_size=fields.count("vocab_size"),
        num_hidden_layers=attention.layer_count(fields),
        num_attention_heads=heads,
        num_kv_heads=kv_heads,
        head_dim=size,
        max_model_len=parts.max_model_len(fields, model_type),
        dtype=parts.dtype(fields),
        quantization=parts.quantization(fields),
        experts=parts.experts(fields),
        tie_word_embeddings=fields.flag("tie_word_embeddings"),
        cache_layers=layers,
    )


def read_mtp_drafter(config: Mapping[str, object]) -> Architecture:
    """Return the modules for multi-token prediction that stand in the model's own configuration.

    Raises:
        UnknownArchitectureError: if the model has none.
    """
    architecture = read_config(config)
    fields, _ = _text_fields(config)
    modules = fields.integer_or(0, "num_nextn_predict_layers", "mtp_num_hidden_layers")
    if not modules:
        raise UnknownArchitectureError(
            "num_nextn_predict_layers: the model has no modules for multi-token prediction; "
            "take another method of speculation"
        )
    last = max(
        layer.layer for layer in architecture.cache_layers if not isinstance(layer.cache, State)
    )
    pattern = [layer.cache for layer in architecture.cache_layers if layer.layer == last]
    layers = [CacheLayer(layer=n, cache=cache) for n in range(modules) for cache in pattern]
    return replace(architecture, num_hidden_layers=modules, cache_layers=tuple(layers))


def _refuse_uneven_heads(heads: int, kv_heads: int, layers: tuple[CacheLayer, ...]) -> None:
    """Refuse heads that vLLM's attention layers refuse too (``num_heads % num_kv_heads``).

    Raises:
        UnknownArchitectureError: if the KV heads of a layer do not divide the attention heads.
    """
    by_head = any(isinstance(entry.cache, Attention) for entry in layers)
    if by_head and heads % kv_heads:
        raise UnknownArchitectureError(
            f"num_key_value_heads: {kv_heads} do not divide the {heads} attention heads; give the "
            "config.json as it stands in the model's repository"
        )


def _name(config: Mapping[str, object]) -> str:
    stated = config.get("architectures")
    names = cast("list[object]", stated) if isinstance(stated, list) else []
    if not names:
        raise UnknownArchitectureError(
            "architectures: the field is missing or empty; give the config.json as it stands in "
            "the model's repository"
        )
    name = str(names[0])
    if name not in _READERS:
        raise UnknownArchitectureError(
            f"architectures: {name!r} is not known, so its KV cache is not; "
            f"known: {', '.join(ARCHITECTURES)}"
        )
    return name


def _text_fields(config: Mapping[str, object]) -> tuple[Fields, str]:
    text = config.get("text_config")
    values = dict(config)
    if isinstance(text, dict):
        whole = {key: config[key] for key in _OF_THE_WHOLE if config.get(key) is not None}
        values = {**cast("dict[str, object]", text), **whole}
    model_type = str(values.get("model_type", ""))
    return Fields(values, CONFIG_DEFAULTS.get(model_type, {})), model_type
