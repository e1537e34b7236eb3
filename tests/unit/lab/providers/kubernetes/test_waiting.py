import threading
import time
from typing import Any, cast

import pytest
from hoheit_lab.providers.errors import ProviderError
from hoheit_lab.providers.host import Severity
from hoheit_lab.providers.kubernetes.cluster import Cluster
from hoheit_lab.providers.kubernetes.readiness.verdict import READY, Verdict, failed, waiting
from hoheit_lab.providers.kubernetes.waiting import (
    NotReadyError,
    Patience,
    timeout_of,
    wait_until_ready,
)

LIVE: dict[str, Any] = {"kind": "Thing", "metadata": {"name": "x", "uid": "1"}}


class Host:
    def __init__(self) -> None:
        self.shown: list[str] = []

    def status(self, urn: str, message: str) -> None:
        del urn
        self.shown.append(message)

    def log(self, severity: Severity, urn: str, message: str) -> None:
        raise AssertionError((severity, urn, message))


class FakeCluster:
    """Reads the same object again and again."""

    def __init__(self, live: dict[str, Any] | None = LIVE) -> None:
        self.live = live

    def read(self, obj: dict[str, Any]) -> dict[str, Any] | None:
        del obj
        return self.live


def wait(
    *verdicts: Verdict,
    seconds: float = 5,
    cluster: FakeCluster | None = None,
    cancelled: threading.Event | None = None,
) -> list[str]:
    """Wait for a check that answers in this order, the last answer for ever; what was shown."""
    answers = list(verdicts)
    host = Host()

    def check(live: dict[str, Any], _: Cluster) -> Verdict:
        del live
        return answers.pop(0) if len(answers) > 1 else answers[0]

    patience = Patience(host, "urn", cancelled or threading.Event(), seconds)
    wait_until_ready(LIVE, check, cast(Cluster, cluster or FakeCluster()), patience)
    return host.shown


def test_progress_is_shown_once_per_step_and_cleared_at_the_end() -> None:
    shown = wait(waiting("1 of 2"), waiting("1 of 2"), waiting("2 of 2", ["why", "more"]), READY)

    assert shown == ["Thing x: 1 of 2", "Thing x: 2 of 2; why", ""]


def test_an_object_that_is_ready_at_once_shows_nothing() -> None:
    assert wait(READY) == []


def test_too_late_is_told_with_what_was_missing_and_why() -> None:
    with pytest.raises(NotReadyError) as raised:
        wait(waiting("1 of 2", ["no room"]), seconds=0.2)

    assert raised.value.reasons == ["Thing x was not ready after 0.2 s: 1 of 2", "no room"]
    assert raised.value.live == LIVE


def test_a_failure_ends_the_wait_at_once() -> None:
    start = time.monotonic()
    with pytest.raises(NotReadyError) as raised:
        wait(failed("the work failed", ["exit code 1"]), seconds=60)

    assert raised.value.reasons == ["Thing x: the work failed", "exit code 1"]
    assert time.monotonic() - start < 5


def test_ctrl_c_ends_the_wait_promptly_with_a_sentence() -> None:
    cancelled = threading.Event()
    threading.Timer(0.3, cancelled.set).start()
    start = time.monotonic()

    with pytest.raises(NotReadyError, match="called off; `pulumi up` continues it"):
        wait(waiting("1 of 2"), seconds=60, cancelled=cancelled)

    assert time.monotonic() - start < 5


@pytest.mark.parametrize("live", [None, {"kind": "Thing", "metadata": {"name": "x", "uid": "2"}}])
def test_an_object_that_is_deleted_meanwhile_ends_the_wait(live: dict[str, Any] | None) -> None:
    with pytest.raises(NotReadyError, match="was deleted while waiting for it"):
        wait(waiting("1 of 2"), cluster=FakeCluster(live))


def test_the_resource_option_goes_before_the_annotation() -> None:
    inputs = {"metadata": {"annotations": {"pulumi.com/timeoutSeconds": "7"}}}

    assert timeout_of(inputs, 3) == 3
    assert timeout_of(inputs, 0) == 7
    assert timeout_of({}, 0) == 600


def test_a_timeout_that_is_no_number_is_refused() -> None:
    with pytest.raises(ProviderError, match="not seconds"):
        timeout_of({"metadata": {"annotations": {"pulumi.com/timeoutSeconds": "1m"}}}, 0)
