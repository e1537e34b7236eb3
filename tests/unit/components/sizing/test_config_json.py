"""What a ``config.json`` says about caches, and how it is refused."""

import pytest
from hoheit._sizing.architecture import (
    ChunkedLocalAttention,
    FullAttention,
    Indexer,
    LatentAttention,
    SharedCache,
    SlidingWindow,
    State,
    UnknownArchitectureError,
)
from hoheit._sizing.config_json import read_config, read_mtp_drafter
from hoheit_facts import MODELS


def config(repository: str, **changes: object) -> dict[str, object]:
    """Return a configuration of the catalogue with changes; ``...`` takes a field out."""
    fields = {**MODELS[repository].config, **changes}
    return {name: value for name, value in fields.items() if value is not ...}


MISTRAL = "mistralai/Mistral-7B-v0.1"


@pytest.mark.parametrize("repository", sorted(MODELS))
def test_every_model_of_the_catalogue_is_understood(repository: str) -> None:
    architecture = read_config(MODELS[repository].config)
    assert architecture.num_hidden_layers > 0
    assert architecture.max_model_len >= 4096
    assert all(
        0 <= layer.layer < architecture.num_hidden_layers for layer in architecture.cache_layers
    )


def test_an_unknown_architecture_is_named_with_those_that_are_known() -> None:
    with pytest.raises(UnknownArchitectureError, match=r"'NewForCausalLM' is not known.*Llama"):
        read_config(config(MISTRAL, architectures=["NewForCausalLM"]))


def test_a_configuration_without_architecture_is_refused() -> None:
    with pytest.raises(UnknownArchitectureError, match="architectures: the field is missing"):
        read_config(config(MISTRAL, architectures=...))


@pytest.mark.parametrize(
    "field", ["num_hidden_layers", "num_attention_heads", "hidden_size", "vocab_size"]
)
def test_a_missing_field_is_named_and_never_guessed(field: str) -> None:
    with pytest.raises(UnknownArchitectureError, match=rf"{field}: the field is missing"):
        read_config(config(MISTRAL, **{field: ...}))


def test_a_field_of_the_wrong_kind_is_refused() -> None:
    with pytest.raises(UnknownArchitectureError, match="num_hidden_layers: '32' is not an integer"):
        read_config(config(MISTRAL, num_hidden_layers="32"))


def test_a_format_that_is_not_stated_is_refused() -> None:
    with pytest.raises(UnknownArchitectureError, match="dtype: nothing is stated"):
        read_config(config(MISTRAL, torch_dtype=...))


def test_a_window_that_is_left_out_is_that_of_the_class_and_null_is_none() -> None:
    (left_out, null) = (
        read_config(config(MISTRAL, sliding_window=value)).cache_layers[0].cache
        for value in (..., None)
    )
    assert isinstance(left_out, SlidingWindow)
    assert left_out.window == 4096
    assert isinstance(null, FullAttention)


def test_windows_that_are_switched_on_in_qwen_are_refused() -> None:
    with pytest.raises(UnknownArchitectureError, match="use_sliding_window"):
        read_config(config("Qwen/Qwen2.5-0.5B-Instruct", use_sliding_window=True))


def test_an_indexer_stands_before_the_attention_that_it_serves() -> None:
    layers = read_config(MODELS["deepseek-ai/DeepSeek-V3.2"].config).cache_layers
    assert [layer.layer for layer in layers[:4]] == [0, 0, 1, 1]
    assert isinstance(layers[0].cache, Indexer)
    assert isinstance(layers[1].cache, LatentAttention)
    assert layers[1].cache.sparse


def test_every_fourth_layer_of_llama_4_attends_to_the_whole_context() -> None:
    layers = read_config(MODELS["meta-llama/Llama-4-Scout-17B-16E-Instruct"].config).cache_layers
    kinds = [type(layer.cache) for layer in layers[:4]]
    assert kinds == [*[ChunkedLocalAttention] * 3, FullAttention]


def test_blocks_of_experts_keep_nothing_in_nemotron() -> None:
    config_ = MODELS["nvidia/NVIDIA-Nemotron-3-Nano-30B-A3B-BF16"].config
    architecture = read_config(config_)
    pattern = str(config_["hybrid_override_pattern"])
    states = [layer for layer in architecture.cache_layers if isinstance(layer.cache, State)]
    assert len(states) == pattern.count("M")
    assert len(architecture.cache_layers) == pattern.count("M") + pattern.count("*")
    assert architecture.experts is not None
    assert len(architecture.experts.layers) == pattern.count("E")


def test_the_text_part_of_a_multimodal_model_decides() -> None:
    architecture = read_config(MODELS["Qwen/Qwen3-VL-8B-Instruct"].config)
    assert (architecture.model_type, architecture.num_hidden_layers) == ("qwen3_vl_text", 36)


def test_the_last_layers_of_gemma_3n_read_the_caches_of_earlier_ones() -> None:
    kinds = ["sliding_attention", "sliding_attention", "full_attention"] * 4
    architecture = read_config(
        {
            "architectures": ["Gemma3nForCausalLM"],
            "model_type": "gemma3n_text",
            "hidden_size": 2048,
            "intermediate_size": [8192] * 12,
            "num_hidden_layers": 12,
            "num_kv_shared_layers": 4,
            "layer_types": kinds,
            "dtype": "bfloat16",
        }
    )
    read = [
        layer.cache.layer
        for layer in architecture.cache_layers
        if isinstance(layer.cache, SharedCache)
    ]
    assert read == [5, 7, 7, 5]


def test_positions_that_are_stretched_lengthen_the_context() -> None:
    scaling = {"rope_type": "linear", "factor": 4.0}
    assert read_config(config(MISTRAL, rope_scaling=scaling)).max_model_len == 4 * 32768


def test_a_length_that_is_stated_after_scaling_is_not_scaled_again() -> None:
    scaling = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 8192}
    assert read_config(config(MISTRAL, rope_scaling=scaling)).max_model_len == 32768


def test_awq_states_bits_group_and_zero_points() -> None:
    found = read_config(MODELS["TheBloke/Mistral-7B-v0.1-AWQ"].config).quantization
    assert found is not None
    assert (found.method, found.bits, found.group_size) == ("awq", 4, 128)
    assert found.zero_point is True


def test_a_checkpoint_with_scales_for_the_cache_asks_for_8_bit() -> None:
    scheme = {"kv_cache_scheme": {"num_bits": 8, "type": "float"}, "quant_method": "modelopt"}
    found = read_config(config(MISTRAL, quantization_config=scheme)).quantization
    assert found is not None
    assert found.kv_cache_dtype == "fp8"


def test_modules_for_multi_token_prediction_have_the_attention_of_the_model() -> None:
    drafter = read_mtp_drafter(MODELS["deepseek-ai/DeepSeek-V3"].config)
    assert drafter.num_hidden_layers == 1
    assert isinstance(drafter.cache_layers[0].cache, LatentAttention)


def test_a_model_without_such_modules_is_refused() -> None:
    with pytest.raises(UnknownArchitectureError, match="num_nextn_predict_layers"):
        read_mtp_drafter(MODELS[MISTRAL].config)
