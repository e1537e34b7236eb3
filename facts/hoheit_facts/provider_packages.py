"""Packages of Pulumi providers: which rules judge, which reach nobody, and whose the others are."""

from dataclasses import dataclass
from typing import Any

from ._data import load


@dataclass(frozen=True, kw_only=True)
class PackageOwner:
    """Who receives what the resources of a package hold, and from where he is controlled."""

    package: str
    """First part of the type tokens."""
    operator: str
    controlling_jurisdiction: str
    """ISO 3166-1 alpha-2 code."""
    source: str


_DATA: dict[str, Any] = load("provider_packages")

JUDGED_PACKAGES: frozenset[str] = frozenset(one["package"] for one in _DATA["judged"])
"""Packages whose resources other rules ask about."""

QUIET_PACKAGES: frozenset[str] = frozenset(one["package"] for one in _DATA["quiet"])
"""Packages whose resources are nothing but values in the state."""

PACKAGE_OWNERS: dict[str, PackageOwner] = {
    one["package"]: PackageOwner(**one) for one in _DATA["recipients"]
}
"""Known third parties by package."""
