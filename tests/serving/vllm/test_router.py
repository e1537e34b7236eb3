"""The real router in front of two real servers, and then of one."""

from __future__ import annotations

import signal
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from serving.vllm.client import MODELS
from serving.vllm.model import NAME
from serving.vllm.service import service_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from serving.vllm.conftest import Fetched, Prepare
    from serving.vllm.model import Model
    from serving.vllm.pod import Pod
    from serving.weights.programs import Store

REQUESTS = 12


@dataclass(frozen=True)
class Routed:
    router: Pod
    servers: list[Pod]

    def answered(self) -> list[float]:
        """How many requests each server has finished, warm-up included."""
        return [server.finished_requests() for server in self.servers]


@pytest.fixture(scope="module")
def routed(prepare: Prepare, model: Model, store: Store, fetched: Fetched) -> Iterator[Routed]:
    """Two servers and a router, with cables from the router to each, and no other."""
    assert fetched.exits[-1] == 0
    service = service_of(model, store, replicas=2, router={"replicas": 1})
    router, *servers = [prepare(service.router), prepare(service.server), prepare(service.server)]
    with ExitStack() as stack:
        for server in servers:
            stack.enter_context(server.starting())
        for number, server in enumerate(servers, start=1):
            server.wait_until_ready()
            router.network.names.addresses.append(router.network.link(server.network, number))
        stack.enter_context(router.running())
        yield Routed(router, servers)


def ask(router: Pod, count: int) -> list[str]:
    """Send different requests at the same time."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(lambda one: router.api.complete(NAME, f"{one} Daten"), range(count)))


def test_requests_are_spread_over_both_servers(routed: Routed) -> None:
    before = routed.answered()

    ask(routed.router, REQUESTS)

    grown = [after - one for after, one in zip(routed.answered(), before, strict=True)]
    assert sum(grown) == REQUESTS
    assert min(grown) > 0


def test_a_request_gets_the_same_answer_from_whichever_server(routed: Routed) -> None:
    assert len({routed.router.api.complete(NAME) for _ in range(4)}) == 1


def test_a_server_is_not_opened_by_the_key_of_a_client(routed: Routed) -> None:
    assert routed.router.api.get(MODELS).status == 200

    assert [server.api.get(MODELS).status for server in routed.servers] == [401, 401]


def test_the_death_of_a_server_costs_no_request_that_comes_after_it(routed: Routed) -> None:
    dead, alive = routed.servers
    for process in dead.processes.values():
        process.signal(signal.SIGKILL)
        process.wait(10)
    before = alive.finished_requests()

    answers = ask(routed.router, REQUESTS)

    assert len(answers) == REQUESTS
    assert alive.finished_requests() == before + REQUESTS
