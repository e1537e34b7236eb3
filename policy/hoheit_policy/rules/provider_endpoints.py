"""LOC-04: a cloud provider sends its requests to the cloud, or to a declared address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_facts import PROVIDER_URLS

from hoheit_policy.aws_codes import aws_region
from hoheit_policy.provider_urls import place_of, urls_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, at, text_at
from hoheit_policy.verdict import Judgement, passed, unknown

from ._stated import judge_stated

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_LOGIN_REGION = "stsRegion"
_PLUGIN = (("__internal", "pluginDownloadURL"), ("pluginDownloadURL",))
"""Where the engine keeps the address of a plugin that is not the official one."""


def judge_provider(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for every address and proxy of a provider, and for the region where it logs in."""
    if resource.type not in PROVIDER_URLS:
        return
    places = [place_of(url, "", view) for url in urls_of(resource.type, resource.inputs)]
    login = text_at(resource.inputs, _LOGIN_REGION)
    if login is not Gap.MISSING:
        places.append(aws_region("login of the provider", _LOGIN_REGION, login))
    for place in places:
        yield judge_stated(place, view.declarations.policy)
    foreign = [path for path in _PLUGIN if at(resource.inputs, *path) is not Gap.MISSING]
    for path in foreign:
        text = (
            "the plugin comes from an address of its own, and nobody sees what it does; remove it"
        )
        yield unknown(".".join(path), text)
    if not places and not foreign:
        yield passed("", "no address of its own: requests go to the cloud")


PROVIDER_ENDPOINTS = Rule(
    id="LOC-04",
    title="Providers talk to their cloud, or to a declared address",
    asks=(
        "No AWS or Hetzner provider has an endpoint or proxy that is not known or declared, and in "
        "an allowed country, logs in to a region elsewhere, or runs a plugin from elsewhere."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-01"),
    remediation=Remediation(
        en="Remove endpoints and proxies of the provider, or declare their hosts with a location "
        "under declarations.endpoints.",
        de="Endpunkte und Proxys des Providers entfernen, oder ihre Hosts mit Standort unter "
        "declarations.endpoints erklären.",
    ),
    of_resource=judge_provider,
)
