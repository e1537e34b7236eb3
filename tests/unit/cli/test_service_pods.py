"""What keeps a pod from answering, in one sentence."""

from typing import Any

import pytest
from hoheit_cli.service_pods import is_ready, obstacle
from support.served_models import pod

RUNNING = {"running": {"startedAt": "2026-11-26T10:00:20Z"}}


def status(name: str, **state: Any) -> dict[str, Any]:
    return {"name": name, "ready": False, **state}


CASES: dict[str, tuple[dict[str, Any], str]] = {
    "no room": (
        {
            "phase": "Pending",
            "conditions": [
                {"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available"}
            ],
        },
        "is not scheduled: 0/1 nodes are available",
    ),
    "no image": (
        {
            "containerStatuses": [
                status("vllm", state={"waiting": {"reason": "ErrImagePull", "message": "no such"}})
            ]
        },
        "container 'vllm': ErrImagePull: no such",
    ),
    "crash": (
        {
            "containerStatuses": [
                status(
                    "vllm",
                    state={"waiting": {"reason": "CrashLoopBackOff"}},
                    lastState={"terminated": {"exitCode": 137}},
                )
            ]
        },
        "container 'vllm': CrashLoopBackOff (ended with 137)",
    ),
    "weights on their way": (
        {
            "initContainerStatuses": [status("weights", state=RUNNING, started=True)],
            "containerStatuses": [status("vllm", state={"waiting": {"reason": "PodInitializing"}})],
        },
        "container 'weights' is at work",
    ),
    "weights that are wrong": (
        {
            "initContainerStatuses": [status("weights", state={"terminated": {"exitCode": 2}})],
            "containerStatuses": [status("vllm", state={"waiting": {"reason": "PodInitializing"}})],
        },
        "container 'weights' ended with 2",
    ),
    "gateway on its way": (
        {
            "initContainerStatuses": [status("gateway", started=False, state=RUNNING)],
            "containerStatuses": [status("vllm", state={"waiting": {"reason": "PodInitializing"}})],
        },
        "container 'gateway' runs and is not ready yet",
    ),
    "engine on its way": (
        {
            "initContainerStatuses": [
                status("weights", state={"terminated": {"exitCode": 0}}),
                # It is ready when the model is.
                status("gateway", started=True, state=RUNNING),
            ],
            "containerStatuses": [status("vllm", state=RUNNING)],
        },
        "container 'vllm' runs and is not ready yet",
    ),
    "new": ({"phase": "Pending"}, "is Pending"),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_a_pod_waits_for_is_said(case: str) -> None:
    given, said = CASES[case]
    late = pod(ready=False, **given)
    late["spec"]["initContainers"] = [
        {"name": "weights"},
        {"name": "gateway", "restartPolicy": "Always"},
    ]
    assert obstacle(late) == said


def test_a_pod_that_leaves_takes_no_more_questions() -> None:
    leaving = pod()
    assert is_ready(leaving)
    leaving["metadata"]["deletionTimestamp"] = "2026-11-26T10:02:00Z"
    assert not is_ready(leaving)
    assert obstacle(leaving) == "is being deleted"


def test_a_pod_that_nobody_has_looked_at_yet_is_not_ready() -> None:
    assert not is_ready({"metadata": {"name": "new"}})
