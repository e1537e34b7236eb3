from typing import Any

import pytest
from hoheit_lab.providers.errors import ProviderError
from hoheit_lab.providers.kubernetes.naming import AUTONAMED, is_autonamed, with_name
from hoheit_lab.providers.marks import UNKNOWN, Secret
from hoheit_lab.providers.requests import Autonaming, CheckRequest, Naming


def request(olds: dict[str, Any] | None = None, **more: Any) -> CheckRequest:
    token = "kubernetes:core/v1:ConfigMap"
    return CheckRequest("urn:x::app", "app", token, olds or {}, {}, **({"seed": b"1"} | more))


def test_a_name_of_the_program_is_kept_and_not_marked() -> None:
    named = with_name({"metadata": {"name": "mine"}}, request())

    assert named == {"metadata": {"name": "mine"}}


def test_an_unnamed_object_is_named_after_its_resource_and_marked() -> None:
    named = with_name({}, request())

    assert named["metadata"]["name"].startswith("app-")
    assert is_autonamed(named)


def test_the_name_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    first, again = with_name({}, request()), with_name({}, request())

    assert first == again
    assert first != with_name({}, request(seed=b"2"))


def test_an_update_keeps_the_name_that_was_made() -> None:
    first = with_name({}, request())

    assert with_name({}, request(first, seed=b"2")) == first


def test_dropping_a_name_of_the_program_makes_a_new_one() -> None:
    named = with_name({}, request({"metadata": {"name": "mine"}}))

    assert named["metadata"]["name"] != "mine"


def test_a_name_that_is_not_known_yet_is_a_name() -> None:
    inputs = {"metadata": {"name": UNKNOWN}}

    assert with_name(inputs, request()) == inputs


@pytest.mark.parametrize("mode", [Naming.PROPOSE, Naming.ENFORCE])
def test_the_engines_proposal_is_taken(mode: Naming) -> None:
    named = with_name({}, request(autonaming=Autonaming("team-app", mode)))

    assert named["metadata"]["name"] == "team-app"


def test_where_naming_is_disabled_a_missing_name_is_refused() -> None:
    with pytest.raises(ProviderError, match=r"has no metadata\.name; set one"):
        with_name({}, request(autonaming=Autonaming("", Naming.DISABLE)))


def test_generate_name_is_refused_with_the_way_out() -> None:
    with pytest.raises(ProviderError, match="leave the name out"):
        with_name({"metadata": {"generateName": "x-"}}, request())


def test_other_metadata_keeps_its_secrets() -> None:
    named = with_name({"metadata": {"labels": {"a": Secret("b")}}}, request())

    assert named["metadata"]["labels"] == {"a": Secret("b")}
    assert named["metadata"]["annotations"] == {AUTONAMED: "true"}


def test_secret_metadata_stays_secret_as_a_whole() -> None:
    assert isinstance(with_name({"metadata": Secret({})}, request())["metadata"], Secret)
