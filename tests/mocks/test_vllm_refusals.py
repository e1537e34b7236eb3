"""What a model service refuses before anything is made, and in which words."""

import re
from typing import Any

import pulumi
import pytest
from hoheit import VllmService, VllmServiceArgs
from hoheit_facts import IMAGE_SIZES
from support import components, samples
from support.monitor import run
from support.served import refusal


def test_a_model_too_large_for_its_gpus_is_refused_by_name() -> None:
    text = refusal(weights=samples.hub_weights(size_gib=40))
    assert text.startswith("VllmService 'mistral': weights: 40.00 GiB on each L4")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"gpus": 2}, "GPUs: 2 asked, 1 there"),
        ({"cpu_millicores": 8000}, "CPU (millicores): 8100 asked, 4000 there"),
        ({"memory_mib": 16384}, "memory (MiB): 16512 asked, 14000 there"),
    ],
    ids=["gpus", "cpu", "memory"],
)
def test_a_pod_that_fits_on_no_node_is_refused_with_both_numbers(
    changes: dict[str, Any], said: str
) -> None:
    assert said in refusal(**changes)


def test_weights_and_caches_that_no_disk_holds_are_refused_with_both_numbers() -> None:
    image = IMAGE_SIZES["vllm"].unpacked_gib
    said = rf"disk \(GiB\): 17 asked, 16 there, where images take {image} GiB of the disk"
    with pytest.raises(pulumi.RunError, match=said):
        run(lambda: components.service(on=components.pool(disk_gib=16 + image)))


def test_more_replicas_than_nodes_are_refused_with_a_way_out() -> None:
    text = refusal(replicas=3)
    assert text.startswith("GpuNodePool 'l4': 2 nodes of 1 GPU do not hold all pods")
    assert "'mistral' 3 pods of 1 GPU" in text
    assert "fewer replicas" in text


def test_pods_of_a_rolling_change_count_too() -> None:
    assert "'mistral' 3 pods" in refusal(replicas=2, surge=1)


@pytest.mark.parametrize("preview", [True, False], ids=["preview", "update"])
def test_two_services_that_fit_alone_but_not_together_are_refused(preview: bool) -> None:
    def program(first: int, second: int) -> None:
        on = components.pool()
        for name, replicas in (("first", first), ("second", second)):
            if replicas:
                components.service(name, on=on, replicas=replicas)

    for alone in ((2, 0), (0, 2), (1, 1)):
        run(lambda: program(*alone), preview=preview)  # noqa: B023 - called at once
    with pytest.raises(pulumi.RunError) as refused:
        run(lambda: program(2, 1), preview=preview)
    assert "'first' 2 pods of 1 GPU, 'second' 1 pods of 1 GPU" in str(refused.value)


def test_two_services_of_one_name_on_one_pool_are_refused() -> None:
    def program() -> None:
        on = components.pool()
        components.service(on=on)
        components.service(on=on)

    with pytest.raises(pulumi.RunError, match=r"a service 'mistral' has its room already; give"):
        run(program)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"hub": None}, "weights.repository: fetched from hub, which is missing"),
        ({"object_store": None}, "weights: server pods take these from object_store"),
        (
            {"weights": samples.stored_weights("s3://elsewhere/x")},
            "weights.uri: must lie in the object store's bucket, s3://models/",
        ),
        (
            {"weights": samples.stored_weights("s3://models-of-others/x")},
            "weights.uri: must lie in the object store's bucket, s3://models/",
        ),
        ({"namespace": 5}, "namespace: Input should be a valid string"),
        ({"replicas": pulumi.Output.from_input(2)}, "replicas: is an Output, which is known only"),
    ],
)
def test_means_that_are_missing_are_refused_by_their_field(
    changes: dict[str, Any], said: str
) -> None:
    def program() -> None:
        args = components.mapping(components.service_args(components.pool()))
        VllmService("mistral", {**args, **changes})  # pyright: ignore[reportArgumentType]

    with pytest.raises(pulumi.RunError, match=r"VllmService 'mistral' is not valid") as refused:
        run(program)
    assert f"  {said}" in str(refused.value)


def test_settings_without_their_means_are_refused_without_a_stack_trace() -> None:
    def program() -> None:
        VllmServiceArgs.of(
            samples.settings(), pool=components.pool(), namespace="a", images=samples.images()
        )

    with pytest.raises(pulumi.RunError, match="weights: server pods take these from object_store"):
        run(program)


@pytest.mark.parametrize("name", ["Mistral", "a" * 41, "-a", "a_b", ""])
def test_a_name_that_no_service_could_have_is_refused(name: str) -> None:
    with pytest.raises(pulumi.RunError, match=re.escape(f"VllmService '{name}' is not valid")):
        run(lambda: components.service(name))
