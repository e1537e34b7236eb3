"""An adapter of a rank that was not declared: our sentence comes first, and vLLM agrees."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hoheit import InvalidArgsError
from serving.vllm.container import wait_while_running
from serving.vllm.pod import START_SECONDS
from serving.vllm.service import Service, service_of
from support import samples

if TYPE_CHECKING:
    from serving.vllm.conftest import Fetched, Prepare
    from serving.vllm.model import Model
    from serving.weights.programs import Store

ADAPTER = "adapter-rank-32"


@pytest.fixture
def misdeclared(model: Model, store: Store, fetched: Fetched) -> Service:
    """A service of the same weights whose adapter is said to have rank 8, and has 32."""
    assert fetched.exits[-1] == 0
    return service_of(model, store, adapters=(model.adapter(ADAPTER, rank=8),))


def test_a_rank_that_vllm_cannot_serve_is_refused_in_preview(model: Model) -> None:
    with pytest.raises(InvalidArgsError, match="rank: 1024, and vLLM serves at most 512"):
        model.adapter(ADAPTER, rank=1024)


@pytest.mark.parametrize("flag", ["--max-lora-rank=8", f"--lora-modules={ADAPTER}=/models/other"])
def test_a_rank_cannot_be_forced_by_flags_either(flag: str) -> None:
    with pytest.raises(InvalidArgsError, match=r"unreviewed_args: .* is not yours to set"):
        samples.engine(unreviewed_args=(flag,))


def test_a_rank_that_was_not_declared_stops_the_pod_before_vllm_starts(
    prepare: Prepare, misdeclared: Service
) -> None:
    pod = prepare(misdeclared.server)

    with (
        pytest.raises(AssertionError, match=f"{ADAPTER}: .* has rank 32, and 8 was declared"),
        pod.starting(),
    ):
        pass

    assert "vllm" not in pod.processes


def test_vllm_refuses_the_same_adapter_where_nobody_checked_it(
    prepare: Prepare, misdeclared: Service
) -> None:
    pod = prepare(misdeclared.server)

    with pod.starting(without=("adapters",)):
        for _ in wait_while_running(pod.gateway, START_SECONDS, "vLLM does not end"):
            assert not pod.probe("gateway", "readinessProbe")
            if not pod.engine.is_running:
                break

        assert pod.engine.wait(0) != 0
        assert "LoRA rank 32 is greater than max_lora_rank 8" in pod.engine.log
