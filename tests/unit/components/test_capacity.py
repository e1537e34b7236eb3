"""Packing of pods onto the nodes of one pool."""

import pytest
from hoheit.capacity import Claim, Room, fits, refusal
from hypothesis import given
from hypothesis import strategies as st


def room(gpus: int = 0, cpu: int = 0, memory: int = 0, disk: int = 0) -> Room:
    return Room(gpus=gpus, cpu_millicores=cpu, memory_mib=memory, disk_gib=disk)


def searched(pods: list[Room], node: Room, max_nodes: int) -> bool:
    """Tries every node for every pod; the opened nodes are interchangeable."""

    def place(rest: list[Room], free: list[Room]) -> bool:
        if not rest:
            return True
        pod, *others = rest
        for index, space in enumerate(free):
            if space.holds(pod) and place(others, _replaced(free, index, space.without(pod))):
                return True
        opened = len(free) < max_nodes and node.holds(pod)
        return opened and place(others, [*free, node.without(pod)])

    return place(pods, [])


def _replaced(rooms: list[Room], index: int, new: Room) -> list[Room]:
    return [*rooms[:index], new, *rooms[index + 1 :]]


small = st.integers(min_value=0, max_value=8)
rooms = st.builds(room, small, small, small, small)


@given(st.lists(rooms, max_size=5), rooms, st.integers(min_value=0, max_value=3))
def test_nothing_is_accepted_that_a_full_search_cannot_place(
    pods: list[Room], node: Room, max_nodes: int
) -> None:
    if fits(pods, node, max_nodes):
        assert searched(pods, node, max_nodes)


@given(
    st.lists(st.sampled_from([1, 2, 4, 8]), max_size=7),
    st.sampled_from([1, 2, 4, 8]),
    st.integers(min_value=0, max_value=4),
)
def test_gpus_that_divide_each_other_are_packed_exactly(
    sizes: list[int], gpus: int, max_nodes: int
) -> None:
    pods, node = [room(size) for size in sizes], room(gpus)
    assert fits(pods, node, max_nodes) is searched(pods, node, max_nodes)


def test_a_refusal_names_the_service_that_fits_on_no_node() -> None:
    claims = {"a": Claim(pod=room(1), replicas=1), "b": Claim(pod=room(2), replicas=1)}
    assert (refusal(claims, room(1), 9) or "").startswith(
        "'b' does not fit on a node (GPUs: 2 asked, 1 there); ask for less"
    )


def test_a_refusal_counts_the_pods_of_every_service_those_of_a_rolling_change_included() -> None:
    claims = {"a": Claim(pod=room(1), replicas=1, surge=1), "b": Claim(pod=room(1), replicas=2)}
    assert refusal(claims, room(1), 4) is None
    assert refusal(claims, room(1), 3) == (
        "3 nodes of 1 GPU do not hold all pods, those of a rolling change included: "
        "'a' 2 pods of 1 GPU (1 of them surge), 'b' 2 pods of 1 GPU; "
        "allow more nodes, or fewer replicas or less surge"
    )


def test_large_pods_are_placed_before_small_ones_take_their_room() -> None:
    pods = [room(gpus=1, memory=memory) for memory in (2, 8, 2, 8)]
    assert fits(pods, room(gpus=8, memory=10), max_nodes=2)


@given(st.lists(rooms, max_size=5), rooms, st.integers(min_value=0, max_value=3))
def test_one_more_node_never_makes_pods_fit_worse(
    pods: list[Room], node: Room, max_nodes: int
) -> None:
    if fits(pods, node, max_nodes):
        assert fits(pods, node, max_nodes + 1)


@given(rooms, rooms)
def test_what_holds_leaves_nothing_negative(node: Room, pod: Room) -> None:
    left = node.without(pod)
    numbers = (left.gpus, left.cpu_millicores, left.memory_mib, left.disk_gib)
    assert node.holds(pod) is all(number >= 0 for number in numbers)


@pytest.mark.parametrize(
    ("pod", "said"),
    [
        (room(gpus=2), "GPUs: 2 asked, 1 there"),
        (room(cpu=5), "CPU (millicores): 5 asked, 1 there"),
        (room(memory=6), "memory (MiB): 6 asked, 1 there"),
        (room(disk=7), "disk (GiB): 7 asked, 1 there"),
    ],
    ids=["gpus", "cpu", "memory", "disk"],
)
def test_each_resource_that_is_short_is_named_with_both_numbers(pod: Room, said: str) -> None:
    assert room(1, 1, 1, 1).lacking(pod) == [said]


def test_an_image_lies_once_on_a_node_for_all_pods_of_all_services() -> None:
    node, pod, images = room(gpus=2, disk=40), room(gpus=1, disk=6), {"vllm": 27}
    claims = {name: Claim(pod=pod, replicas=1, images=images) for name in ("one", "two")}
    assert refusal(claims, node, max_nodes=1) is None
    other = {**claims, "two": Claim(pod=pod, replicas=1, images={"vllm_cpu": 7})}
    assert refusal(other, node, max_nodes=2) is None
    text = refusal(other, room(gpus=2, disk=39), max_nodes=2)
    assert text is not None
    assert "disk (GiB): 6 asked, 5 there, where images take 34 GiB of the disk" in text
