"""Where something is, and how we know: nothing is known without a source."""

from datetime import date
from typing import Any

import pytest
from hoheit import DeclaredLocation, Fact, InvalidArgsError, Location, Source, SourceKind
from support.samples import declared_location

FACTS = ("country", "region", "zone", "operator", "controlling_jurisdiction")


def test_nobody_said_anything_means_unknown_everywhere() -> None:
    for name in FACTS:
        fact = getattr(Location(), name)
        assert (fact.value, fact.source.kind, str(fact)) == (None, SourceKind.UNKNOWN, "unknown")


def test_what_a_declaration_leaves_out_stays_unknown() -> None:
    location = declared_location(operator="Example GmbH").location()
    known = {name for name in FACTS if getattr(location, name).value is not None}
    assert known == {"country", "operator"}
    assert location.controlling_jurisdiction.source.kind is SourceKind.UNKNOWN


def test_what_is_declared_carries_who_when_and_with_which_evidence() -> None:
    source = declared_location().location().country.source
    assert source.kind is SourceKind.DECLARED
    assert (source.by, source.evidence) == ("platform team", "contract 7")
    assert source.declared_on == date(2026, 11, 2)


def test_a_declared_fact_is_shown_as_declared() -> None:
    assert str(declared_location().location().country) == "DE (declared)"


def test_a_location_without_declaration_is_refused() -> None:
    with pytest.raises(InvalidArgsError, match="declaration"):
        DeclaredLocation(country="DE")  # pyright: ignore[reportCallIssue]


@pytest.mark.parametrize("missing", ["by", "evidence", "declared_on"])
def test_a_declaration_needs_a_person_a_day_and_evidence(missing: str) -> None:
    given: dict[str, Any] = {"by": "a", "declared_on": "2026-11-02", "evidence": "b"}
    with pytest.raises(InvalidArgsError, match=missing):
        declared_location(
            declaration={name: text for name, text in given.items() if name != missing}
        )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "derived"}, "by: name the resource"),
        ({"kind": "declared", "by": "a", "evidence": "b"}, "a declaration needs by, declared_on"),
        ({"kind": "declared", "declared_on": "2026-11-02", "evidence": "b"}, "a declaration needs"),
        ({"kind": "declared", "by": "a", "declared_on": "2026-11-02"}, "a declaration needs"),
        ({"kind": "declared", "declared_on": "yesterday"}, "declared_on"),
        ({"kind": "guessed", "by": "a"}, "kind"),
    ],
)
def test_a_source_that_names_nobody_is_none(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidArgsError, match=said):
        Source(**given)


def test_a_fact_is_either_unknown_or_has_a_value() -> None:
    derived = Source(kind=SourceKind.DERIVED, by="VllmService 'a'")
    unknown = Source(kind=SourceKind.UNKNOWN)
    assert str(Fact(value="30 days", source=derived)) == "30 days (derived)"
    for value, source in (("30 days", unknown), (None, derived)):
        with pytest.raises(InvalidArgsError, match="value: an unknown fact has none, any other"):
            Fact(value=value, source=source)


@pytest.mark.parametrize("field", ["country", "controlling_jurisdiction"])
@pytest.mark.parametrize("value", ["Germany", "de", "DEU", "D", "DE "])
def test_a_country_is_a_code_of_two_capitals(field: str, value: str) -> None:
    with pytest.raises(InvalidArgsError, match=field):
        declared_location(**{field: value})
