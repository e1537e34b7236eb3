"""Exemptions as admission sees them: by kind, namespace and name, until a day.

CEL has no clock. The API server writes the time of a request into the object before it asks a
policy: as ``creationTimestamp`` of what is created, which nobody else can set, and among the times
in ``managedFields`` of what is changed. The latest of those is the clock; a forged one in the
future ends an exemption early, and without any it does not count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from hoheit_policy.judging import LONGEST
from hoheit_policy.kubernetes import KubernetesObject, namespace_of, objects_of
from hoheit_policy.values import text_at

from .cel import mapped, text, texts

if TYPE_CHECKING:
    from hoheit_policy.declarations import Exemption
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

    from .subject import Variables


@dataclass(frozen=True, kw_only=True)
class Exempted:
    """One object that an exemption means."""

    exemption: Exemption
    kind: str
    namespace: str
    name: str


def exempted_in(view: View, cluster: str) -> Iterator[Exempted]:
    """Return the objects of a cluster that exemptions mean, as far as the state shows them."""
    for exemption in view.declarations.exemptions:
        if exemption.until > view.today + LONGEST:
            continue
        for resource in view.resources:
            if (
                fnmatchcase(resource.urn, exemption.resource)
                and view.cluster_of(resource.provider).key == cluster
            ):
                yield from _objects(exemption, resource)


def _objects(exemption: Exemption, resource: Resource) -> Iterator[Exempted]:
    for found in objects_of(resource):
        name, place = _name(found, resource), namespace_of(found, resource)
        if isinstance(name, str) and isinstance(place, str):
            yield Exempted(exemption=exemption, kind=found.kind, namespace=place, name=name)


def _name(found: KubernetesObject, resource: Resource) -> object:
    """Return the name in the cluster, which only the state shows where Pulumi chose it."""
    given = text_at(found.body, "metadata", "name")
    if isinstance(given, str) or found.path:
        return given
    return text_at(resource.outputs, "metadata", "name")


_TIMES = (
    'request.operation == "CREATE" ? [timestamp(string(dyn(object).metadata.creationTimestamp))] : '
    "dyn(object).metadata.?managedFields.orValue([]).filter(m, has(m.time))"
    ".map(m, timestamp(string(m.time)))"
)

_CONTROLLERS = (
    'request.userInfo.username == "system:kube-controller-manager" || '
    'request.userInfo.username.matches("^system:serviceaccount:kube-system:[a-z-]+-controller$")'
)
"""Users as which the controllers of Kubernetes make pods out of templates."""


def _after(name: str) -> str:
    """Return whether an owner is named like ``e`` with one more part."""
    return f'{name}.matches("^" + e.name.replace(".", "[.]") + "-[a-z0-9]+$")'


_MADE_FROM = (
    "dyn(object).metadata.?ownerReferences.orValue([]).exists(o, "
    "o.kind == e.kind && o.name == e.name || "
    f'o.kind == "ReplicaSet" && e.kind == "Deployment" && {_after("o.name")} || '
    f'o.kind == "Job" && e.kind == "CronJob" && {_after("o.name")})'
)
_CLAIM_OF = (
    'object.kind == "PersistentVolumeClaim" && e.kind == "StatefulSet" && '
    'variables.name.matches("-" + e.name.replace(".", "[.]") + "-[0-9]+$")'
)
_MEANS = (
    "e.namespace == variables.space && ("
    "e.kind == object.kind && e.name == variables.name || "
    f"variables.byController && ({_MADE_FROM} || {_CLAIM_OF}))"
)
"""What the controllers make from a template is exempted with the object that holds it."""


def exemption_variables(
    rule: str, exempted: tuple[Exempted, ...], controllers: Sequence[str]
) -> Variables:
    """Return the variables that tell whether an exemption of a rule means the object now."""
    own = [_entry(one) for one in exempted if one.exemption.rule == rule]
    return (
        ("name", 'dyn(object).metadata.?name.orValue("")'),
        ("space", 'dyn(object).metadata.?namespace.orValue("")'),
        ("times", _TIMES),
        (
            "byController",
            f"{_CONTROLLERS} || request.userInfo.username in {texts(controllers)}",
        ),
        ("exempted", f"[{', '.join(own)}].filter(e, {_MEANS})" if own else _NONE),
        (
            "holds",
            "variables.exempted.size() > 0 && variables.times.size() > 0 && "
            "variables.times.all(t, t < timestamp(variables.exempted[0].ends))",
        ),
    )


_NONE = '[{"owner": "", "until": "", "ends": ""}].filter(e, false)'


def _entry(one: Exempted) -> str:
    until = one.exemption.until
    ends = f"{until + timedelta(days=1)}T00:00:00Z"
    # A resource without a namespace has none here, whatever the provider's default is.
    namespace = "" if one.kind == "StorageClass" else one.namespace
    fields = {
        "kind": one.kind,
        "namespace": namespace,
        "name": one.name,
        "owner": one.exemption.owner,
        "until": str(until),
        "ends": ends,
    }
    return mapped({name: text(value) for name, value in fields.items()})


ENDED = (
    'variables.exempted.size() == 0 ? "" : variables.times.size() == 0 ? '
    '"; its exemption needs the time of the request, and metadata.managedFields are empty: '
    'create the object anew" : "; the exemption of " + variables.exempted[0].owner + " ended on " '
    '+ variables.exempted[0].until + ": renew it, or mend the finding"'
)
"""What an exemption that does not hold adds to a finding."""
