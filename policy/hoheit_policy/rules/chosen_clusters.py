"""LOC-12: the program says which cluster it changes, not the machine that it runs on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.kubeconfig import api_server_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, text_at
from hoheit_policy.verdict import Judgement, failed, passed, unknown
from hoheit_policy.view import KUBERNETES_PROVIDER

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_AMBIENT = (
    "the current context of whoever runs the program chooses the cluster, and its country; "
    "allowed are a kubeconfig, and a context by name whose cluster is declared"
)
_GIVE = "give its content, or name a context whose cluster is declared"


def judge_choice(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for Kubernetes providers, and for resources of Kubernetes without one."""
    if resource.type == KUBERNETES_PROVIDER:
        yield _provider(resource, view)
    elif resource.package == "kubernetes" and resource.custom and resource.provider is None:
        yield failed("provider", f"no provider is given: {_AMBIENT}")


def _provider(resource: Resource, view: View) -> Judgement:
    context = text_at(resource.inputs, "context")
    if context is Gap.MISSING:
        return _kubeconfig(resource, view)
    if isinstance(context, Gap):
        return unknown("context", f"the context {context.value}", late=context is Gap.UNKNOWN)
    cluster = view.cluster_by(resource.inputs)
    if cluster.declared is None:
        text = f"context '{context}': nobody declared its cluster; declare it in clusters"
        return unknown("context", text, late=cluster.key is Gap.UNKNOWN)
    return passed("context", f"context '{context}' of cluster '{cluster.key}'", "declared")


def _kubeconfig(resource: Resource, view: View) -> Judgement:
    path, server = "kubeconfig", api_server_of(resource.inputs)
    if server is Gap.MISSING:
        return failed(path, f"neither kubeconfig nor context is given: {_AMBIENT}")
    if not isinstance(server, Gap):
        return passed(path, "a kubeconfig is given")
    if server is Gap.SECRET:
        cluster = view.cluster_by(resource.inputs)
        if cluster.declared is not None:
            return passed(path, f"a secret kubeconfig of cluster '{cluster.key}'", "declared")
        return unknown(path, f"the kubeconfig {server.value}; declare its cluster in clusters")
    if server is Gap.UNKNOWN:
        return unknown(path, f"the kubeconfig {server.value}", late=True)
    return unknown(path, f"no kubeconfig, or the path of a file that nobody sees here; {_GIVE}")


CHOSEN_CLUSTERS = Rule(
    id="LOC-12",
    title="The program chooses its cluster",
    asks=(
        "Every Kubernetes provider has a kubeconfig, or names a context whose cluster is declared, "
        "and every resource of Kubernetes has a provider. Otherwise the current context of "
        "whoever runs the program decides the country."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 44", "BSI C3A SOV-3-01"),
    remediation=Remediation(
        en="Give the provider a kubeconfig, or a context and its cluster under "
        "declarations.clusters; give every resource a provider.",
        de="Dem Provider eine kubeconfig geben, oder einen context und dessen Cluster unter "
        "declarations.clusters; jeder Ressource einen Provider geben.",
    ),
    of_resource=judge_choice,
)
