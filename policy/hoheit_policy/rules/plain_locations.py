"""LOC-03: what says where something is, is written down before anything is made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hoheit_facts import DESTINATIONS, HCLOUD_FIELDS

from hoheit_policy import aws_places, hcloud_places
from hoheit_policy.aws_zones import zone_paths
from hoheit_policy.resource import Phase
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.tree_paths import values_at
from hoheit_policy.values import Gap
from hoheit_policy.verdict import Judgement, failed, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_CODES = "place"


def judge_plain(resource: Resource, _view: View) -> Iterator[Judgement]:
    """Answer for every field that holds a region, a zone or a location and that is given."""
    for field in _fields(resource):
        for path, value in values_at(resource.inputs, field):
            if value is not Gap.MISSING:
                yield _judge(path, value)


def _fields(resource: Resource) -> Iterator[str]:
    if resource.type == aws_places.PROVIDER:
        yield "region"
    elif aws_places.is_aws(resource):
        yield "region"
        yield from zone_paths()
        yield from (
            one.path for one in DESTINATIONS if one.type == resource.type and one.kind == _CODES
        )
    elif resource.package == hcloud_places.PACKAGE and resource.type in HCLOUD_FIELDS:
        yield from HCLOUD_FIELDS[resource.type].fields


def _judge(path: str, value: Any) -> Judgement:
    if value is Gap.UNKNOWN:
        text = "where it will be is not known before the update; write the location down"
        return failed(path, text)
    if isinstance(value, Gap):
        return unknown(path, f"where it will be {value.value}")
    if not isinstance(value, str):
        return unknown(path, f"where it will be {Gap.WRONG.value}")
    return passed(path, "written down before the update")


PLAIN_LOCATIONS = Rule(
    id="LOC-03",
    title="Locations are written down, not computed",
    asks=(
        "Every region, zone and location of a cloud resource is a value that a preview shows. One "
        "that only the update knows cannot be judged before data is there."
    ),
    severity=Severity.HIGH,
    phases=(Phase.PREVIEW,),
    controls=("GDPR Art. 25", "BSI C3A SOV-3-01-C1"),
    remediation=Remediation(
        en="Write regions, zones and locations as plain values, or take them from the stack's "
        "configuration.",
        de="Regionen, Zonen und Standorte als feste Werte schreiben oder aus der Konfiguration des "
        "Stacks nehmen.",
    ),
    of_resource=judge_plain,
)
