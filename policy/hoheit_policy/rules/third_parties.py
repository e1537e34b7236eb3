"""GLB-07: what another provider makes is at a third party, and never passes in silence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_facts import JUDGED_PACKAGES, PACKAGE_OWNERS, PROVIDER_URLS, QUIET_PACKAGES

from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, at
from hoheit_policy.verdict import Judgement, failed, unknown

from ._place_rule import NO_PROFILE

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_PROVIDER = "pulumi:providers:"
_PLUGIN = "pluginDownloadURL"
_SOURCE = "type of the resource"
_WAY_OUT = "have the rule exempted by somebody who knows where the data is and who gets it"


def judge_party(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for a resource, or a provider, of a package that no other rule judges."""
    is_provider = resource.type.startswith(_PROVIDER)
    package = resource.type.removeprefix(_PROVIDER) if is_provider else resource.package
    if not resource.custom:
        return
    if package not in JUDGED_PACKAGES | QUIET_PACKAGES:
        yield _judge(package, view)
    elif is_provider and resource.type not in PROVIDER_URLS:
        yield from _judge_plugin(package, resource)


def _judge(package: str, view: View) -> Judgement:
    owner, profile = PACKAGE_OWNERS.get(package), view.declarations.policy
    if owner is None:
        text = f"package '{package}' reaches somebody whom no table knows; {_WAY_OUT}"
        return unknown("", text, provenance=_SOURCE)
    who = f"at {owner.operator}, controlled from {owner.controlling_jurisdiction}"
    if profile is None:
        return unknown("", f"{who}, but {NO_PROFILE}", provenance=_SOURCE)
    if owner.controlling_jurisdiction in profile.allowed_jurisdictions:
        text = f"{who}; no rule reads where package '{package}' puts data; {_WAY_OUT}"
        return unknown("", text, provenance=_SOURCE)
    text = (
        f"{who}; profile {profile.name} allows {', '.join(profile.jurisdictions)}; choose another "
        f"operator, or {_WAY_OUT}"
    )
    return failed("", text, _SOURCE)


def _judge_plugin(package: str, provider: Resource) -> Iterator[Judgement]:
    """Answer for a plugin that only has the name of a known one; LOC-04 asks the others."""
    for path in ((_PLUGIN,), ("__internal", _PLUGIN)):
        if at(provider.inputs, *path) is not Gap.MISSING:
            text = (
                f"the plugin of '{package}' comes from an address of its own, and nobody sees whom "
                f"it reaches; remove it, or {_WAY_OUT}"
            )
            yield unknown(".".join(path), text)


THIRD_PARTIES = Rule(
    id="GLB-07",
    title="No third party receives data in silence",
    asks=(
        "Every resource and provider of a package other than AWS, Hetzner Cloud and Kubernetes is "
        "at a third party: its operator is controlled from where the profile allows, and somebody "
        "answers for where its data is. Packages that only make values in the state, as random and "
        "tls do, are not asked."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 30(1)(d)", "GDPR Art. 44", "BSI C3A SOV-1"),
    remediation=Remediation(
        en="Use an operator that the rules know, or have the rule exempted with the recipient, the "
        "place of its data and an end date.",
        de="Einen Betreiber verwenden, den die Regeln kennen, oder die Regel mit Empfänger, dem "
        "Ort seiner Daten und einem Enddatum ausnehmen lassen.",
    ),
    of_resource=judge_party,
)
