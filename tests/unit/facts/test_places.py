"""Countries, regions and profiles: consistent with each other, each with a source."""

import itertools

import pytest
from hoheit_facts import (
    COUNTRIES,
    OPERATORS,
    PROFILES,
    REGIONS,
    SERVICES,
    ZONES,
    countries_of,
    region_named,
    service_at,
)


def test_the_eu_has_27_members_and_the_eea_three_more() -> None:
    assert len(countries_of(("eu",))) == 27
    assert countries_of(("eea",)) - countries_of(("eu",)) == {"IS", "LI", "NO"}


def test_no_member_of_the_eea_needs_an_adequacy_decision() -> None:
    assert not countries_of(("eea",)) & countries_of(("adequate",))


def test_a_partial_decision_is_no_adequacy() -> None:
    assert {"US", "CA"}.isdisjoint(countries_of(("adequate",)))


def test_a_misspelt_group_is_not_an_empty_one() -> None:
    with pytest.raises(KeyError, match="europe"):
        countries_of(("europe",))


def test_every_region_zone_and_operator_names_a_known_country_and_a_source() -> None:
    for region in REGIONS.values():
        assert region.country in COUNTRIES
        assert region.source
    for zone in ZONES.values():
        assert set(zone.countries) <= set(COUNTRIES)
    for operator in (*OPERATORS.values(), *SERVICES):
        assert operator.controlling_jurisdiction in COUNTRIES
        assert operator.source


def test_every_region_has_an_operator() -> None:
    assert {region.provider for region in REGIONS.values()} <= set(OPERATORS)


def test_a_zone_holds_the_countries_of_its_locations() -> None:
    assert set(ZONES["hcloud", "eu-central"].countries) == {
        REGIONS["hcloud", code].country for code in ("fsn1", "nbg1", "hel1")
    }


@pytest.mark.parametrize(
    ("code", "country"),
    [
        ("eu-central-1", "DE"),
        ("eu-central-2", "CH"),
        ("eu-west-2", "GB"),
        ("eusc-de-east-1", "DE"),
    ],
)
def test_a_region_is_found_in_whichever_partition_it_is(code: str, country: str) -> None:
    found = region_named(code, ("aws", "aws-eusc"))
    assert found is not None
    assert found.country == country


def test_an_unknown_code_is_nowhere() -> None:
    assert region_named("eu-central-9", ("aws",)) is None
    assert region_named("fsn1", ("aws",)) is None


@pytest.mark.parametrize(
    ("host", "operator"),
    [
        ("API.openai.com", "OpenAI"),
        ("mine.openai.azure.com", "Microsoft"),
        ("europe-west3-aiplatform.googleapis.com", "Google"),
        ("bedrock-runtime.eu-central-1.amazonaws.com", "Amazon Web Services"),
        ("api.pulumi.com", "Pulumi Corporation"),
    ],
)
def test_the_operator_of_a_public_service_is_known_by_its_host(host: str, operator: str) -> None:
    found = service_at(host)
    assert found is not None
    assert found.operator == operator


@pytest.mark.parametrize("host", ["openai.com.example.org", "api.openai.com.example.org", "x"])
def test_a_host_that_only_looks_like_one_is_none(host: str) -> None:
    assert service_at(host) is None


def test_only_the_local_profile_stops_nothing() -> None:
    reporting = {name for name, profile in PROFILES.items() if profile.enforcement != "stop"}
    assert reporting == {"local"}
    for profile in PROFILES.values():
        assert profile.enforcement in ("stop", "report")
        assert profile.unknown in ("stop", "report")
        assert profile.allowed_countries
        assert profile.allowed_jurisdictions


def test_a_narrower_profile_allows_no_country_that_a_wider_one_does_not() -> None:
    order = ("de-only", "eu", "eea", "gdpr-adequate")
    for narrow, wide in itertools.pairwise(order):
        assert PROFILES[narrow].allowed_countries < PROFILES[wide].allowed_countries


def test_no_profile_claims_that_a_law_demands_it() -> None:
    for profile in PROFILES.values():
        assert not {"must", "required", "demands", "compliant"} & set(profile.says.lower().split())
