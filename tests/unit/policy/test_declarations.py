"""Declarations: what may be declared, and how a wrong one is refused."""

from typing import Any

import pytest
from hoheit import DeclaredLocation, Location
from hoheit.driver import where
from hoheit_policy import DeclarationsError, Gap, read_declarations
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
