"""NET-01: the API server of an EKS cluster does not listen to the whole internet."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import collapse_addresses, ip_network
from typing import TYPE_CHECKING, Any

from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, flag_at, list_at
from hoheit_policy.verdict import Judgement, failed, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_CLUSTER = "aws:eks/cluster:Cluster"
_CONFIG = "vpcConfig"
_PUBLIC = "endpointPublicAccess"
_RANGES = "publicAccessCidrs"
_WIDEST = {4: 8, 6: 12}
"""Lengths of the blocks that IANA gives to a regional registry; what is wider is everybody."""
_WAY_OUT = f"set {_PUBLIC} to false, or {_RANGES} to the ranges of those who need it"


def judge_endpoint(resource: Resource, _view: View) -> Iterator[Judgement]:
    """Answer for one cluster; without a word of it AWS makes the endpoint public, to all."""
    if resource.type != _CLUSTER:
        return
    told = resource.outputs if resource.external else resource.inputs
    path = f"{_CONFIG}.{_PUBLIC}"
    public = flag_at(told, _CONFIG, _PUBLIC)
    if public is False:
        yield passed(path, "the endpoint is private")
    elif public is True or public is Gap.MISSING:
        yield _judge_ranges(list_at(told, _CONFIG, _RANGES))
    else:
        yield unknown(path, f"whether the endpoint is public {public.value}", late=_late(public))


def _judge_ranges(given: list[Any] | Gap) -> Judgement:
    path = f"{_CONFIG}.{_RANGES}"
    if given is Gap.MISSING or given == []:
        return failed(path, f"the endpoint is public, and to everybody by default; {_WAY_OUT}")
    if isinstance(given, Gap):
        return unknown(path, f"who reaches the endpoint {given.value}", late=_late(given))
    gaps = [one for one in given if not isinstance(one, str)]
    try:
        ranges = [ip_network(one) for one in given if isinstance(one, str)]
    except ValueError:
        return unknown(path, f"one of the ranges {Gap.WRONG.value}")
    if _wide(ranges):
        return failed(path, f"the endpoint is public to everybody; {_WAY_OUT}")
    if gaps:
        late = Gap.UNKNOWN in gaps
        return unknown(path, "who reaches the endpoint is not all written down", late=late)
    return passed(path, f"the endpoint is public to {len(ranges)} ranges")


def _wide(ranges: list[Any]) -> bool:
    """Tell whether ranges that lie side by side make one that is everybody's."""
    return any(
        joined.prefixlen < widest
        for version, widest in _WIDEST.items()
        for joined in collapse_addresses([one for one in ranges if one.version == version])
    )


def _late(gap: Gap) -> bool:
    return gap is Gap.UNKNOWN


EKS_ENDPOINT = Rule(
    id="NET-01",
    title="The API of an EKS cluster is not open to everybody",
    asks=(
        "Every EKS cluster has a private endpoint, or a public one for named ranges. Without "
        "endpointPublicAccess it is public, without publicAccessCidrs to everybody."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 32", "BSI C5 COS", "NIS2 Art. 21(2)"),
    remediation=Remediation(
        en="Set endpointPublicAccess to false and endpointPrivateAccess to true, or list in "
        "publicAccessCidrs who may come.",
        de="endpointPublicAccess auf false und endpointPrivateAccess auf true setzen, oder in "
        "publicAccessCidrs nennen, wer kommen darf.",
    ),
    of_resource=judge_endpoint,
)
