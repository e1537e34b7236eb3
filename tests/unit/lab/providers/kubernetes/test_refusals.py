import base64

from hoheit_lab.providers.kubernetes.api import ApiError
from hoheit_lab.providers.kubernetes.refusals import redact, refusal, secrets_of
from hoheit_lab.providers.marks import Secret

OBJECT = {"kind": "Deployment", "metadata": {"namespace": "team", "name": "app"}}


def test_a_refusal_names_the_object_and_gives_the_servers_message_and_reason() -> None:
    error = ApiError(422, "Invalid", "spec.x: Required value")

    assert str(refusal("creating", OBJECT, error, set())) == (
        "creating Deployment team/app failed: spec.x: Required value"
        " (reason: Invalid, HTTP status 422)"
    )


def test_a_conflict_is_told_with_both_ways_out() -> None:
    error = ApiError(409, "Conflict", 'conflict with "hpa": .spec.replicas')

    text = str(refusal("updating", OBJECT, error, set()))

    assert "ignore_changes" in text
    assert "pulumi.com/patchForce" in text


def test_an_existing_object_is_told_with_the_ways_out() -> None:
    text = str(refusal("creating", OBJECT, ApiError(409, "AlreadyExists", "exists"), set()))

    assert "pulumi import" in text
    assert "alias" in text


def test_an_object_without_a_name_yet_is_still_named_by_its_kind() -> None:
    text = str(refusal("creating", {"kind": "Pod"}, ApiError(400, "BadRequest", "no"), set()))

    assert text.startswith("creating Pod (name not known yet) failed")


def test_no_secret_is_left_in_a_message_in_clear_or_in_base64() -> None:
    secrets = secrets_of({"data": {"a": Secret("hunter2")}, "b": "open"})
    encoded = base64.b64encode(b"hunter2").decode()

    text = redact(f"bad hunter2, bad {encoded}, open", secrets)

    assert text == "bad [secret], bad [secret], open"


def test_of_two_secrets_the_longer_is_hidden_as_a_whole() -> None:
    assert redact("hunter22", {"hunter2", "hunter22"}) == "[secret]"
