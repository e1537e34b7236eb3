"""Slices of GPUs and turns on them, as a pool states them."""

from typing import Any

import pytest
from hoheit import InvalidArgsError
from hoheit_facts import GPUS, MIG_PROFILES, mig_profiles_of
from hoheit_infra import LabelledNodes
from support import samples


def nodes(**changes: Any) -> LabelledNodes:
    return samples.labelled_nodes(**{"gpu": "H100-80GB", **changes})


def refusal(**changes: Any) -> str:
    with pytest.raises(InvalidArgsError) as refused:
        nodes(**changes)
    return str(refused.value)


def test_a_whole_gpu_is_what_a_pod_asks_for_by_default() -> None:
    shape = nodes(gpus_per_node=4).shape()
    assert (shape.gpu_resource, shape.gpus, shape.time_slices) == ("nvidia.com/gpu", 4, 1)


def test_a_slice_is_a_gpu_of_its_own_with_its_own_memory() -> None:
    shape = nodes(gpus_per_node=2, mig={"profile": "3g.40gb", "per_gpu": 2}).shape()
    assert (shape.gpu_resource, shape.gpus) == ("nvidia.com/mig-3g.40gb", 4)
    assert shape.gpu.name == "H100-80GB MIG 3g.40gb"
    assert shape.gpu.memory_mib == 39.5 * 1024
    assert "nvidia-smi mig -lgip" in shape.gpu.memory_source


def test_a_profile_that_nobody_wrote_down_needs_its_memory() -> None:
    assert "known: 1g.10gb, 1g.20gb" in refusal(mig={"profile": "1g.99gb", "per_gpu": 1})
    assert "the catalogue knows none" in refusal(
        gpu="H200", mig={"profile": "1g.18gb", "per_gpu": 7}
    )
    stated = nodes(gpu="H200", mig={"profile": "1g.18gb", "per_gpu": 7, "memory_mib": 16384})
    assert stated.shape().gpu.memory_mib == 16384
    assert stated.shape().gpu.memory_source == "mig.memory_mib of the pool"


def test_a_gpu_holds_no_more_slices_than_its_profile_allows() -> None:
    text = refusal(mig={"profile": "3g.40gb", "per_gpu": 3})
    assert "mig.per_gpu: 3, but H100-80GB holds 2 of 3g.40gb" in text


def test_turns_on_a_gpu_have_a_name_of_their_own_and_share_its_memory() -> None:
    shape = nodes(gpus_per_node=2, time_slices=4).shape()
    assert (shape.gpu_resource, shape.gpus, shape.time_slices) == ("nvidia.com/gpu.shared", 8, 4)
    assert shape.gpu is GPUS["H100-80GB"]


def test_slices_and_turns_are_not_mixed() -> None:
    assert "leave out one of the two" in refusal(
        time_slices=2, mig={"profile": "1g.10gb", "per_gpu": 7}
    )


@pytest.mark.parametrize(("share", "slices"), [(0.92, 1), (0.5, 2), (0.33, 3), (0.16, 6)])
def test_pods_that_leave_the_others_their_memory_may_share_a_gpu(share: float, slices: int) -> None:
    nodes(time_slices=slices).shape().check_share(1, share)


def test_a_pod_that_takes_the_memory_of_others_is_refused_with_what_would_do() -> None:
    with pytest.raises(ValueError, match=r"0\.92, but 3 pods .* set 0\.33 or less"):
        nodes(time_slices=3).shape().check_share(1, 0.92)


def test_a_model_is_not_split_over_slices() -> None:
    with pytest.raises(ValueError, match=r"^gpus: 2, but the pool offers slices"):
        nodes(time_slices=2).shape().check_share(2, 0.5)


def test_no_more_nodes_stay_than_there_are() -> None:
    assert "min_nodes: 3, but nodes is 2" in refusal(min_nodes=3)


def test_every_slice_is_of_a_gpu_of_the_catalogue_and_smaller_than_it() -> None:
    for known in MIG_PROFILES:
        whole = GPUS[known.gpu]
        assert known.memory_mib * known.per_gpu <= whole.reported_memory_mib, known
        assert mig_profiles_of(known.gpu)[known.profile] is known
