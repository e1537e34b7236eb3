"""AI-05: where models come from when a container starts."""

from typing import Any

import pytest
from hoheit_policy import Gap, Verdict
from support import residency as r

VLLM = f"registry.example.com/vllm/vllm-openai@{r.DIGEST}"
OFFLINE = {"HF_HUB_OFFLINE": "1"}
HUB = {"huggingface.co": r.location("US", "US", "Hugging Face")}


def runs(image: str = VLLM, env: Any = None, **fields: Any) -> Any:
    variables = [{"name": name, "value": value} for name, value in (env or {}).items()]
    return r.workload(r.pod(r.container(image, env=variables, **fields)))


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"args": ["--model", "/weights"]}, Verdict.PASS),
        ({"args": ["--model=/weights"]}, Verdict.PASS),
        ({"args": ["/weights", "--port", "8000"]}, Verdict.PASS),
        ({"command": ["vllm", "serve", "/weights"]}, Verdict.PASS),
        ({"args": ["--model", "mistralai/Mistral-7B"]}, Verdict.FAIL),
        ({"args": ["--model=mistralai/Mistral-7B"]}, Verdict.FAIL),
        ({"args": ["mistralai/Mistral-7B", "--port", "8000"]}, Verdict.FAIL),
        ({"command": ["vllm", "serve"], "args": ["mistralai/Mistral-7B"]}, Verdict.FAIL),
        ({"args": ["--model", "/weights", "--model", "a/b"]}, Verdict.FAIL),
        ({"args": ["--model", "/weights", "--tokenizer", "a/b"]}, Verdict.FAIL),
        ({"args": ["--model", "hf://a/b"]}, Verdict.FAIL),
        ({"args": ["--port", "8000"]}, Verdict.FAIL),
        ({}, Verdict.FAIL),
        ({"command": ["sh", "-c", "vllm serve a/b"]}, Verdict.UNKNOWN),
        ({"args": ["--model", Gap.UNKNOWN]}, Verdict.UNKNOWN),
        ({"args": Gap.SECRET}, Verdict.UNKNOWN),
    ],
)
def test_a_path_is_no_name_on_a_hub(fields: dict[str, Any], verdict: Verdict) -> None:
    assert r.worst("AI-05", runs(**fields)) is verdict


@pytest.mark.parametrize(
    ("env", "verdict"),
    [
        (OFFLINE, Verdict.PASS),
        ({"HF_HUB_OFFLINE": "True"}, Verdict.PASS),
        ({"TRANSFORMERS_OFFLINE": "1"}, Verdict.PASS),
        ({"HF_HUB_OFFLINE": "0"}, Verdict.FAIL),
        ({"HF_HUB_OFFLINE": "False"}, Verdict.FAIL),
        ({"hf_hub_offline": "1"}, Verdict.FAIL),
        ({"HF_HUB_OFFLINE": Gap.UNKNOWN}, Verdict.FAIL),
        ({"HF_ENDPOINT": "https://hub.example.org"}, Verdict.FAIL),
        ({"HF_ENDPOINT": "http://hub.models.svc"}, Verdict.PASS),
        ({"HF_ENDPOINT": "https://objects.example.com"}, Verdict.PASS),
        ({"HF_ENDPOINT": "https://objects.example.com@hub.example.org"}, Verdict.FAIL),
        ({"HF_ENDPOINT": Gap.UNKNOWN}, Verdict.UNKNOWN),
        ({**OFFLINE, "VLLM_USE_MODELSCOPE": "True"}, Verdict.FAIL),
        ({**OFFLINE, "VLLM_USE_MODELSCOPE": "false"}, Verdict.PASS),
        ({**OFFLINE, "VLLM_USE_MODELSCOPE": Gap.SECRET}, Verdict.UNKNOWN),
    ],
)
def test_a_name_needs_a_hub_that_is_off_or_declared(env: Any, verdict: Verdict) -> None:
    assert r.worst("AI-05", runs(args=["--model", "a/b"], env=env)) is verdict


def test_a_declared_hub_may_be_fetched_from() -> None:
    found = runs(args=["--model", "a/b"])
    assert r.worst("AI-05", found, endpoints=HUB) is Verdict.PASS
    contact = {"host": "huggingface.co", "port": 443, "when": "start"}
    assert r.worst("AI-05", found, r.component(egress=[contact])) is Verdict.PASS


def test_variables_that_nobody_sees_may_turn_the_hub_off() -> None:
    hidden = [{"configMapRef": {"name": "elsewhere"}}]
    assert r.worst("AI-05", runs(args=["a/b"], envFrom=hidden)) is Verdict.UNKNOWN


@pytest.mark.parametrize("name", ["HF_TOKEN", "HF_ENDPOINT"])
def test_a_token_or_an_address_of_a_hub_in_any_container_leads_to_it(name: str) -> None:
    own = "registry.example.com/own/thing:1"
    assert r.worst("AI-05", runs(own, {name: "https://huggingface.co"})) is Verdict.FAIL
    assert r.worst("AI-05", runs(own, {name: "https://huggingface.co"}), endpoints=HUB) is (
        Verdict.PASS
    )
    assert r.worst("AI-05", runs(own)) is Verdict.NOT_APPLICABLE


def test_a_model_of_a_hub_in_a_custom_resource_is_found() -> None:
    spec = {"spec": {"predictor": {"model": {"storageUri": "hf://a/b"}}}}
    found = r.kubernetes("serving.kserve.io/v1beta1:InferenceService", spec)
    assert r.worst("AI-05", found) is Verdict.FAIL
    assert r.worst("AI-05", found, endpoints=HUB) is Verdict.PASS


def test_a_token_is_not_printed() -> None:
    assert "hunter2" not in r.messages("AI-05", runs(env={"HF_TOKEN": "hunter2"}))
