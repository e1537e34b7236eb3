"""LOC-11: the cluster behind a Kubernetes provider is in an allowed country, and as declared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.cluster_hosts import claimed_place, server_places
from hoheit_policy.known_services import contradiction
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.verdict import Judgement, failed

from ._stated import judge_stated

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View


def judge_server(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for the API server that the kubeconfig of a provider leads to."""
    for place in server_places(resource, view):
        if wrong := contradiction(place, claimed_place(resource, view)):
            text = f"{place.what}: {wrong}; correct the declaration, or use another kubeconfig"
            yield failed(place.path, text, place.provenance)
        else:
            yield judge_stated(place, view.declarations.policy)


CLUSTER_HOSTS = Rule(
    id="LOC-11",
    title="Clusters are where their API server is",
    asks=(
        "The API server in the kubeconfig of a Kubernetes provider is in an allowed country, by "
        "the region in a host of Amazon EKS or by an address in Hetzner Cloud. Where the host "
        "does not show it, the cluster is declared; a declaration that the host contradicts fails."
    ),
    severity=Severity.CRITICAL,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-01"),
    remediation=Remediation(
        en="Use a cluster in an allowed country; declare its location under "
        "declarations.clusters where its host does not show it.",
        de="Einen Cluster in einem erlaubten Land verwenden; seinen Standort unter "
        "declarations.clusters erklären, wo sein Host ihn nicht zeigt.",
    ),
    of_resource=judge_server,
)
