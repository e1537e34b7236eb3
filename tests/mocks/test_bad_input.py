"""What cannot work is refused in preview: the field's path, the numbers, and the way out."""

import re
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from hoheit.plan import DoesNotFitError, PlanRequest, plan_gpu
from hoheit_facts import GPUS
from support import components, samples
from support.monitor import Monitor, run

_ONLY_SMALL = ("quantization_config", "sliding_window")
FULL = {key: value for key, value in samples.MISTRAL.items() if key not in _ONLY_SMALL}
"""Mistral-7B in 16 bit, 13.5 GiB, with attention to everything: 0.125 MiB for each token."""
LLAMA_13B: dict[str, Any] = {
    "architectures": ["LlamaForCausalLM"],
    "model_type": "llama",
    "hidden_size": 5120,
    "intermediate_size": 13824,
    "vocab_size": 32000,
    "num_hidden_layers": 40,
    "num_attention_heads": 40,
    "num_key_value_heads": 40,
    "max_position_embeddings": 4096,
    "tie_word_embeddings": False,
    "torch_dtype": "float16",
}
"""Llama-2-13B in 16 bit: 24.2 GiB, more than an L4 has."""


def refused(program: Callable[[], object]) -> str:
    """Return why a preview ends, before anything of the service is registered."""
    with pytest.raises(pulumi.RunError) as why:
        run(program, preview=True)
    return str(why.value)


def accepted(program: Callable[[], object]) -> Monitor:
    return run(program, preview=True)


def service(**changes: Any) -> Callable[[], object]:
    return lambda: components.service(**changes)


def on_four_gpus(**changes: Any) -> Callable[[], object]:
    node = {"gpus_per_node": 4, "cpu_millicores": 16_000, "memory_mib": 64_000}
    return lambda: components.service(on=components.pool(**node), **changes)


def full_weights(**changes: Any) -> Any:
    return samples.hub_weights(repository="example/full", config=FULL, size_gib=13.5, **changes)


def test_a_model_too_large_for_the_pool() -> None:
    weights = samples.hub_weights(repository="example/13b", config=LLAMA_13B, size_gib=24.25)
    why = refused(service(weights=weights))
    assert why.startswith("VllmService 'mistral': weights: 24.25 GiB on each L4, ")
    assert "it may use 20.29 GiB of 22.05 GiB" in why
    assert "; gpus: it fits on 1 x A100-40GB, 2 x L4, " in why
    assert "weights: quantised to 8 bit they take " in why
    accepted(on_four_gpus(weights=weights, gpus=2))


def test_a_share_of_the_gpu_that_holds_no_weights() -> None:
    why = refused(service(engine=samples.engine(gpu_memory_utilization=0.15)))
    assert why.startswith("VllmService 'mistral': weights: 3.96 GiB on each L4, ")
    assert "it may use 3.31 GiB of 22.05 GiB; engine.gpu_memory_utilization: it fits at 0.92" in why
    accepted(service(engine=samples.engine(gpu_memory_utilization=0.92)))


def test_requests_longer_than_the_model_was_made_for() -> None:
    why = refused(service(engine=samples.engine(max_model_len=32_769)))
    assert why.startswith("VllmService 'mistral': engine.max_model_len: 32769 tokens, ")
    assert "the model was made for 32768; lower it, or state the scaling" in why
    accepted(service(engine=samples.engine(max_model_len=32_768)))


def test_a_request_longer_than_the_whole_kv_cache() -> None:
    def long(tokens: int) -> Callable[[], object]:
        tight = samples.engine(max_model_len=tokens, gpu_memory_utilization=0.78)
        return service(weights=full_weights(), engine=tight)

    why = refused(long(32_768))
    found = re.search(r"there are ([\d.]+) GiB; set (\d+) or less, or take more GPU memory", why)
    assert found is not None
    assert "engine.max_model_len: one request of 32768 tokens needs 4.00 GiB of KV cache" in why
    longest = int(found[2])
    assert 16_384 < longest < 32_768
    accepted(long(longest))
    assert "engine.max_model_len" in refused(long(longest + 16))


def test_tensor_parallel_that_does_not_divide_the_heads() -> None:
    why = refused(on_four_gpus(gpus=3))
    assert why == (
        "VllmService 'mistral': gpus: 3 do not divide the 32 attention heads of the model; "
        "tensor-parallel sizes that do: 1, 2, 4, 8"
    )
    accepted(on_four_gpus(gpus=4))


def test_stages_that_do_not_divide_the_gpus() -> None:
    why = refused(on_four_gpus(gpus=4, engine=samples.engine(pipeline_parallel_size=3)))
    assert why.endswith(
        "  engine.pipeline_parallel_size: 3 stages do not divide the 4 GPUs of a replica; set gpus "
        "to a multiple of it"
    )
    staged = samples.engine(pipeline_parallel_size=2)
    accepted(on_four_gpus(gpus=4, engine=staged))


def test_stages_where_there_is_no_gpu() -> None:
    staged = samples.engine(cpu_kv_cache_gib=2, pipeline_parallel_size=2)
    why = refused(service(**{**samples.cpu_service(), "engine": staged}))
    assert "  engine.pipeline_parallel_size: 2 stages do not divide the 0 GPUs" in why
    accepted(lambda: components.service(on=components.cpu_pool(), **samples.cpu_service()))


def test_a_share_of_the_gpu_that_leaves_no_room_for_graphs() -> None:
    """vLLM 0.14.1 captures them outside its share; it is for planning only."""
    asked = PlanRequest(
        repository="TheBloke/Mistral-7B-v0.1-AWQ",
        version="0.14.1",
        gpu=GPUS["L4"],
        gpu_memory_utilization=0.95,
    )
    with pytest.raises(DoesNotFitError) as why:
        plan_gpu(asked)
    assert str(why.value).startswith(
        "engine.gpu_memory_utilization: 0.95 leaves 1.10 GiB of 22.05 GiB, "
    )
    assert "within the error of the estimate; set 0.94 or less, or engine.enforce_eager" in str(
        why.value
    )
    assert plan_gpu(asked.model_copy(update={"gpu_memory_utilization": 0.94})).kv_tokens


def test_a_share_of_the_gpu_that_leaves_no_room_for_the_context_of_cuda() -> None:
    why = refused(service(engine=samples.engine(gpu_memory_utilization=0.99)))
    assert why == (
        "VllmService 'mistral': engine.gpu_memory_utilization: 0.99 of 22.05 GiB is 21.83 GiB, "
        "but only 21.82 GiB are free when the engine starts; set 0.98 or less"
    )
    accepted(service(engine=samples.engine(gpu_memory_utilization=0.98)))


@pytest.mark.parametrize(
    ("field", "most", "said"),
    [
        ("memory_mib", 13_872, "memory (MiB): 14001 asked, 14000 there"),
        ("cpu_millicores", 3_900, "CPU (millicores): 4001 asked, 4000 there"),
    ],
)
def test_a_request_above_what_a_node_can_give(field: str, most: int, said: str) -> None:
    why = refused(service(**{field: most + 1}))
    assert why == (
        f"GpuNodePool 'l4': 'mistral' does not fit on a node ({said}); ask for less (a service's "
        "gateway counts too), or give the pool larger nodes"
    )
    accepted(service(**{field: most}))


def test_a_surge_without_a_spare_gpu() -> None:
    why = refused(service(replicas=2, surge=1))
    assert why == (
        "GpuNodePool 'l4': 2 nodes of 1 GPU do not hold all pods, those of a rolling change "
        "included: 'mistral' 3 pods of 1 GPU (1 of them surge); allow more nodes, or fewer "
        "replicas or less surge"
    )
    accepted(service(replicas=1, surge=1))


def test_two_services_of_one_name() -> None:
    def program(second: str) -> None:
        on = components.pool()
        components.service("chat", on=on)
        components.service(second, on=on)

    assert refused(lambda: program("chat")) == (
        "GpuNodePool 'l4': a service 'chat' has its room already; give the second one another name"
    )
    accepted(lambda: program("letters"))


@pytest.mark.parametrize("reference", ["docker.io/vllm/vllm-openai:v0.32.0", None])
def test_an_image_by_a_tag_where_images_are_locked(reference: str | None) -> None:
    locked = "registry.example.internal/fetcher@" + samples.DIGEST
    given = {"vllm": reference} if reference else {}

    def program() -> None:
        images = samples.images(locked=True, mlflow=None, weights_fetcher=locked, **given)
        components.service(images=images)

    why = refused(program)
    field = "vllm" if reference else "images.vllm"
    assert f"\n  {field}: no digest, and images are locked; add @sha256:..." in why
    assert "`hoheit images lock` asks it for all of them" in why


def test_a_tag_that_floats_even_where_images_are_not_locked() -> None:
    why = refused(lambda: samples.images(vllm="docker.io/vllm/vllm-openai:latest"))
    assert "\n  vllm: floats; name a version tag other than 'latest', or a digest" in why


def test_a_flag_that_the_engine_does_not_know() -> None:
    why = refused(lambda: samples.engine(unreviewed_args=("--max-num-sequences=4",)))
    assert why.endswith(
        "  unreviewed_args: vLLM 0.32.0 has no --max-num-sequences; did you mean --max-num-seqs?"
    )
    why = refused(lambda: samples.engine(extra_args=("--enable-prefix-cachin",)))
    assert "; did you mean --enable-prefix-caching?; known: " in why


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("--max-model-len=8192", "--max-model-len is not yours to set: set engine.max_model_len"),
        ("--tensor-parallel-size=2", "--tensor-parallel-size is not yours to set: set gpus"),
        ("--max-num=64", "--max-num-seqs is not yours to set: set engine.max_num_seqs"),
    ],
    ids=["field of the engine", "field of the service", "abbreviated"],
)
@pytest.mark.parametrize("field", ["extra_args", "unreviewed_args"])
def test_a_flag_that_contradicts_a_field(field: str, argument: str, said: str) -> None:
    why = refused(lambda: samples.engine(**{field: (argument,)}))
    assert why == f"EngineSettings is not valid:\n  {field}: {said}"


def test_an_adapter_for_another_base() -> None:
    other = samples.adapter(base="example/other", compatible_with=())
    why = refused(service(adapters=(samples.adapter(name="fits"), other)))
    assert why.endswith(
        "  adapters[1].base: trained on example/other, and TheBloke/Mistral-7B-v0.1-AWQ is served; "
        "on another base it answers nonsense. Serve its base, or say in compatible_with why it fits"
    )
