"""Model services, found in the state of a stack."""

import json
from pathlib import Path
from typing import Any

import pytest
from hoheit_cli.errors import UsageError
from hoheit_cli.served import Served, chosen, context_of, services_of
from support.served_models import export, service

RELEASES = sorted((Path(__file__).parents[2] / "releases").glob("*.json"))


def refusal(*services: Any, model: str | None = None) -> str:
    with pytest.raises(UsageError) as refused:
        chosen(services_of(export(*services)), model)
    return str(refused.value)


def test_a_service_is_found_with_address_key_models_and_context() -> None:
    assert services_of(export(service("small", "small", "poems"))) == [
        Served(
            name="small",
            namespace="models",
            port=8080,
            path="/v1",
            key_secret="small-api-keys",
            models=("small", "poems"),
            jobs=("small-weights",),
            context="lab",
        )
    ]


@pytest.mark.parametrize("file", RELEASES[1:], ids=lambda file: file.stem)
def test_the_state_that_a_release_wrote_leads_to_its_service(file: Path) -> None:
    (found,) = services_of(json.loads(file.read_text("utf-8")))
    assert (found.name, found.namespace, found.context) == ("mistral", "models", "lab")
    assert found.models == ("mistral-7b-awq",)


def test_the_only_model_needs_no_name() -> None:
    found, model = chosen(services_of(export(service())), None)
    assert (found.name, model) == ("small", "small")


def test_a_model_is_named_as_clients_name_it_or_by_its_service() -> None:
    services = services_of(export(service("one", "chat", "poems"), service("two", "code")))
    assert [
        (found.name, model)
        for found, model in (chosen(services, name) for name in ("poems", "code", "one"))
    ] == [("one", "poems"), ("two", "code"), ("one", "chat")]


def test_of_several_models_one_has_to_be_named() -> None:
    two = (service("one", "chat"), service("two", "code"))
    assert refusal(*two) == "there are several models; name one with --model: chat, code"
    assert refusal(*two, model="cod") == "--model: no model 'cod'; models: chat, code"


def test_a_name_that_two_services_serve_is_no_name() -> None:
    said = refusal(service("one", "chat"), service("two", "chat"), model="chat")
    assert said == "--model: 'chat' is served by one, two; name the service instead"


def test_a_stack_without_a_model_service_says_so() -> None:
    assert refusal().startswith("the stack has no model service")


def test_a_service_that_never_came_up_is_named() -> None:
    unfinished = service("late")
    unfinished[0]["outputs"] = {}
    assert refusal(unfinished) == "the last `pulumi up` did not finish late; run it again"
    assert services_of(export(unfinished, service()))[0].name == "small"


def test_an_output_that_the_program_encrypted_is_told_as_such() -> None:
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    said = refusal(service(url=secret))
    assert said.startswith("output 'url' of small is encrypted: the program made it a secret; ")
    assert "1b47" not in said


def test_a_context_that_the_state_does_not_tell_has_to_be_named() -> None:
    told = export(service())
    del told["deployment"]["resources"][0]["inputs"]["context"]
    (found,) = services_of(told)
    with pytest.raises(UsageError, match="name it with --context"):
        context_of(found, None)
    assert context_of(found, "other") == "other"
    assert context_of(services_of(export(service()))[0], None) == "lab"
