"""Adapters on the real vLLM; one that does not fit is refused by us first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from serving.vllm.client import CHAT
from serving.vllm.model import NAME

if TYPE_CHECKING:
    from serving.vllm.pod import Pod

ADAPTER = "adapter-rank-8"


def test_the_list_of_models_names_the_adapter_beside_its_base(pod: Pod) -> None:
    assert sorted(pod.api.models()) == sorted([NAME, ADAPTER])


def test_an_adapter_answers_and_not_as_its_base_does(pod: Pod) -> None:
    base, adapted = (pod.api.complete(one) for one in (NAME, ADAPTER))

    assert adapted
    assert adapted != base


def test_an_adapter_answers_a_chat(pod: Pod) -> None:
    question = {"model": ADAPTER, "messages": [{"role": "user", "content": "Wer bist du?"}]}

    answer = pod.api.post(CHAT, {**question, "max_tokens": 4})

    assert answer.status == 200, answer.text
    assert answer.json["model"] == ADAPTER


@pytest.mark.parametrize("route", ["/v1/load_lora_adapter", "/v1/unload_lora_adapter"])
def test_nobody_changes_adapters_while_the_server_runs(pod: Pod, route: str) -> None:
    asked = {"lora_name": ADAPTER, "lora_path": "/tmp/other"}  # noqa: S108 - a path of the pod

    assert pod.api.post(route, asked).status == 404
    assert pod.inside.post(route, asked).status == 404
    assert ADAPTER in pod.api.models()
