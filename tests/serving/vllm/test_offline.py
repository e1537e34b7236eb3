"""The running server needs nobody, and asks for nobody.

Every pod of these tests is cut off from all networks; these tests show that it is so, and that the
server, which came up and answers all the same, never tried.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from serving.vllm.model import NAME
from serving.vllm.pod import ENGINE

if TYPE_CHECKING:
    from serving.vllm.pod import Pod

PHONE_HOME = (
    "from vllm.usage.usage_lib import UsageContext, UsageMessage, is_usage_stats_enabled\n"
    "print(is_usage_stats_enabled())\n"
    "if is_usage_stats_enabled():\n"
    "    UsageMessage()._send_to_server({})\n"
)
"""What vLLM's own reporter thread does (vLLM 0.32.0 wheel: vllm/usage/usage_lib.py)."""


def test_a_server_with_every_cable_pulled_starts_and_answers(pod: Pod) -> None:
    assert pod.network.interfaces == ["lo"]
    assert pod.network.routes == []

    assert pod.api.complete(NAME)


def test_whoever_asks_for_a_name_in_a_pod_is_written_down(pod: Pod) -> None:
    name = "hub.example.invalid"

    with pod.network.asking() as asked:
        pod.engine.execute(["getent", "hosts", name], 60)

    assert asked == {name}


def test_the_server_has_asked_for_no_name(pod: Pod) -> None:
    assert pod.network.names.asked == set()


def test_the_rendered_environment_stops_vllms_usage_statistics(pod: Pod) -> None:
    told = pod.engine.execute(["python3", "-c", PHONE_HOME], 200)

    assert told.stdout.splitlines()[-1:] == ["False"], told.stderr


def test_without_it_they_would_have_been_sent(pod: Pod) -> None:
    unsilenced = ["env", "-u", "VLLM_NO_USAGE_STATS", "-u", "DO_NOT_TRACK", "-u", "HF_HUB_OFFLINE"]

    with pod.network.asking() as asked:
        told = pod.engine.execute([*unsilenced, "python3", "-c", PHONE_HOME], 200)

    assert told.stdout.splitlines()[-1:] == ["True"], told.stderr
    assert any("vllm.ai" in name for name in asked)


def test_no_file_of_usage_statistics_is_kept(pod: Pod) -> None:
    home = pod.rendered.volume("home")
    kept = {str(file.relative_to(home)) for file in home.rglob("*") if file.is_file()}

    assert not [file for file in kept if "usage" in file]
    assert pod.rendered.environment(pod.rendered.container(ENGINE))["HOME"] == "/home/vllm"
