"""The KV cache's arithmetic: the facts it must meet, and what holds for every model."""

from dataclasses import replace

import pytest
from hoheit._sizing.architecture import (
    Architecture,
    CacheLayer,
    ChunkedLocalAttention,
    CrossAttention,
    EncoderOnly,
    FullAttention,
    LatentAttention,
    SharedCache,
    SlidingWindow,
    State,
    StateKind,
)
from hoheit._sizing.config_json import read_config
from hoheit._sizing.errors import DoesNotFitError
from hoheit._sizing.kv_cache import KvCache, kv_cache, longest_model_len
from hoheit._sizing.kv_layers import CacheSettings
from hoheit._sizing.kv_rules import kernel_block_size
from hoheit._sizing.parallel import ParallelSizes
from hoheit_facts import KV_CACHE_RULES, MODELS
from hypothesis import given
from hypothesis import strategies as st

GIB = 1024**3
MISTRAL = read_config(MODELS["TheBloke/Mistral-7B-v0.1-AWQ"].config)
LLAMA = read_config(MODELS["hugging-quants/Meta-Llama-3.1-8B-Instruct-AWQ-INT4"].config)
SETTINGS = CacheSettings(max_model_len=4096, max_num_batched_tokens=2048)
ONE = ParallelSizes()
OLD, NEW = "0.14.1", "0.32.0"

FULL = FullAttention(kv_heads=8, head_dim=128, value_head_dim=128)
WINDOW = SlidingWindow(kv_heads=8, head_dim=128, value_head_dim=128, window=1024)
CHUNK = ChunkedLocalAttention(kv_heads=8, head_dim=128, value_head_dim=128, chunk=1024)
STATE = State(
    kind=StateKind.MAMBA2,
    heads=64,
    head_dim=64,
    state_size=128,
    groups=1,
    conv_dim=4096,
    conv_kernel=4,
)


def with_layers(*caches: object) -> Architecture:
    """Return a model with these caches, one a layer."""
    layers = tuple(CacheLayer(layer=n, cache=cache) for n, cache in enumerate(caches))
    return replace(LLAMA, num_hidden_layers=len(layers), cache_layers=layers)


def cache(
    architecture: Architecture,
    gib: float = 10,
    settings: CacheSettings = SETTINGS,
    parallel: ParallelSizes = ONE,
    version: str = NEW,
) -> KvCache:
    """Return its cache in so much memory."""
    return kv_cache(architecture, settings, parallel, int(gib * GIB), version)


def test_mistral_on_an_l4_gets_the_blocks_tokens_and_concurrency_of_the_log() -> None:
    # 15.07 GiB in the log stand for 15.065 to 15.075.
    for gib in (15.0730, 15.0742):
        found = cache(MISTRAL, gib, version=OLD)
        assert (found.num_blocks, found.tokens) == (7717, 123_472)
        assert f"{found.max_concurrency:.2f}" == "30.03"


def test_the_blocks_of_the_log_give_its_tokens_and_concurrency() -> None:
    settings = replace(SETTINGS, num_gpu_blocks_override=7717)
    found = cache(MISTRAL, settings=settings, version=OLD)
    assert (found.tokens, f"{found.max_concurrency:.2f}") == (123_472, "30.03")


def test_full_attention_in_the_same_blocks_holds_more_requests_than_a_window() -> None:
    settings = replace(SETTINGS, num_gpu_blocks_override=7717)
    found = cache(LLAMA, settings=settings, version=OLD)
    assert (found.tokens, f"{found.max_concurrency:.2f}") == (123_472, "30.14")


def test_grouped_heads_are_what_a_token_costs() -> None:
    assert cache(LLAMA).bytes_per_token == 2 * 32 * 8 * 128 * 2 == 131_072


def test_the_newer_version_logs_what_whole_requests_hold_as_tokens() -> None:
    settings = replace(SETTINGS, num_gpu_blocks_override=7717)
    found = cache(MISTRAL, settings=settings)
    assert found.tokens == int(7717 / 257 * 4096)


def test_an_8_bit_cache_holds_twice_the_tokens() -> None:
    eight = cache(LLAMA, settings=replace(SETTINGS, kv_cache_dtype="fp8"))
    assert eight.num_blocks == 2 * cache(LLAMA).num_blocks


def test_a_checkpoint_that_asks_for_an_8_bit_cache_gets_it_unless_told_otherwise() -> None:
    eight = read_config(MODELS["Qwen/Qwen3-32B-FP8-Static-PerTensor"].config)
    plain = read_config(MODELS["Qwen/Qwen3-32B"].config)
    assert cache(eight).num_blocks == 2 * cache(plain).num_blocks
    told = replace(SETTINGS, kv_cache_dtype="bfloat16")
    assert cache(eight, settings=told).num_blocks == cache(plain).num_blocks


def test_weights_in_float32_are_served_in_16_bit_unless_told_otherwise() -> None:
    full = replace(LLAMA, dtype="float32")
    assert cache(full).num_blocks == cache(LLAMA).num_blocks
    asked = cache(full, settings=replace(SETTINGS, dtype="float32"))
    assert asked.num_blocks == cache(LLAMA).num_blocks // 2


def test_fewer_heads_than_gpus_are_repeated() -> None:
    eight = cache(LLAMA, parallel=ParallelSizes(tensor=8))
    assert cache(LLAMA, parallel=ParallelSizes(tensor=16)).num_blocks == eight.num_blocks


def test_latent_attention_is_repeated_on_every_gpu() -> None:
    latent = with_layers(*[LatentAttention(kv_lora_rank=512, qk_rope_head_dim=64)] * 8)
    assert cache(latent, parallel=ParallelSizes(tensor=8)).num_blocks == cache(latent).num_blocks


def test_the_stage_with_the_most_layers_decides_on_the_blocks() -> None:
    seven = with_layers(*[FULL] * 7)
    four = with_layers(*[FULL] * 4)
    staged = cache(seven, parallel=ParallelSizes(pipeline=2))
    assert staged.num_blocks == cache(four).num_blocks


def test_a_window_is_sized_for_all_batches_in_flight_where_the_version_does_so() -> None:
    window = with_layers(*[WINDOW] * 8)
    old, new = cache(window, version=OLD), cache(window)
    assert old.groups[0].blocks_per_request == (1023 + 2048) // 16 + 1 + 1
    assert new.groups[0].blocks_per_request == 4096 // 16 + 1


def test_windows_and_full_attention_are_grouped_by_the_fewer_layers() -> None:
    mixed = cache(with_layers(*[WINDOW, WINDOW, WINDOW, FULL] * 3))
    assert sorted(group.layers for group in mixed.groups) == [3, 3, 3, 3]
    assert mixed.bytes_per_block == 3 * 16 * 4096


def test_nearly_equal_kinds_are_padded_to_the_many_in_the_newer_version_only() -> None:
    mixed = with_layers(*[FULL] * 4, *[WINDOW] * 5)
    assert [group.layers for group in cache(mixed).groups] == [4, 5]
    assert [group.layers for group in cache(mixed, version=OLD).groups] == [4, 3, 2]


def test_without_the_hybrid_manager_windows_are_kept_whole() -> None:
    settings = replace(SETTINGS, disable_hybrid_kv_cache_manager=True)
    mixed = cache(with_layers(*[WINDOW, FULL] * 4), settings=settings)
    assert [(group.kind, group.layers) for group in mixed.groups] == [("full_attention", 8)]


def test_chunks_are_kept_whole_beside_a_drafter_only() -> None:
    chunked = with_layers(*[CHUNK, CHUNK, CHUNK, FULL] * 2)
    assert len(cache(chunked).groups) == 4
    drafting = replace(SETTINGS, drafter=with_layers(FULL), num_speculative_tokens=2)
    assert len(cache(chunked, settings=drafting).groups) == 1


def test_a_block_of_attention_is_enlarged_until_it_holds_a_state() -> None:
    found = cache(with_layers(*[STATE, STATE, STATE, FULL] * 2))
    state = (4096 + 2 * 128) * 3 * 2 + 64 * 64 * 128 * 2
    (attention,) = [group for group in found.groups if group.kind == "full_attention"]
    assert attention.block_size % 16 == 0
    assert attention.block_size * 4096 >= state > (attention.block_size - 16) * 4096


def test_cached_prefixes_hold_more_states() -> None:
    states = with_layers(*[STATE, STATE, STATE, FULL] * 2)

    def held(*, caching: bool | None) -> int:
        settings = replace(SETTINGS, enable_prefix_caching=caching)
        return cache(states, settings=settings).groups[0].blocks_per_request

    assert (held(caching=False), held(caching=None), held(caching=True)) == (1, 3, 3)


def test_a_layer_that_reads_another_ones_cache_keeps_none() -> None:
    shared = with_layers(*[FULL] * 6, *[SharedCache(layer=5)] * 4)
    assert cache(shared).num_blocks == cache(with_layers(*[FULL] * 6)).num_blocks


def test_an_encoder_keeps_nothing() -> None:
    found = cache(with_layers(*[EncoderOnly()] * 12))
    assert (found.groups, found.tokens, found.enough) == ((), 0, True)


def test_an_encoders_output_is_kept_beside_the_decoders_own_cache() -> None:
    cross = CrossAttention(kv_heads=8, head_dim=128, value_head_dim=128)
    found = cache(with_layers(*[FULL, cross] * 4))
    assert [group.blocks_per_request for group in found.groups] == [256, 128]


def test_a_drafter_takes_its_share_of_the_last_stage() -> None:
    drafter = with_layers(FULL)
    settings = replace(SETTINGS, drafter=drafter, num_speculative_tokens=3)
    speculating = cache(with_layers(*[FULL] * 7), settings=settings)
    assert speculating.num_blocks == cache(with_layers(*[FULL] * 8)).num_blocks


def test_one_block_is_held_back_when_the_longest_request_is_checked() -> None:
    block = 32 * 16 * 4096
    exactly = kv_cache(LLAMA, SETTINGS, ONE, 256 * block, NEW)
    one_more = kv_cache(LLAMA, SETTINGS, ONE, 257 * block, NEW)
    older = kv_cache(LLAMA, SETTINGS, ONE, 256 * block, OLD)
    assert (exactly.enough, one_more.enough, older.enough) == (False, True, True)


def test_the_longest_request_that_fits_is_found() -> None:
    block = 32 * 16 * 4096
    assert longest_model_len(LLAMA, SETTINGS, ONE, 101 * block, NEW) == 1600
    assert longest_model_len(LLAMA, SETTINGS, ONE, block, NEW) == 0
    assert longest_model_len(LLAMA, SETTINGS, ONE, 999 * block, NEW) == 4096


def test_heads_that_the_gpus_do_not_divide_are_refused() -> None:
    with pytest.raises(DoesNotFitError, match=r"^gpus: 5 do not divide the 32 .*: 1, 2, 4, 8$"):
        cache(LLAMA, parallel=ParallelSizes(tensor=5))


def test_key_heads_that_can_be_neither_divided_nor_repeated_are_refused() -> None:
    odd = replace(LLAMA, num_kv_heads=6)
    with pytest.raises(
        DoesNotFitError, match=r"^gpus: 4 neither divide nor repeat the 6 .*: 1, 2$"
    ):
        cache(odd, parallel=ParallelSizes(tensor=4))


def test_states_that_the_gpus_do_not_divide_are_refused() -> None:
    short = State(kind=StateKind.SHORT_CONV, conv_dim=1000, conv_kernel=3)
    with pytest.raises(DoesNotFitError, match=r"^gpus: 16 .* do not divide the 1000"):
        cache(with_layers(short, FULL), parallel=ParallelSizes(tensor=16))


def test_more_stages_than_layers_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^engine\.pipeline_parallel_size: 3 stages, .* has 2"):
        cache(with_layers(FULL, FULL), parallel=ParallelSizes(pipeline=3))


def test_an_unknown_version_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match=r"version: .*0\.99\.0 is not known; known: 0\.14\.1"):
        cache(LLAMA, version="0.99.0")


def test_an_unknown_format_of_the_cache_is_refused() -> None:
    with pytest.raises(ValueError, match="kv_cache_dtype: the size of 'nvfp4' is not known"):
        cache(LLAMA, settings=replace(SETTINGS, kv_cache_dtype="nvfp4"))


def test_pages_that_do_not_fit_each_other_are_refused_by_the_older_version() -> None:
    narrow = SlidingWindow(kv_heads=8, head_dim=96, value_head_dim=96, window=1024)
    mixed = with_layers(FULL, narrow)
    with pytest.raises(ValueError, match=r"do not divide the largest.*vLLM 0\.14\.1"):
        cache(mixed, version=OLD)
    assert cache(mixed).num_blocks > 0


@pytest.mark.parametrize(
    ("repository", "capability", "version", "tokens"),
    [
        ("deepseek-ai/DeepSeek-V3", "9.0", OLD, 64),
        ("deepseek-ai/DeepSeek-V3", "9.0", NEW, 16),
        ("deepseek-ai/DeepSeek-V3", "10.0", NEW, 32),
        ("deepseek-ai/DeepSeek-V3.2", "9.0", NEW, 64),
        ("Qwen/Qwen3-8B", "10.0", NEW, 16),
    ],
)
def test_the_kernel_of_latent_attention_decides_on_the_block(
    repository: str, capability: str, version: str, tokens: int
) -> None:
    architecture = read_config(MODELS[repository].config)
    assert kernel_block_size(architecture, capability, version) == tokens


def test_the_kernel_for_an_8_bit_cache_takes_other_blocks() -> None:
    architecture = read_config(MODELS["deepseek-ai/DeepSeek-V3"].config)
    assert kernel_block_size(architecture, "9.0", NEW, "fp8") == 64


def test_a_model_that_a_version_does_not_serve_is_refused() -> None:
    newer = read_config(MODELS["Qwen/Qwen3.5-27B"].config)
    with pytest.raises(ValueError, match=r"vLLM 0\.14\.1 does not serve Qwen3_5"):
        cache(newer, version=OLD)


def test_the_older_version_counts_tokens_by_the_blocks_of_attention_beside_states() -> None:
    found = cache(with_layers(STATE, FULL), version=OLD)
    assert found.block_size > 16
    assert found.tokens == found.num_blocks // 2 * found.block_size


def test_states_alone_have_no_tokens_in_their_blocks_and_a_size_per_request() -> None:
    found = cache(with_layers(STATE, STATE), version=OLD)
    assert (found.block_size, found.bytes_per_token) == (0, 0)
    assert found.bytes_per_request == found.bytes_per_block
    assert found.tokens == found.num_blocks * SETTINGS.max_model_len


def test_a_token_costs_something_where_every_layer_has_a_window() -> None:
    window = cache(with_layers(*[WINDOW] * 4))
    assert window.bytes_per_token == cache(with_layers(*[FULL] * 4)).bytes_per_token
    assert cache(with_layers(WINDOW, FULL)).bytes_per_token == window.bytes_per_token // 4


def test_a_state_of_lightning_attention_is_a_square_per_head() -> None:
    state = State(kind=StateKind.LINEAR_ATTENTION, heads=16, head_dim=96)
    found = cache(with_layers(state, state), version=OLD)
    assert found.bytes_per_block == 2 * 16 * 96 * 96 * 2


SERVED = sorted(
    (name, version)
    for name, model in MODELS.items()
    for version, rules in KV_CACHE_RULES.items()
    if read_config(model.config).name not in rules.architectures_lacking
)
NAMES_AND_VERSIONS = st.sampled_from(SERVED)
MODEL_NAMES = st.sampled_from(sorted(MODELS))


@given(NAMES_AND_VERSIONS, st.integers(1, 400), st.integers(0, 100))
def test_more_memory_never_holds_fewer_tokens(served: tuple[str, str], gib: int, more: int) -> None:
    name, version = served
    architecture = read_config(MODELS[name].config)
    less, greater = (cache(architecture, size, version=version) for size in (gib, gib + more))
    assert less.num_blocks <= greater.num_blocks
    assert less.tokens <= greater.tokens
    assert less.enough <= greater.enough


@given(NAMES_AND_VERSIONS, st.integers(64, 100_000), st.integers(0, 100_000))
def test_longer_requests_never_run_in_greater_numbers(
    served: tuple[str, str], length: int, longer: int
) -> None:
    name, version = served
    architecture = read_config(MODELS[name].config)
    short, long = (
        cache(architecture, 80, replace(SETTINGS, max_model_len=tokens), version=version)
        for tokens in (length, length + longer)
    )
    assert short.max_concurrency >= long.max_concurrency
    assert short.needed_bytes <= long.needed_bytes


@given(NAMES_AND_VERSIONS, st.integers(1, 400))
def test_all_blocks_lie_within_the_memory(served: tuple[str, str], gib: int) -> None:
    name, version = served
    found = cache(read_config(MODELS[name].config), gib, version=version)
    assert found.num_blocks * found.bytes_per_block <= gib * GIB
    assert (found.num_blocks + 1) * found.bytes_per_block > gib * GIB


@given(MODEL_NAMES, st.integers(4, 400))
def test_what_fits_is_what_one_request_leaves_room_for(name: str, gib: int) -> None:
    found = cache(read_config(MODELS[name].config), gib)
    held = sum(group.blocks_per_request for group in found.groups)
    assert found.enough == (found.num_blocks >= held + 1)
