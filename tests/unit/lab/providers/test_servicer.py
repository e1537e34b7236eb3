from collections.abc import Iterator

import grpc
import pytest
from google.protobuf import empty_pb2
from hoheit_lab.providers.errors import PartialFailureError, ProviderError
from hoheit_lab.providers.marks import UNKNOWN, Secret
from hoheit_lab.providers.provider import Provider
from hoheit_lab.providers.requests import (
    Change,
    CheckFailure,
    CheckRequest,
    CheckResult,
    CreateRequest,
    CreateResult,
    DiffRequest,
    DiffResult,
    Naming,
    Properties,
)
from hoheit_lab.providers.values import from_struct, to_struct
from pulumi.runtime.proto import provider_pb2
from support.standin import Refused, StandIn, serving

TOKEN = "fake:index:Thing"


class Fake(Provider):
    """Answers each call by what the inputs ask for."""

    package = "fake"
    version = "1.2.3"

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[CheckRequest | CreateRequest | DiffRequest] = []
        self.cancelled = False

    def check(self, request: CheckRequest) -> CheckResult:
        self.seen.append(request)
        wrong = [CheckFailure("a.b", "is wrong")] if request.news.get("wrong") else []
        return CheckResult(request.news, wrong)

    def diff(self, request: DiffRequest) -> DiffResult:
        self.seen.append(request)
        return DiffResult({"a": Change.UPDATE, "b": Change.ADD_REPLACE}, True)

    def create(self, request: CreateRequest) -> CreateResult:
        self.seen.append(request)
        outcome = request.inputs.get("outcome")
        if outcome == "refused":
            raise ProviderError("no, because")
        if outcome == "defect":
            raise KeyError("hunter2")
        if outcome == "half":
            outputs: Properties = {"x": 1, "s": Secret("t")}
            raise PartialFailureError(["why", "more"], object_id="id-1", outputs=outputs)
        return CreateResult("id-1", request.inputs)

    def cancel(self) -> None:
        self.cancelled = True


@pytest.fixture
def provider() -> Fake:
    return Fake()


@pytest.fixture
def standin(provider: Fake) -> Iterator[StandIn]:
    with serving(provider) as served:
        yield served


def test_the_version_is_the_providers(standin: StandIn) -> None:
    assert standin.call("GetPluginInfo", empty_pb2.Empty()).version == "1.2.3"


def test_secrets_and_automatic_names_are_announced_in_the_handshake(standin: StandIn) -> None:
    answer = standin.call("Handshake", provider_pb2.ProviderHandshakeRequest(engine_address="x:1"))

    assert answer.accept_secrets
    assert answer.supports_autonaming_configuration


def test_previews_are_announced_when_configured(standin: StandIn) -> None:
    assert standin.call("Configure", provider_pb2.ConfigureRequest()).supportsPreview


def test_secret_and_unknown_inputs_reach_the_provider_marked(
    standin: StandIn, provider: Fake
) -> None:
    standin.check(TOKEN, "t", {"s": Secret("x"), "u": UNKNOWN})

    request = provider.seen[0]
    assert isinstance(request, CheckRequest)
    assert request.news == {"s": Secret("x"), "u": UNKNOWN}


def test_a_wrong_input_is_reported_with_its_path(standin: StandIn) -> None:
    with pytest.raises(Refused, match=r"a\.b: is wrong"):
        standin.check(TOKEN, "t", {"wrong": True})


def test_the_engines_naming_wish_reaches_the_provider(standin: StandIn, provider: Fake) -> None:
    wish = provider_pb2.CheckRequest.AutonamingOptions(
        proposed_name="thing-1", mode=provider_pb2.CheckRequest.AutonamingOptions.ENFORCE
    )
    standin.call("Check", provider_pb2.CheckRequest(news=to_struct({}), autonaming=wish))

    request = provider.seen[0]
    assert isinstance(request, CheckRequest)
    assert request.autonaming is not None
    assert request.autonaming.proposed_name == "thing-1"
    assert request.autonaming.mode is Naming.ENFORCE


def test_a_difference_carries_paths_and_replacements(standin: StandIn) -> None:
    resource = standin.create(TOKEN, "t", {})

    difference = standin.diff(resource, {"a": 1})

    assert difference.changes == {"a": "UPDATE", "b": "ADD_REPLACE"}
    assert difference.replaces == ["b"]
    assert difference.delete_before_replace


def test_a_resource_that_is_not_ready_comes_back_with_id_outputs_and_reasons(
    standin: StandIn,
) -> None:
    resource = standin.create(TOKEN, "t", {"outcome": "half"})

    assert resource.id == "id-1"
    assert resource.outputs == {"x": 1, "s": Secret("t")}
    assert resource.init_errors == ("why", "more")


def test_a_refusal_is_the_providers_own_sentence(standin: StandIn) -> None:
    with pytest.raises(Refused, match=r"^no, because$"):
        standin.create(TOKEN, "t", {"outcome": "refused"})


@pytest.mark.parametrize("outcome", ["refused", "defect"])
def test_no_failure_has_a_code_after_which_the_engine_distrusts_its_state(
    standin: StandIn, outcome: str
) -> None:
    request = provider_pb2.CreateRequest(type=TOKEN, properties=to_struct({"outcome": outcome}))

    with pytest.raises(grpc.RpcError) as raised:
        standin.stub.Create(request)

    distrusted = {grpc.StatusCode.UNKNOWN, grpc.StatusCode.INTERNAL, grpc.StatusCode.DATA_LOSS}
    assert raised.value.code() not in distrusted  # pyright: ignore[reportAttributeAccessIssue]


def test_a_defect_is_told_without_traceback_and_without_the_text_of_the_exception(
    standin: StandIn,
) -> None:
    with pytest.raises(Refused) as raised:
        standin.create(TOKEN, "t", {"outcome": "defect"})

    text = str(raised.value)
    assert "KeyError in test_servicer.py" in text
    assert "Traceback" not in text
    assert "hunter2" not in text


def test_what_the_provider_does_not_do_is_refused_with_the_official_plugin_named(
    standin: StandIn,
) -> None:
    with pytest.raises(Refused, match="the official fake plugin supports it"):
        standin.call("Invoke", provider_pb2.InvokeRequest(tok="fake:index:f"))
    with pytest.raises(Refused, match="fake:index:Component is not supported"):
        standin.call("Construct", provider_pb2.ConstructRequest(type="fake:index:Component"))


def test_a_missing_schema_is_explained(standin: StandIn) -> None:
    with pytest.raises(Refused, match="--generate-code=false"):
        standin.call("GetSchema", provider_pb2.GetSchemaRequest())


def test_ctrl_c_reaches_the_provider(standin: StandIn, provider: Fake) -> None:
    standin.cancel()

    assert provider.cancelled


def test_a_creation_in_a_preview_is_marked_so(standin: StandIn, provider: Fake) -> None:
    assert standin.preview(TOKEN, "t", {"a": UNKNOWN}) == {"a": UNKNOWN}

    request = provider.seen[-1]
    assert isinstance(request, CreateRequest)
    assert request.preview


def test_a_large_failed_resource_fits_into_the_answer(standin: StandIn, provider: Fake) -> None:
    outputs = {"x": "y" * 300_000}

    def half(request: CreateRequest) -> CreateResult:
        del request
        raise PartialFailureError(["why"], object_id="id-1", outputs=outputs)

    provider.create = half

    assert standin.create(TOKEN, "t", {}).outputs == outputs


def test_decoding_an_empty_request_gives_empty_properties() -> None:
    assert from_struct(provider_pb2.CheckRequest().news) == {}
