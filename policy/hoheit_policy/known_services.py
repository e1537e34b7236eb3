"""What tables know of where a URL leads, and whether a declaration says otherwise."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from hoheit_facts import region_named, service_at

from .hosts import written
from .places import AWS_PARTITIONS, in_region
from .register_places import split_port

if TYPE_CHECKING:
    from .places import Place

_HTTP_PORT = 80
_AWS_HOST = re.compile(r"\.(?:amazonaws\.(?:com(?:\.cn)?|eu)|api\.aws)$")
_OF_AWS = ("s3", "awskms")
_WEB = ("http", "https")


def endpoint_of(url: str) -> tuple[str, int | None]:
    """Return host and port that a URL leads to; that of an object store may be in its query."""
    target = _query(url).get("endpoint") or url
    parts = urlsplit(target if "://" in target else f"//{target}")
    host, port = split_port(parts.netloc.rpartition("@")[2])
    return written(host), port or (_HTTP_PORT if parts.scheme == "http" else None)


def is_of_aws(host: str) -> bool:
    """Tell whether a host is one of AWS, whose name says the region if anything does."""
    return bool(_AWS_HOST.search(host))


def known_place(place: Place, url: str) -> Place | None:
    """Return a place with what the tables know of a URL; None where they know nothing."""
    scheme, query = urlsplit(url).scheme, _query(url)
    endpoint = query.get("endpoint", "")
    if scheme in _OF_AWS and not endpoint and "region" in query:
        return in_region(place.what, place.path, query["region"], AWS_PARTITIONS)
    if scheme == "awskms" and not endpoint:
        return replace(place, why_unknown="write the region of the key into its URL (?region=)")
    host, _ = endpoint_of(url)
    if is_of_aws(host):
        return _at_aws(place, host)
    service = service_at(host) if endpoint or scheme in ("", *_WEB) else None
    if service is None:
        return None
    return replace(
        place,
        operator=service.operator,
        jurisdiction=service.controlling_jurisdiction,
        provenance=f"table of services, {service.host}",
        why_unknown="the service does not say where it keeps data; declare the location",
    )


def _at_aws(place: Place, host: str) -> Place:
    for label in reversed(re.split(r"[.]|^s3-", host)):
        if region_named(label, AWS_PARTITIONS):
            return in_region(place.what, place.path, label, AWS_PARTITIONS)
    return replace(place, why_unknown=f"{host} does not name a region; use a host that does")


def contradiction(known: Place, claimed: Place) -> str:
    """Return what a declaration says against what is known, or nothing.

    Where the country is known, the tables answer alone, and a declared operator changes nothing.
    """
    source = known.provenance
    if known.countries:
        said, fact = " or ".join(claimed.countries), " or ".join(known.countries)
        return f"declared in {said}, but is in {fact} ({source})" if said not in ("", fact) else ""
    said, fact = claimed.jurisdiction, known.jurisdiction
    if said and fact and said != fact:
        return f"declared as controlled from {said}, but is controlled from {fact} ({source})"
    said, fact = claimed.operator, known.operator
    if said and fact and not _same_company(said, fact):
        return f"declared as run by {said}, but is run by {fact} ({source})"
    return ""


def completed(known: Place, claimed: Place) -> Place:
    """Return what is known, with the declared country where only that is missing."""
    if known.countries or not (known.operator and claimed.countries):
        return known
    return replace(
        known,
        countries=claimed.countries,
        provenance=f"{claimed.provenance}; {known.provenance}",
    )


def _same_company(first: str, second: str) -> bool:
    """Tell whether one name is the other with a legal form or a country added."""
    words, others = (set(re.findall(r"\w+", name.casefold())) for name in (first, second))
    return words <= others or others <= words


def _query(url: str) -> dict[str, str]:
    return {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
