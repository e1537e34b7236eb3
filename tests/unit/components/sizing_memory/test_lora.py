"""Memory of LoRA adapters, against a trained one and against vLLM's own allocation."""

from typing import Any

from hoheit import PlanRequest, plan_gpu
from hoheit._plan.model import Model, model_of
from hoheit._sizing.lora import AdapterSlots, adapter_parameters, adapter_room
from hoheit._sizing.parallel import ParallelSizes
from hoheit_facts import GPUS
from support.samples import MISTRAL

ATTENTION = ("q_proj", "k_proj", "v_proj", "o_proj")
EVERY = (*ATTENTION, "gate_proj", "up_proj", "down_proj")


def model(**changes: Any) -> Model:
    found = model_of(PlanRequest(gpu=GPUS["L4"], config={**MISTRAL, **changes}))
    assert isinstance(found, Model)
    return found


def parameters(rank: int, modules: tuple[str, ...]) -> int:
    found = model()
    return adapter_parameters(found.architecture, found.config, rank=rank, modules=modules)


def room(max_loras: int, rank: int, tensor: int = 1) -> int:
    found = model()
    slots = AdapterSlots(max_loras=max_loras, max_lora_rank=rank)
    return adapter_room(found.architecture, found.config, slots, ParallelSizes(tensor=tensor))


def test_an_adapter_of_rank_8_on_attention_has_the_parameters_that_its_training_printed() -> None:
    assert parameters(8, ATTENTION) == 6_815_744


def test_other_ranks_and_modules_have_what_grouped_heads_make_of_them() -> None:
    assert parameters(4, ("q_proj", "v_proj")) == 1_703_936
    assert parameters(16, EVERY) == 41_943_040
    assert parameters(32, EVERY) == 83_886_080


def test_room_is_made_for_every_linear_layer_and_both_embeddings() -> None:
    # Per layer: 8192 + 5120 + 5120 + 8192 for attention, 3 x 18432 for the feed-forward block;
    # and 32000 + 4096 for each embedding; in 16 bit.
    per_rank = 32 * (26_624 + 55_296) + 2 * 36_096
    assert room(max_loras=1, rank=16) == 2 * 16 * per_rank


def test_room_grows_with_adapters_and_with_the_rank() -> None:
    assert room(4, 16) == room(1, 64) == 4 * room(1, 16)


def test_tensor_parallel_divides_one_of_the_two_factors_only() -> None:
    assert room(1, 16) / 2 < room(1, 16, tensor=2) < room(1, 16)


def test_adapters_take_room_from_the_kv_cache_and_double_the_graphs() -> None:
    def plan(**changes: Any) -> Any:
        return plan_gpu(PlanRequest(gpu=GPUS["L4"], config=MISTRAL, max_model_len=4096, **changes))

    without, with_two = plan(), plan(max_loras=2, max_lora_rank=64)
    assert with_two.adapters.gib * 1024**3 == room(2, 64)
    assert with_two.cuda_graphs.gib == 2 * without.cuda_graphs.gib
    assert with_two.kv_tokens < without.kv_tokens
