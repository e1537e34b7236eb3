"""Declarations: what may be declared, and how a wrong one is refused."""

from typing import Any

import pytest
from hoheit import DeclaredLocation, Location
from hoheit.driver import where
from hoheit_policy import RULES, DeclarationsError, Gap, read_declarations
from hoheit_policy.location import Location as OurLocation
from support import residency as r
from support import samples


def test_declarations_that_leave_everything_out_say_nothing() -> None:
    found = read_declarations({})
    assert found.policy is None
    assert found.approved_registries is None
    assert found.endpoints is None


def test_declarations_survive_json() -> None:
    found = read_declarations(r.declarations())
    assert read_declarations(found.model_dump(mode="json")) == found
    assert read_declarations(found.model_dump(mode="json", exclude_none=True)) == found


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"profile": "mars"}, "profile: no profile 'mars'; profiles: local, eu"),
        ({"clusters": {"c": {"network_policy": "flannel"}}}, "clusters.c.network_policy: "),
        ({"clusters": {"c": {"networkpolicy": "none"}}}, "did you mean 'network_policy'?"),
        ({"endpoint": {}}, "endpoint: unknown field; did you mean 'endpoints'?"),
        ({"exemptions": [{"rule": "NET-07"}]}, "exemptions.0.owner: "),
        ({"images_locked": "perhaps"}, "images_locked: "),
        (
            {"state": {"location": {"country": {"value": "DE", "source": {"kind": "unknown"}}}}},
            "state.location.country: value: an unknown fact has none",
        ),
        (
            {"endpoints": {"h": {"country": {"value": "DE", "source": {"kind": "declared"}}}}},
            "a declaration needs by, declared_on and evidence",
        ),
    ],
)
def test_a_wrong_declaration_is_refused_by_its_path(change: Any, message: str) -> None:
    with pytest.raises(DeclarationsError) as refused:
        read_declarations(r.declarations(**change))
    assert message in str(refused.value)


def test_an_error_shows_no_value() -> None:
    with pytest.raises(DeclarationsError) as refused:
        read_declarations({"state": {"backend": ["https://me:hunter2@example.org"]}})
    assert "hunter2" not in str(refused.value)


EXEMPTION = {
    "rule": "NET-07",
    "resource": "*::front",
    "owner": "platform team",
    "reason": "ticket 42",
    "until": "2027-03-31",
}


@pytest.mark.parametrize(
    "pattern",
    [
        "*",
        "**",
        "*:*",
        "urn:pulumi:prod::shop::*",
        "urn:pulumi:*::*",
        "urn:pulumi:prod::shop::aws*",
    ],
)
def test_an_exemption_of_everything_is_refused(pattern: str) -> None:
    with pytest.raises(DeclarationsError, match="would mean more than anybody"):
        read_declarations({"exemptions": [{**EXEMPTION, "resource": pattern}]})


@pytest.mark.parametrize(
    "pattern",
    [
        "*::front",
        "*kubernetes:core/v1:Service::*",
        "urn:pulumi:prod::shop::aws:s3/bucket:Bucket::*",
        "urn:pulumi:prod::shop::aws:s3/bucket:Bucket::data",
        "stack",
    ],
)
def test_an_exemption_of_a_type_or_a_name_is_read(pattern: str) -> None:
    found = read_declarations({"exemptions": [{**EXEMPTION, "resource": pattern}]})
    assert found.exemptions[0].resource == pattern


@pytest.mark.parametrize("field", ["owner", "reason"])
def test_an_exemption_that_nobody_answers_for_is_refused(field: str) -> None:
    with pytest.raises(DeclarationsError, match=rf"exemptions.0.{field}"):
        read_declarations({"exemptions": [{**EXEMPTION, field: "  "}]})


@pytest.mark.parametrize(
    ("declared", "said"),
    [
        ({"images_locked": "false"}, "images_locked: is neither true nor false"),
        ({"exemptions": 5}, "exemptions: is no list"),
        ({"clusters": []}, "clusters: is no mapping"),
        ({"profile": 5}, "profile: is no text"),
        ({"exemptions": [{"rule": "NET-07"}]}, "exemptions.0.until: is missing"),
        ([], "declarations: is no mapping"),
    ],
)
def test_a_wrong_type_is_told_without_words_of_python(declared: Any, said: str) -> None:
    with pytest.raises(DeclarationsError, match=said):
        read_declarations(declared)


def test_an_exemption_of_no_rule_is_refused_with_the_rules_that_there_are() -> None:
    with pytest.raises(DeclarationsError) as refused:
        read_declarations({"exemptions": [{**EXEMPTION, "rule": "NET-7"}]})
    listed = ", ".join(rule.id for rule in RULES)
    assert str(refused.value) == f"exemptions.0.rule: no rule has this id; rules: {listed}"


@pytest.mark.parametrize("until", [1900000000, "1900000000", 0, "2027-03-31T00:00:00", 20270331.0])
def test_a_day_is_written_as_a_date(until: Any) -> None:
    with pytest.raises(DeclarationsError, match=r"exemptions\.0\.until: write a date"):
        read_declarations({"exemptions": [{**EXEMPTION, "until": until}]})
    source = {**r.SOURCE, "declared_on": until}
    place = {"country": {"value": "DE", "source": source}}
    with pytest.raises(DeclarationsError, match=r"declared_on: write a date"):
        read_declarations({"endpoints": {"h": place}})


LOGIN = "me:hunter2@"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"state": {"backend": f"https://{LOGIN}example.org/state"}}, "state.backend: "),
        ({"state": {"backend": f"{LOGIN}example.org/state"}}, "state.backend: "),
        ({"state": {"backend": "https://me:hunter2%40example.org"}}, "state.backend: "),
        ({"state": {"backend": f"s3://b?endpoint=https://{LOGIN}h"}}, "state.backend: "),
        ({"state": {"backend": f"s3://b?region=x&endpoint={LOGIN}h"}}, "state.backend: "),
        (
            {"secrets_provider": {"kind": "hashivault", "url": f"hashivault://{LOGIN}h/key"}},
            "secrets_provider.url: ",
        ),
        ({"endpoints": {"h": {}, f"{LOGIN}example.org": {}}}, "endpoints: the key of entry 2 "),
        ({"endpoints": {f"https://{LOGIN}h": {"kuntry": 1}}}, "endpoints: the key of entry 1 "),
    ],
)
def test_a_login_is_refused_by_its_path_and_not_shown(change: Any, path: str) -> None:
    with pytest.raises(DeclarationsError) as refused:
        read_declarations(change)
    assert str(refused.value).startswith(path)
    assert "holds a login" in str(refused.value)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("backend", ["file:///home/a@b/state", "file:///a@b", "s3://b?profile=x"])
def test_a_path_with_an_at_sign_is_no_login(backend: str) -> None:
    found = read_declarations({"state": {"backend": backend}}).state
    assert found is not None
    assert found.backend == backend


def test_a_backend_that_no_tool_reads_is_no_url() -> None:
    with pytest.raises(DeclarationsError, match=r"^state.backend: is no URL$"):
        read_declarations({"state": {"backend": "https://[secret"}})


@pytest.mark.parametrize("gap", [Gap.UNKNOWN, Gap.SECRET])
def test_a_declaration_is_a_plain_value(gap: Gap) -> None:
    with pytest.raises(DeclarationsError, match="plain values"):
        read_declarations(r.declarations(state={"backend": gap}))


@pytest.mark.parametrize("location", [samples.declared_location(), None])
def test_a_location_that_a_component_registers_is_read_as_it_is_meant(
    location: DeclaredLocation | None,
) -> None:
    theirs: Location = where(location)
    for written in (
        theirs.model_dump(mode="json"),
        theirs.model_dump(mode="json", exclude_none=True),
    ):
        assert OurLocation.model_validate(written).model_dump() == theirs.model_dump()
