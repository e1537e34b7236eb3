"""Slices of GPUs and turns on them, as a pool states them."""

from typing import Any

import pytest
from hoheit import InvalidArgsError
from hoheit_facts import GPUS, MIG_PROFILES, WITHOUT_MIG, MigProfile, mig_profiles_of
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


@pytest.mark.parametrize(
    ("gpu", "profile", "per_gpu", "memory_mib", "said"),
    [
        ("A100-80GB", "1g.10gb", 1, 1_000_000, "mig.memory_mib: 1 slices of 1000000 MiB are "),
        ("A100-80GB", "3g.40gb", 2, 79_000, "mig.memory_mib: 2 slices of 79000 MiB are 158000"),
        ("A100-80GB", "3g.40gb", 2, 1, "mig.memory_mib: 1, but a slice of 3g.40gb has a little"),
        ("A100-80GB", "1g.10gb", 1, 40_000, "mig.memory_mib: 40000, but a slice of 1g.10gb"),
        ("A100-80GB", "3g.40gb", 3, 20_000, "mig.per_gpu: 3, but A100-80GB holds 2 of 3g.40gb"),
        ("L4", "1g.5gb", 2, 4_864, "mig: L4 cannot be cut into slices; leave it out"),
    ],
)
def test_stated_slices_that_the_gpu_cannot_have_are_refused(
    gpu: str, profile: str, per_gpu: int, memory_mib: int, said: str
) -> None:
    mig = {"profile": profile, "per_gpu": per_gpu, "memory_mib": memory_mib}
    assert said in refusal(gpu=gpu, mig=mig)


@pytest.mark.parametrize("known", MIG_PROFILES, ids=lambda one: f"{one.gpu} {one.profile}")
def test_the_memory_of_every_known_profile_may_be_stated(known: MigProfile) -> None:
    mig = {"profile": known.profile, "per_gpu": known.per_gpu, "memory_mib": known.memory_mib}
    assert nodes(gpu=known.gpu, mig=mig).shape().gpu.memory_mib == known.memory_mib


def test_no_gpu_that_cannot_be_cut_has_a_profile() -> None:
    assert {one.gpu for one in MIG_PROFILES}.isdisjoint(WITHOUT_MIG)
    assert GPUS.keys() >= WITHOUT_MIG


def test_a_profile_is_explained_in_words() -> None:
    text = refusal(mig={"profile": "small", "per_gpu": 1})
    assert "mig.profile: a profile is its compute slices and its memory, such as 1g.10gb" in text


@pytest.mark.parametrize(
    ("gpu", "said"),
    [
        ("h100-80gb", "gpu: no 'h100-80gb' in the catalogue; did you mean 'H100-80GB'?"),
        ("A100", "gpu: 'A100' may be A100-40GB or A100-80GB; say which"),
        ("L5", "gpu: no 'L5' in the catalogue; known: T4, "),
    ],
)
def test_a_gpu_by_another_name_gets_a_suggestion(gpu: str, said: str) -> None:
    assert said in refusal(gpu=gpu)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        ({"p\u00f6l": "x"}, "a label's key is a name of at most 63 letters"),
        ({"a b": "x"}, "a label's key is a name of at most 63 letters"),
        ({"pool": "c d"}, "node_selector.pool: a label's value has at most 63 letters"),
        ({"pool": "x" * 64}, "node_selector.pool: a label's value has at most 63 letters"),
        ({"x" * 64: ""}, "a label's key is a name of at most 63 letters"),
    ],
)
def test_a_label_that_kubernetes_does_not_have_is_refused(labels: Any, said: str) -> None:
    assert said in refusal(node_selector=labels)


def test_a_label_may_have_a_domain_and_no_value() -> None:
    labels = {"node-role.kubernetes.io/GPU_1.x": ""}
    assert nodes(node_selector=labels).node_selector == labels
