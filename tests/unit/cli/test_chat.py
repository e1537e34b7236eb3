"""`hoheit chat` as people type it, with a kubectl and a model that answer as a test wants."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hoheit_cli import main
from hoheit_cli.chat import shown
from support.chat_api import ChatApi, Handler, chat_api, saying
from support.kubectl_double import KubectlDouble
from support.served_models import (
    KEY,
    export,
    key_secret,
    kubernetes_service,
    node,
    pod,
    service,
)

QUESTION = "Wo sind meine Daten?"
Chat = Callable[..., tuple[str, str]]


@pytest.fixture
def api() -> Iterator[ChatApi]:
    with chat_api(saying("Bei ", "dir.")) as running:
        yield running


@pytest.fixture
def kubectl(tmp_path: Path, api: ChatApi, monkeypatch: pytest.MonkeyPatch) -> KubectlDouble:
    """A cluster in which one model answers."""
    double = KubectlDouble.on_path(tmp_path, monkeypatch)
    double.answers("service", kubernetes_service())
    double.answers("pods", pod())
    double.answers("nodes", node())
    double.answers("secret", key_secret())
    double.forwards_to(api.port)
    return double


@pytest.fixture
def chat(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Chat:
    """The command on a state; gives what it printed."""

    def run(*words: str, status: int = 0, state: Any = None) -> tuple[str, str]:
        file = tmp_path / "export.json"
        file.write_text(json.dumps(state or export(service())))
        source = () if "--base-url" in words else ("--state", str(file))
        ended = main.main(["chat", *source, *words])
        printed = capsys.readouterr()
        assert ended == status, printed
        assert KEY not in printed.out + printed.err
        return printed.out, printed.err

    return run


def refusal(chat: Chat, *words: str) -> str:
    out, told = chat(*words, status=main.USAGE)
    assert out == ""
    assert len(told.splitlines()) == 1
    return told.removeprefix("error: ").removesuffix("\n")


def test_a_model_of_a_stack_answers(chat: Chat, kubectl: KubectlDouble, api: ChatApi) -> None:
    assert chat(QUESTION) == ("Bei dir.\n", "")
    assert api.asked[0]["messages"][0]["content"] == QUESTION
    assert api.headers[0]["Authorization"] == f"Bearer {KEY}"
    (way,) = [words for words in kubectl.asked if "port-forward" in words]
    assert way == [
        *("--context=lab", "port-forward", "--namespace=models", "--address=127.0.0.1"),
        *("pod/small-server-1", ":8080"),
    ]


def test_no_program_is_told_the_key(chat: Chat, kubectl: KubectlDouble) -> None:
    chat(QUESTION)
    assert KEY not in str(kubectl.asked)


def test_every_call_goes_to_the_context_that_was_named(chat: Chat, kubectl: KubectlDouble) -> None:
    chat("--context", "other", "--kubeconfig", "/some/file", QUESTION)
    assert kubectl.asked
    for words in kubectl.asked:
        assert words[:2] == ["--kubeconfig=/some/file", "--context=other"]


def test_the_question_may_come_from_standard_input(
    chat: Chat, kubectl: KubectlDouble, api: ChatApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kubectl
    monkeypatch.setattr("sys.stdin", io.StringIO("Zeile 1\nZeile 2\n"))
    chat("-")
    assert api.asked[0]["messages"][0]["content"] == "Zeile 1\nZeile 2\n"


def test_the_time_to_the_first_token_is_printed_beside_the_answer(
    chat: Chat, kubectl: KubectlDouble
) -> None:
    assert kubectl
    out, told = chat("--time", QUESTION)
    assert out == "Bei dir.\n"
    assert told.startswith("first token after 0.")


def test_what_a_terminal_would_act_on_is_not_shown() -> None:
    assert shown("a\x1b[2Jb\u202ec") == "a\ufffd[2Jb\ufffdc"
    harmless = "Größe:\t1\u202f000 €\n- 👩\u200d💻\n"
    assert shown(harmless) == harmless


def test_a_lost_connection_leaves_the_pieces_and_says_that_they_are_not_all(
    chat: Chat, kubectl: KubectlDouble, api: ChatApi
) -> None:
    assert kubectl

    def break_off(handler: Handler) -> None:
        handler.begin()
        handler.piece("Bei ")
        handler.break_off(reset=False)

    api.answer = break_off
    out, told = chat(QUESTION, status=main.USAGE)
    assert out == "Bei \n"
    assert told.startswith("error: the connection was lost in the middle")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (saying(finish="length"), "the model answered nothing\nthe answer ends at its largest"),
        (saying("Bei", finish="length"), "the answer ends at its largest length; --max-tokens"),
    ],
)
def test_an_answer_that_is_not_all_is_told(
    answer: Any, said: str, chat: Chat, kubectl: KubectlDouble, api: ChatApi
) -> None:
    assert kubectl
    api.answer = answer
    assert chat(QUESTION)[1].startswith(said)


# What is in the way


def test_simulated_pods_answer_nobody(chat: Chat, kubectl: KubectlDouble, api: ChatApi) -> None:
    kubectl.answers("nodes", node(**{"kwok.x-k8s.io/node": "fake"}))
    assert refusal(chat, QUESTION).startswith(
        "pods of 'small' are SIMULATED: node lab-real-0 is only an object, no container runs on it"
    )
    assert api.asked == []


def test_a_real_pod_answers_beside_a_simulated_one(chat: Chat, kubectl: KubectlDouble) -> None:
    other = pod("small-server-0")
    other["spec"]["nodeName"] = "simulated"
    kubectl.answers("pods", other, pod())
    kubectl.answers("nodes", node("simulated", **{"kwok.x-k8s.io/node": "fake"}), node())
    assert chat(QUESTION)[0] == "Bei dir.\n"
    assert "pod/small-server-1" in str(kubectl.asked)


def test_who_may_not_read_nodes_may_ask_all_the_same(chat: Chat, kubectl: KubectlDouble) -> None:
    kubectl.answers("nodes", refused="Error from server (Forbidden): nodes is forbidden")
    assert chat(QUESTION)[0] == "Bei dir.\n"


def test_a_model_that_is_not_ready_is_told_with_pod_and_reason(
    chat: Chat, kubectl: KubectlDouble
) -> None:
    waiting = {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off\npulling image"}}
    late = pod(ready=False, containerStatuses=[{"name": "vllm", "ready": False, "state": waiting}])
    done = pod("small-weights-job-1", ready=False, phase="Succeeded")
    kubectl.answers("pods", late, done)
    assert refusal(chat, QUESTION) == (
        "'small' is not ready: pod small-server-1: container 'vllm': ImagePullBackOff: Back-off "
        "pulling image"
    )


def test_a_model_without_pods_is_told(chat: Chat, kubectl: KubectlDouble) -> None:
    kubectl.answers("pods")
    assert refusal(chat, QUESTION).startswith("'small' has no pod in namespace models; look at it")


def test_a_ready_pod_that_clients_do_not_come_to_is_not_asked(
    chat: Chat, kubectl: KubectlDouble
) -> None:
    behind = pod()
    kubectl.answers("service", {**kubernetes_service(), "spec": {"selector": {"of": "routers"}}})
    kubectl.answers("pods", behind)
    assert "'small' has no pod" in refusal(chat, QUESTION)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("secret", "the key of 'small' cannot be read: (Forbidden): not yours; ask for the right "),
        ("pods", "the pods of 'small' cannot be read: (Forbidden): not yours"),
        ("service", "the Service 'small' cannot be read: (Forbidden): not yours"),
        ("/version", "cluster.context: no answer from the cluster of context 'lab': (Forbidden): "),
        ("port-forward", "no way to pod small-server-1 through the API server: Error from server "),
    ],
)
def test_what_the_cluster_refuses_is_told_in_its_words(
    asked: str, said: str, chat: Chat, kubectl: KubectlDouble
) -> None:
    kubectl.answers(asked, refused="Error from server (Forbidden): not yours")
    assert refusal(chat, QUESTION).startswith(said)


def test_a_way_that_never_opens_is_not_waited_for_for_ever(
    chat: Chat, kubectl: KubectlDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoheit_cli.port_forward._SECONDS", 0.5)
    kubectl.answers("port-forward", text="")
    assert refusal(chat, QUESTION).endswith("through the API server: no answer within 0.5 s")


@pytest.mark.parametrize(
    ("keys", "words", "said"),
    [
        ({"web": "w", "batch": "b"}, (), "--client: name one of batch, web, as Secret 'small-api"),
        ({"default": "d"}, ("--client", "web"), "--client: name one of default, as Secret"),
        ({"default": ""}, (), "Secret 'small-api-keys' in namespace models holds no key: one lin"),
    ],
)
def test_a_key_that_is_not_there_is_told_by_the_names_that_are(
    keys: dict[str, str], words: tuple[str, ...], said: str, chat: Chat, kubectl: KubectlDouble
) -> None:
    kubectl.answers("secret", key_secret(**keys))
    assert refusal(chat, *words, QUESTION).startswith(said)


def test_the_key_of_a_named_client_is_taken(
    chat: Chat, kubectl: KubectlDouble, api: ChatApi
) -> None:
    kubectl.answers("secret", key_secret(web="key-of-web", batch="key-of-batch"))
    chat("--client", "batch", QUESTION)
    assert api.headers[0]["Authorization"] == "Bearer key-of-batch"


def test_a_state_and_a_cluster_that_do_not_go_together_are_told(
    chat: Chat, kubectl: KubectlDouble
) -> None:
    kubectl.answers("service")
    assert refusal(chat, QUESTION).startswith("there is no Service 'small' in namespace models, th")
    kubectl.answers("service", kubernetes_service())
    kubectl.answers("secret")
    assert refusal(chat, QUESTION).startswith("there is no Secret 'small-api-keys' in namespace m")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("",), "the question is empty"),
        (("--max-tokens", "0", QUESTION), "--max-tokens: 0, but an answer has 1 or more"),
        (("--key-file", "key", QUESTION), "--key-file: goes with --base-url only"),
        (("--model", "large", QUESTION), "--model: no model 'large'; models: small"),
    ],
)
def test_a_wrong_option_is_told_before_anything_is_asked(
    words: tuple[str, ...], said: str, chat: Chat, kubectl: KubectlDouble
) -> None:
    assert refusal(chat, *words).startswith(said)
    assert not (kubectl.folder / "asked").exists()


# An API of its own address


def test_an_api_at_an_address_answers_with_the_key_of_the_environment(
    chat: Chat, api: ChatApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOHEIT_API_KEY", KEY)
    assert chat("--base-url", api.url, QUESTION) == ("Bei dir.\n", "")
    assert api.headers[-1]["Authorization"] == f"Bearer {KEY}"
    assert api.asked[0]["model"] == "small"


def test_the_key_of_an_api_may_lie_in_a_file(chat: Chat, api: ChatApi, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{KEY}\n")
    chat("--base-url", api.url, "--key-file", str(file), QUESTION)
    assert api.headers[-1]["Authorization"] == f"Bearer {KEY}"
    file.write_text("two words\nand two lines")
    said = refusal(chat, "--base-url", api.url, "--key-file", str(file), QUESTION)
    assert said == f"{file} holds no key: one line of letters, digits and signs is one"


def test_of_several_models_at_an_address_one_has_to_be_named(chat: Chat, api: ChatApi) -> None:
    api.models = ["small", "large"]
    said = refusal(chat, "--base-url", api.url, QUESTION)
    assert said == "name one with --model: there are small, large"
    assert chat("--base-url", api.url, "--model", "large", QUESTION)[0] == "Bei dir.\n"


def test_options_of_a_cluster_mean_nothing_to_an_address(chat: Chat, api: ChatApi) -> None:
    said = refusal(chat, "--base-url", api.url, "--context", "lab", QUESTION)
    assert said == "--context: goes with --stack or --state only; leave it out"
