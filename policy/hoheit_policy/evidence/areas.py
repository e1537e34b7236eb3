"""What a country means under the GDPR: inside of the EU or the EEA, or a third country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_facts import COUNTRIES

from .fields import SEVERAL, unknown

if TYPE_CHECKING:
    from .fields import Field

_INSIDE = "EEA: no transfer to a third country"


def area(country: Field) -> Field:
    """Return whether countries are in the EU or the EEA, as sure as the countries."""
    if country["value"] is None:
        return unknown("the country is unknown")
    known = [COUNTRIES.get(code) for code in country["value"].split(SEVERAL)]
    if None in known:
        return unknown("the table of countries does not have it")
    listed = [one for one in known if one is not None]
    if all(one.eu for one in listed):
        text = "EU"
    else:
        text = "EEA" if all(one.eea for one in listed) else "third country"
    return {**country, "value": text, "by": f"table of countries; {country['by']}"}


def transfer(country: Field) -> Field:
    """Return whether a country is a third one in the sense of the GDPR, as sure as the country."""
    code = country["value"]
    if code is None:
        return unknown("the country is unknown")
    known = COUNTRIES.get(code)
    if known is None:
        return unknown(f"the table of countries has no '{code}'")
    if known.eea:
        text = _INSIDE
    elif known.adequacy == "full":
        text = "third country with an adequacy decision (Art. 45 GDPR)"
    elif known.adequacy:
        text = f"third country, adequacy {known.adequacy}; basis to be declared"
    else:
        text = "third country without an adequacy decision; basis (Art. 46, 49) to be declared"
    return {**country, "value": text, "by": f"table of countries, {code}; {country['by']}"}


def is_inside(transfer: Field) -> bool:
    """Tell whether a recipient is known to be in no third country."""
    return str(transfer["value"]) == _INSIDE
