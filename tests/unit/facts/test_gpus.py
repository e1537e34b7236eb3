"""GPUs by name, and the machines that have them."""

import pytest
from hoheit_facts import GPUS, INSTANCE_TYPES, gpu_named, instance_types_with


@pytest.mark.parametrize("name", ["L4", "l4", "nvidia-l4", "NVIDIA-L4"])
def test_a_gpu_is_found_in_any_case_and_with_its_maker(name: str) -> None:
    assert gpu_named(name) is GPUS["L4"]


def test_the_beginning_of_a_name_is_enough_where_only_one_begins_with_it() -> None:
    assert gpu_named("h100") is GPUS["H100-80GB"]


def test_an_ambiguous_name_lists_what_may_be_meant() -> None:
    with pytest.raises(ValueError, match="A100-40GB or A100-80GB"):
        gpu_named("a100")


@pytest.mark.parametrize("name", ["", "nvidia-", "L5", "L"])
def test_an_unknown_name_lists_the_catalogue(name: str) -> None:
    with pytest.raises(ValueError, match="known: T4, "):
        gpu_named(name)


def test_every_machine_has_a_gpu_of_the_catalogue() -> None:
    assert {one.gpu for one in INSTANCE_TYPES} <= set(GPUS)


def test_machines_with_fewest_gpus_come_first_and_none_has_too_few() -> None:
    counts = [one.gpus for one in instance_types_with("L4", 2)]
    assert counts == sorted(counts)
    assert counts[0] == 2
