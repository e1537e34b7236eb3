"""IMG-04: charts come from approved places, in one version, and nothing rewrites them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.charts import Origin, is_chart, origin_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, at, flag_at, text_at
from hoheit_policy.verdict import Judgement, failed, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.declarations import Declarations
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_EXACT = re.compile(r"v?\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
_DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
_REWRITERS = ("postrender", "postRenderer")
_ENCRYPTED = ("https", "oci", "")


def judge_chart(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for charts of Helm; what is in one, no rule sees."""
    if not is_chart(resource):
        return
    origin = origin_of(resource.inputs)
    yield _origin(origin, view.declarations)
    yield _version(resource, origin)
    yield from _plain(resource, origin)
    for field in _REWRITERS:
        given = at(resource.inputs, field)
        if given is not Gap.MISSING:
            yield _rewriter(field, given)


def _origin(origin: Origin | Gap, declared: Declarations) -> Judgement:
    path = "chart"
    if origin is Gap.MISSING:
        text = "what the name of the chart means, the machine decides that runs the program"
        return unknown(path, f"{text}; give repositoryOpts.repo, or an oci:// reference")
    if isinstance(origin, Gap):
        return unknown(path, f"where the chart is from {origin.value}", late=_late(origin))
    if not origin.scheme:
        return passed(path, "a directory of the program")
    approved = declared.approved_registries
    if approved is None:
        return unknown(path, f"{origin.place}: nobody declared approved_registries")
    if any(_is_below(origin.place, one) for one in approved):
        return passed(path, f"{origin.place}: an approved place")
    return failed(
        path,
        f"{origin.place}: not an approved place; approved: {', '.join(approved) or 'none'}; "
        "mirror the chart, or approve its place in approved_registries",
    )


def _is_below(place: str, approved: str) -> bool:
    return place == approved or place.startswith(f"{approved.rstrip('/')}/")


def _version(resource: Resource, origin: Origin | Gap) -> Judgement:
    path, version = "version", text_at(resource.inputs, "version")
    chart = text_at(resource.inputs, "chart")
    local = isinstance(origin, Origin) and not origin.scheme
    if local or (isinstance(chart, str) and _DIGEST.search(chart)):
        return passed(path, "the chart itself says which it is")
    if version is Gap.MISSING:
        return failed(path, "no version, so that the newest is installed; name one")
    if isinstance(version, Gap):
        return unknown(path, f"the version {version.value}", late=_late(version))
    if _EXACT.fullmatch(version):
        return passed(path, "one version")
    return failed(path, "a range of versions, so that the newest is installed; name one")


def _plain(resource: Resource, origin: Origin | Gap) -> Iterator[Judgement]:
    plain = flag_at(resource.inputs, "plainHttp")
    if plain is True or (isinstance(origin, Origin) and origin.scheme not in _ENCRYPTED):
        yield failed("chart", "fetched without TLS, so that anybody on the way can change it")
    elif isinstance(plain, Gap) and plain is not Gap.MISSING:
        yield unknown("plainHttp", f"plainHttp {plain.value}", late=_late(plain))


def _rewriter(field: str, given: object) -> Judgement:
    if isinstance(given, Gap):
        return unknown(field, f"{field} {given.value}", late=_late(given))
    text = "a program of whoever runs this rewrites the objects after everybody has looked"
    return failed(field, f"{text}; write the change into the values")


def _late(gap: Gap) -> bool:
    return gap is Gap.UNKNOWN


CHART_ORIGINS = Rule(
    id="IMG-04",
    title="Charts come from approved places and are not rewritten",
    asks=(
        "Every chart of Helm is a directory of the program or lies below one of "
        "approved_registries, names one version or a digest, is fetched with TLS, and no "
        "postrenderer rewrites it."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("BSI C5 DEV", "NIS2 Art. 21(2)(d)"),
    remediation=Remediation(
        en="Mirror the chart, approve its place in approved_registries, name its version, and "
        "take the postrenderer away.",
        de="Das Chart spiegeln, seine Herkunft in approved_registries freigeben, seine Version "
        "nennen, und den Postrenderer entfernen.",
    ),
    of_resource=judge_chart,
)
