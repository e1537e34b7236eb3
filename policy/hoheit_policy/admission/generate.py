"""Admission policies for one cluster, from declarations and what a state shows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from hoheit_policy.recipients import recipients_of

from .balancers import balancer_checks
from .documents import Installation, documents
from .egress import egress_checks
from .exemptions import exempted_in
from .exposure import exposure_checks
from .images import image_checks
from .open_policies import open_policy_checks
from .telemetry import telemetry_checks
from .volumes import volume_checks

if TYPE_CHECKING:
    from hoheit_policy.declarations import Declarations, Exemption
    from hoheit_policy.view import View

    from .check import Check


class AdmissionError(ValueError):
    """A cluster that nobody named or declared."""


def admission_policies(
    view: View,
    cluster: str | None = None,
    *,
    excepted: Sequence[str] = (),
    controllers: Sequence[str] = (),
) -> list[dict[str, Any]]:
    """Return ValidatingAdmissionPolicies and their bindings, two objects for each check.

    Args:
        view: declarations, and the resources of a state where there is one: recipients that
            components name, storage classes, Services and exempted objects come out of them.
        cluster: key in ``declarations.clusters``; None where only one is declared.
        excepted: further namespaces that no policy judges, beside those of Kubernetes itself.
        controllers: users as which the controllers of Kubernetes run, where that is neither
            ``system:kube-controller-manager`` nor a service account of ``kube-system``; they make
            the pods of exempted objects.

    Raises:
        AdmissionError: if it is not clear which cluster is meant.
    """
    key = _cluster(view.declarations, cluster)
    where = Installation(
        profile=view.declarations.policy,
        exempted=tuple(exempted_in(view, key)),
        excepted=excepted,
        controllers=controllers,
    )
    return [document for check in _checks(view, key) for document in documents(check, where)]


def not_carried_over(view: View, cluster: str | None = None) -> list[Exemption]:
    """Return the exemptions of which the state shows no object in the cluster.

    They stay without effect in admission: a pattern of URNs alone names no object there.

    Raises:
        AdmissionError: if it is not clear which cluster is meant.
    """
    key = _cluster(view.declarations, cluster)
    carried = [one.exemption for one in exempted_in(view, key)]
    return [one for one in view.declarations.exemptions if one not in carried]


def _cluster(declared: Declarations, name: str | None) -> str:
    names = list(declared.clusters)
    if name is None and len(names) == 1:
        return names[0]
    known = ", ".join(names) or "none"
    if name is None:
        raise AdmissionError(f"name the cluster that the policies are for; declared: {known}")
    if name not in names:
        raise AdmissionError(f"declarations.clusters has no '{name}'; declared: {known}")
    return name


def _checks(view: View, cluster: str) -> Iterator[Check]:
    recipients = recipients_of(view)
    yield from image_checks(view.declarations)
    yield from telemetry_checks()
    yield from exposure_checks()
    yield from balancer_checks(view)
    yield from egress_checks(recipients)
    yield from open_policy_checks()
    yield from volume_checks(view, cluster)
