"""A question to an API, and everything that can happen to its answer."""

import select
import threading
from collections.abc import Iterator

import pytest
from hoheit_cli import chat_answer
from hoheit_cli.chat_answer import Api, Piece
from hoheit_cli.errors import UsageError
from support.chat_api import ChatApi, Handler, chat_api, saying

KEY = "a-key-that-nobody-may-see"


@pytest.fixture
def api() -> Iterator[ChatApi]:
    with chat_api(saying("Bei ", "dir.")) as running:
        yield running


def answer(api: ChatApi, max_tokens: int | None = None) -> Iterator[Piece]:
    return Api.at(api.url, KEY).answer("small", "Wo sind meine Daten?", max_tokens)


def refusal(api: ChatApi) -> str:
    with pytest.raises(UsageError) as refused:
        list(answer(api))
    assert KEY not in str(refused.value)
    return str(refused.value)


def test_the_pieces_of_an_answer_are_the_answer(api: ChatApi) -> None:
    assert "".join(piece.text for piece in answer(api)) == "Bei dir."


def test_a_piece_is_there_before_the_next_one_is_sent(api: ChatApi) -> None:
    seen = threading.Event()

    def wait_between(handler: Handler) -> None:
        handler.begin()
        handler.piece("Bei ")
        assert seen.wait(10)
        handler.piece("dir.")
        handler.end()

    api.answer = wait_between
    pieces = answer(api)
    assert next(pieces).text == "Bei "
    seen.set()
    assert [piece.text for piece in pieces] == ["dir."]


def test_the_question_goes_to_the_model_with_the_key_and_nothing_else(api: ChatApi) -> None:
    list(answer(api))
    assert api.paths == ["/v1/chat/completions"]
    question = {"role": "user", "content": "Wo sind meine Daten?"}
    assert api.asked == [{"model": "small", "messages": [question], "stream": True}]
    assert api.headers[0]["Authorization"] == f"Bearer {KEY}"
    list(answer(api, max_tokens=5))
    assert api.asked[1]["max_tokens"] == 5


def test_nobody_hangs_up_before_the_end_of_the_body(api: ChatApi) -> None:
    hung_up: list[object] = []

    def end_late(handler: Handler) -> None:
        handler.begin()
        handler.event("[DONE]")
        hung_up.extend(select.select([handler.connection], [], [], 0.3)[0])
        handler.wfile.write(b"0\r\n\r\n")

    api.answer = end_late
    list(answer(api))
    assert hung_up == []


def test_an_answer_that_was_cut_says_so(api: ChatApi) -> None:
    assert not any(piece.cut for piece in answer(api))
    api.answer = saying("Bei", finish="length")
    assert any(piece.cut for piece in answer(api))


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "closed"])
def test_a_connection_that_is_lost_in_the_middle_is_no_whole_answer(
    reset: bool, api: ChatApi
) -> None:
    def break_off(handler: Handler) -> None:
        handler.begin()
        handler.piece("Bei ")
        handler.break_off(reset=reset)

    api.answer = break_off
    assert refusal(api).startswith("the connection was lost in the middle, and what stands above")


def test_an_end_without_the_last_event_is_no_whole_answer(api: ChatApi) -> None:
    def end_early(handler: Handler) -> None:
        handler.begin()
        handler.piece("Bei ")
        handler.wfile.write(b"0\r\n\r\n")

    api.answer = end_early
    assert "lost in the middle" in refusal(api)


def test_a_server_that_falls_silent_is_not_waited_for_for_ever(
    api: ChatApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_answer, "SILENCE_SECONDS", 0.2)
    over = threading.Event()

    def fall_silent(handler: Handler) -> None:
        handler.begin()
        handler.piece("Bei ")
        over.wait(10)

    api.answer = fall_silent
    assert "lost in the middle, and what stands above is not the whole answer (timed out)" in (
        refusal(api)
    )
    over.set()


def test_an_error_in_the_middle_is_told_in_the_servers_words(api: ChatApi) -> None:
    def fail(handler: Handler) -> None:
        handler.begin()
        handler.piece("Bei ")
        handler.event('{"error": {"message": "EngineCore\\n died", "code": 500}}')
        handler.end()

    api.answer = fail
    assert refusal(api) == "the server broke the answer off: EngineCore died"


@pytest.mark.parametrize("event", ["{", "[1, 2]", '{"choices": [3]}', '{"choices": []}'])
def test_an_event_of_another_shape_never_ends_in_a_traceback(event: str, api: ChatApi) -> None:
    def strange(handler: Handler) -> None:
        handler.begin()
        handler.event(event)
        handler.end()

    api.answer = strange
    if event == "{":
        assert "an event is no JSON" in refusal(api)
    else:
        assert not any(piece.text for piece in answer(api))


@pytest.mark.parametrize(
    ("status", "document", "said"),
    [
        (
            401,
            {"error": {"message": "Incorrect API key, or none"}},
            "Incorrect API key, or none; t",
        ),
        (404, {"error": {"message": "There is no such method"}}, "does the service offer this rou"),
        (503, {"error": {"message": "not ready"}}, "not ready; the model is not ready, or its que"),
        (400, {"error": "too long"}, "answers 400, too long"),
        (500, ["nonsense"], "answers 500, Internal Server Error"),
    ],
)
def test_a_refusal_is_the_servers_words_and_a_way_out(
    status: int, document: object, said: str, api: ChatApi
) -> None:
    api.answer = lambda handler: handler.reply(status, document)
    told = refusal(api)
    assert told.startswith(f"/v1/chat/completions answers {status}, ")
    assert said in told


def test_a_key_does_not_follow_a_redirect(api: ChatApi) -> None:
    with chat_api(saying("stolen")) as elsewhere:
        api.answer = lambda handler: handler.reply(307, {}, Location=elsewhere.url)
        assert "answers 307" in refusal(api)
        assert elsewhere.paths == []


def test_nobody_who_listens_is_told_with_host_and_reason() -> None:
    with chat_api(saying()) as gone:
        pass
    assert refusal(gone).startswith("no answer from 127.0.0.1: [Errno 111] Connection refused; ")


def test_the_models_of_an_api_are_listed(api: ChatApi) -> None:
    api.models = ["small", "large"]
    assert Api.at(api.url, None).models() == ["small", "large"]
    assert "Authorization" not in api.headers[0]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("llm.example.internal", "no URL of an API; write https://"),
        ("ftp://llm.example.internal/v1", "no URL of an API"),
        ("https://", "no URL of an API"),
        ("https://llm:99999/v1", "Port out of range"),
        ("https://user:secret@llm/v1", "host and path only; a key is taken from --key-file or"),
        ("https://llm/v1?key=secret", "host and path only"),
    ],
)
def test_a_base_url_that_is_none_is_refused_without_what_stands_in_it(url: str, said: str) -> None:
    with pytest.raises(UsageError) as refused:
        Api.at(url, None)
    assert str(refused.value).startswith(f"--base-url: {said}")
    assert "secret" not in str(refused.value)


def test_a_traceback_that_shows_the_api_does_not_show_the_key() -> None:
    assert KEY not in repr(Api.at("https://llm.example.internal/v1", KEY))


def test_a_base_url_keeps_its_scheme_port_and_path() -> None:
    found = Api.at("https://llm.example.internal:8443/team/v1/", KEY)
    assert (found.https, found.host, found.port) == (True, "llm.example.internal", 8443)
    assert found.path == "/team/v1"
