"""What cannot work is refused in preview: the field's path, the numbers, and the way out."""

import re
from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from hoheit.plan import DoesNotFitError, PlanRequest, plan_gpu
from hoheit_facts import GPUS
from support import components, samples
from support.documents import DOCS
from support.monitor import run

Program = Callable[[], object]

FULL = {
    **{key: value for key, value in samples.MISTRAL.items() if key != "quantization_config"},
    "sliding_window": None,
}
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
"""Llama-2-13B in 16 bit: 24.25 GiB, more than an L4 has."""
GRAPHS_OUTSIDE = PlanRequest(
    repository="TheBloke/Mistral-7B-v0.1-AWQ",
    version="0.14.1",
    gpu=GPUS["L4"],
    gpu_memory_utilization=0.95,
)
"""vLLM 0.14.1 captures graphs outside its share; it is for planning only."""


def large_model() -> Any:
    return samples.hub_weights(repository="example/13b", config=LLAMA_13B, size_gib=24.25)


def service(**changes: Any) -> Program:
    return lambda: components.service(**changes)


def on_four_gpus(**changes: Any) -> Program:
    node = {"gpus_per_node": 4, "cpu_millicores": 16_000, "memory_mib": 64_000}
    return lambda: components.service(on=components.pool(**node), **changes)


def with_engine(**changes: Any) -> Program:
    return lambda: components.service(engine=samples.engine(**changes))


def with_long_requests(tokens: int) -> Program:
    weights = samples.hub_weights(repository="example/full", config=FULL, size_gib=13.5)
    tight = samples.engine(max_model_len=tokens, gpu_memory_utilization=0.78)
    return service(weights=weights, engine=tight)


def named(first: str, second: str) -> Program:
    def program() -> None:
        on = components.pool()
        components.service(first, on=on)
        components.service(second, on=on)

    return program


def with_locked_images(**changes: Any) -> Program:
    fetcher = f"registry.example.internal/fetcher@{samples.DIGEST}"
    own = {"locked": True, "mlflow": None, "weights_fetcher": fetcher}
    return lambda: components.service(images=samples.images(**{**own, **changes}))


def with_adapters() -> None:
    other = samples.adapter(base="example/other", compatible_with=())
    components.service(adapters=(samples.adapter(name="fits"), other))


BAD: dict[str, Program] = {
    "too large": service(weights=large_model()),
    "longer than the model": with_engine(max_model_len=32_769),
    "longer than the cache": with_long_requests(32_768),
    "heads": on_four_gpus(gpus=3),
    "no room for CUDA": with_engine(gpu_memory_utilization=0.99),
    "above allocatable": service(memory_mib=13_873),
    "surge": service(replicas=2, surge=1),
    "one name": named("chat", "chat"),
    "tag": with_locked_images(vllm="docker.io/vllm/vllm-openai:v0.32.0"),
    "unknown flag": with_engine(unreviewed_args=("--max-num-sequences=4",)),
    "contradiction": with_engine(extra_args=("--max-model-len=8192",)),
    "other base": with_adapters,
}
"""What the page of the component shows."""


def refused(program: Program) -> str:
    """Return why a preview ends."""
    with pytest.raises(pulumi.RunError) as why:
        run(program, preview=True)
    return str(why.value)


def accepted(program: Program) -> None:
    run(program, preview=True)


def why_graphs_do_not_fit() -> str:
    with pytest.raises(DoesNotFitError) as why:
        plan_gpu(GRAPHS_OUTSIDE)
    return str(why.value)


def shown(message: str) -> bool:
    """Tell whether the page has a message, in whatever lines."""
    page = (DOCS / "components" / "vllm-service.md").read_text("utf-8")
    own = message.rpartition("\n  ")[2]
    return " ".join(own.split()) in " ".join(page.split())


@pytest.mark.parametrize("program", BAD.values(), ids=BAD)
def test_the_page_shows_the_refusal_as_it_is_printed(program: Program) -> None:
    message = refused(program)
    assert shown(message), message


def test_the_page_shows_the_refusal_of_the_command_as_it_is() -> None:
    assert shown(why_graphs_do_not_fit()), why_graphs_do_not_fit()


def test_a_model_too_large_for_the_pool() -> None:
    why = refused(BAD["too large"])
    assert why.startswith("VllmService 'mistral': weights: 24.25 GiB on each L4, ")
    assert "it may use 20.29 GiB of 22.05 GiB" in why
    assert "; gpus: it fits on 1 x A100-40GB, 2 x L4, " in why
    assert re.search(r"weights: it fits quantised to 8 bit, which take 12\.\d+ GiB on each L4", why)
    accepted(on_four_gpus(weights=large_model(), gpus=2))


def test_a_share_of_the_gpu_that_holds_no_weights() -> None:
    why = refused(with_engine(gpu_memory_utilization=0.15))
    assert why.startswith("VllmService 'mistral': weights: 3.96 GiB on each L4, ")
    assert "it may use 3.31 GiB of 22.05 GiB; engine.gpu_memory_utilization: it fits at 0.92" in why
    accepted(with_engine(gpu_memory_utilization=0.92))


def test_a_share_of_the_gpu_that_holds_weights_but_not_the_graphs_beside_them() -> None:
    why = refused(with_engine(gpu_memory_utilization=0.21))
    found = re.search(r"weights: 3.96 GiB on each L4, ([\d.]+) GiB .* may use ([\d.]+) GiB of", why)
    assert found is not None
    assert 3.96 < float(found[2]) < float(found[1])
    accepted(with_engine(gpu_memory_utilization=0.23, max_num_seqs=1, enforce_eager=True))


def test_requests_longer_than_the_model_was_made_for() -> None:
    why = refused(BAD["longer than the model"])
    assert why.startswith("VllmService 'mistral': engine.max_model_len: 32769 tokens, ")
    assert "the model was made for 32768; lower it, or state the scaling" in why
    accepted(with_engine(max_model_len=32_768))


def test_a_request_longer_than_the_whole_kv_cache() -> None:
    why = refused(BAD["longer than the cache"])
    assert "engine.max_model_len: one request of 32768 tokens needs 4.00 GiB of KV cache" in why
    found = re.search(r"there are ([\d.]+) GiB; set (\d+) or less, or take more GPU memory", why)
    assert found is not None
    longest = int(found[2])
    assert 4096 < longest < 32_768
    accepted(with_long_requests(longest))
    assert "engine.max_model_len" in refused(with_long_requests(longest + 16))


def test_tensor_parallel_that_does_not_divide_the_heads() -> None:
    assert refused(BAD["heads"]) == (
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
    accepted(on_four_gpus(gpus=4, engine=samples.engine(pipeline_parallel_size=2)))


def test_stages_where_there_is_no_gpu() -> None:
    staged = samples.engine(cpu_kv_cache_gib=2, pipeline_parallel_size=2)
    why = refused(service(**{**samples.cpu_service(), "engine": staged}))
    assert "  engine.pipeline_parallel_size: 2 stages do not divide the 0 GPUs" in why
    accepted(lambda: components.service(on=components.cpu_pool(), **samples.cpu_service()))


def test_a_share_of_the_gpu_that_leaves_no_room_for_graphs() -> None:
    why = why_graphs_do_not_fit()
    assert why.startswith("engine.gpu_memory_utilization: 0.95 leaves 1.10 GiB of 22.05 GiB, ")
    assert "within the error of the estimate; set 0.94 or less, or engine.enforce_eager" in why
    lower = GRAPHS_OUTSIDE.model_copy(update={"gpu_memory_utilization": 0.94})
    assert plan_gpu(lower).kv_tokens


def test_a_share_of_the_gpu_that_leaves_no_room_for_the_context_of_cuda() -> None:
    assert refused(BAD["no room for CUDA"]) == (
        "VllmService 'mistral': engine.gpu_memory_utilization: 0.99 of 22.05 GiB is 21.83 GiB, "
        "but only 21.82 GiB are free when the engine starts; set 0.98 or less"
    )
    accepted(with_engine(gpu_memory_utilization=0.98))


@pytest.mark.parametrize(
    ("field", "most", "said"),
    [
        ("memory_mib", 13_872, "memory (MiB): 14001 asked, 14000 there"),
        ("cpu_millicores", 3_900, "CPU (millicores): 4001 asked, 4000 there"),
    ],
)
def test_a_request_above_what_a_node_can_give(field: str, most: int, said: str) -> None:
    assert refused(service(**{field: most + 1})) == (
        f"GpuNodePool 'l4': 'mistral' does not fit on a node ({said}); ask for less (a service's "
        "gateway counts too), or give the pool larger nodes"
    )
    accepted(service(**{field: most}))


def test_a_surge_without_a_spare_gpu() -> None:
    assert refused(BAD["surge"]) == (
        "GpuNodePool 'l4': 2 nodes of 1 GPU do not hold all pods, those of a rolling change "
        "included: 'mistral' 3 pods of 1 GPU (1 of them surge); allow more nodes, or fewer "
        "replicas or less surge"
    )
    accepted(service(replicas=1, surge=1))


def test_two_services_of_one_name() -> None:
    assert refused(BAD["one name"]) == (
        "GpuNodePool 'l4': a service 'chat' has its room already; give the second one another name"
    )
    accepted(named("chat", "letters"))


@pytest.mark.parametrize(
    ("program", "field"),
    [(BAD["tag"], "vllm"), (with_locked_images(), "images.vllm")],
    ids=["its own", "the catalogue's"],
)
def test_an_image_by_a_tag_where_images_are_locked(program: Program, field: str) -> None:
    why = refused(program)
    assert f"\n  {field}: no digest, and images are locked; add @sha256:..." in why
    assert "`hoheit images lock` asks it for all of them" in why


def test_a_tag_that_floats_even_where_images_are_not_locked() -> None:
    why = refused(with_locked_images(locked=False, vllm="docker.io/vllm/vllm-openai:latest"))
    assert "\n  vllm: floats; name a version tag other than 'latest', or a digest" in why


def test_a_flag_that_the_engine_does_not_know() -> None:
    assert refused(BAD["unknown flag"]).endswith(
        "  unreviewed_args: vLLM 0.32.0 has no --max-num-sequences; did you mean --max-num-seqs?"
    )


def test_a_misspelt_flag_that_tunes() -> None:
    why = refused(with_engine(extra_args=("--enable-prefix-cachin",)))
    assert "; did you mean --enable-prefix-caching?; known: " in why


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("--max-model-len=8192", "--max-model-len is not yours to set: set engine.max_model_len"),
        ("--tensor-parallel-size=2", "--tensor-parallel-size is not yours to set: set gpus"),
        ("--max-num-s=64", "--max-num-seqs is not yours to set: set engine.max_num_seqs"),
    ],
    ids=["field of the engine", "field of the service", "abbreviated"],
)
@pytest.mark.parametrize("field", ["extra_args", "unreviewed_args"])
def test_a_flag_that_contradicts_a_field(field: str, argument: str, said: str) -> None:
    why = refused(with_engine(**{field: (argument,)}))
    assert why == f"EngineSettings is not valid:\n  {field}: {said}"


def test_an_adapter_for_another_base() -> None:
    assert refused(BAD["other base"]).endswith(
        "  adapters[1].base: trained on example/other, and TheBloke/Mistral-7B-v0.1-AWQ is served; "
        "on another base it answers nonsense. Serve its base, or say in compatible_with why it fits"
    )
