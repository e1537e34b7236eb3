"""What every configuration says in the same words: length, format, quantisation, experts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .architecture import Experts, Quantization, UnknownArchitectureError
from .config_attention import hidden_size, layer_count
from .config_fields import Fields
from .config_states import nemotron_kinds

if TYPE_CHECKING:
    from collections.abc import Mapping

_LENGTHS = (
    "max_position_embeddings",
    "n_positions",
    "max_seq_len",
    "seq_length",
    "model_max_length",
    "max_target_positions",
    "max_sequence_length",
    "max_seq_length",
    "seq_len",
)
"""vLLM's ``derive_max_model_len_and_key``: the smallest counts."""
_SCALED_ALREADY = frozenset(
    {"default", "su", "longrope", "llama3", "yarn", "deepseek_yarn", "deepseek_llama_scaling"}
)
"""Kinds of position scaling whose factor stands in the length: ``_get_and_verify_max_len``."""

_FP8_BITS = 8
_MOST_BITS = 32


def max_model_len(fields: Fields, model_type: str) -> int:
    """Return the longest context, in tokens, that vLLM allows without being forced.

    A ``tokenizer_config.json`` with a smaller ``model_max_length`` lowers it further.
    """
    found = [fields.count(name) for name in _LENGTHS if fields.has(name)]
    if not found:
        raise UnknownArchitectureError("max_position_embeddings: the field is missing")
    longest = fields.integer("model_max_length") if fields.has("model_max_length") else min(found)
    # Gemma 3 states its length after scaling.
    return longest if "gemma3" in model_type else int(longest * _position_scaling(fields))


def _position_scaling(fields: Fields) -> float:
    name = "rope_parameters" if fields.has("rope_parameters") else "rope_scaling"
    scaling = Fields(fields.table(name), {})
    kind = scaling.text_or(scaling.text_or("default", "type"), "rope_type")
    return 1.0 if kind in _SCALED_ALREADY else scaling.number_or(1.0, "factor")


def dtype(fields: Fields) -> str:
    """Return the format of the weights that are not quantised.

    Raises:
        UnknownArchitectureError: if the file does not say; vLLM then looks into the weights.
    """
    found = fields.text_or(fields.text_or("", "torch_dtype"), "dtype").removeprefix("torch.")
    if found not in {"bfloat16", "float16", "float32"}:
        raise UnknownArchitectureError(
            f"dtype: {found or 'nothing'} is stated, but bfloat16, float16 or float32 is needed; "
            "add the format in which the weights are stored"
        )
    return found


def quantization(fields: Fields) -> Quantization | None:
    """Return how the weights are quantised; None where they are not."""
    name = "quantization_config" if fields.has("quantization_config") else "compression_config"
    table = fields.table_or_nothing(name)
    if not table:
        return None
    stated = Fields(table, {})
    method = _method(stated)
    if not method:
        raise UnknownArchitectureError(f"{name}.quant_method: the field is missing")
    group = _first_weights(table) if stated.table("config_groups") else stated
    return Quantization(
        method=method,
        bits=_bits(method, group),
        group_size=_group_size(group),
        zero_point=table["zero_point"] is True if "zero_point" in table else None,
        kv_cache_dtype="fp8" if _asks_for_fp8_cache(stated) else None,
        unquantized=_unquantized(stated),
    )


def _method(stated: Fields) -> str:
    """Return ``quant_method``; files of ModelOpt name their producer instead."""
    producer = Fields(stated.table("producer"), {}).text_or("", "name")
    named = stated.text_or(producer, "quant_method").lower()
    return named.replace("compressed_tensors", "compressed-tensors")


def _first_weights(table: Mapping[str, object]) -> Fields:
    """The scheme of the weights in the first group of a compressed-tensors configuration."""
    groups = Fields(table, {}).table("config_groups")
    for name in groups:
        return Fields(Fields(Fields(groups, {}).table(name), {}).table("weights"), {})
    return Fields({}, {})


def _bits(method: str, stated: Fields) -> int | None:
    named = {"fp8": 8, "mxfp4": 4}
    if stated.has("bits", "num_bits", "w_bit"):
        return stated.count("bits", "num_bits", "w_bit", most=_MOST_BITS)
    if stated.flag("load_in_4bit"):
        return 4
    return 8 if stated.flag("load_in_8bit") else named.get(method)


def _group_size(stated: Fields) -> int | None:
    """Return the group; -1, the whole row, is no group."""
    size = stated.integer_or(0, "group_size", "q_group_size")
    return size if size > 0 else None


def _asks_for_fp8_cache(stated: Fields) -> bool:
    """Whether the checkpoint brings scales for an 8-bit cache."""
    scheme = Fields(stated.table("kv_cache_scheme"), {})
    if scheme.integer_or(0, "num_bits") == _FP8_BITS and scheme.text_or("", "type") == "float":
        return True
    inner = Fields(stated.table("quantization"), {})
    names = ("kv_cache_quant_algo", "kv_cache_scheme")
    said = (each.text_or("", name) for each in (stated, inner) for name in names)
    return any(name.upper() == "FP8" for name in said)


def _unquantized(stated: Fields) -> tuple[str, ...]:
    names = ("modules_to_not_convert", "ignore", "ignored_layers", "llm_int8_skip_modules")
    return next((stated.texts(name) for name in names if stated.texts(name)), ())


def intermediate_size(fields: Fields) -> int:
    """Return the width of the dense feed-forward block; 0 where the file names none."""
    if fields.integers("intermediate_size"):
        return max(fields.integers("intermediate_size"))
    default = 4 * hidden_size(fields) if fields.has("n_embd") else 0
    return fields.integer_or(default, "intermediate_size", "ffn_dim", "n_inner", "decoder_ffn_dim")


def experts(fields: Fields) -> Experts | None:
    """Return the experts; None for a dense model."""
    count = fields.integer_or(
        0, "num_experts", "num_local_experts", "n_routed_experts", "moe_num_experts"
    )
    if count <= 1:
        return None
    width = fields.integer("moe_intermediate_size", "intermediate_size")
    return Experts(
        count=count,
        per_token=fields.integer("num_experts_per_tok", "num_experts_per_token", "moe_k"),
        intermediate_size=width,
        shared_intermediate_size=_shared_width(fields, width),
        layers=_expert_layers(fields),
    )


def _shared_width(fields: Fields, width: int) -> int:
    stated = (
        "shared_expert_intermediate_size",
        "moe_shared_expert_intermediate_size",
        "shared_intermediate_size",
    )
    if fields.has(*stated):
        return fields.integer(*stated)
    shared = ("n_shared_experts", "num_shared_experts", "moe_num_shared_experts")
    return fields.integer_or(0, *shared) * width


def _expert_layers(fields: Fields) -> tuple[int, ...]:
    """The layers after the first dense ones, at the family's own step."""
    if fields.has("hybrid_override_pattern", "layers_block_type"):
        kinds = enumerate(nemotron_kinds(fields))
        return tuple(layer for layer, kind in kinds if kind == "moe")
    dense = fields.integer_or(0, "first_k_dense_replace", "moe_layer_start_index")
    skipped = set(fields.integers("mlp_only_layers"))
    period, offset = _expert_step(fields)
    return tuple(
        layer
        for layer in range(dense, layer_count(fields))
        if layer not in skipped and layer % period == offset
    )


def _expert_step(fields: Fields) -> tuple[int, int]:
    if fields.has("expert_layer_period"):
        return fields.count("expert_layer_period"), fields.integer_or(0, "expert_layer_offset")
    names = ("decoder_sparse_step", "interleave_moe_layer_step")
    step = fields.count(*names) if fields.has(*names) else 1
    return step, step - 1
