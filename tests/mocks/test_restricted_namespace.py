"""A namespace of our own, and never one of Kubernetes'."""

import pulumi
import pytest
from hoheit import RestrictedNamespace, RestrictedNamespaceArgs
from support import components
from support.monitor import run

NAMESPACE = "kubernetes:core/v1:Namespace"


@pytest.mark.parametrize("name", ["default", "kube-system", "kube-public"])
def test_a_namespace_of_kubernetes_itself_is_not_taken(name: str) -> None:
    def program() -> None:
        cluster = components.cluster()
        RestrictedNamespace("models", RestrictedNamespaceArgs(cluster=cluster, namespace=name))

    with pytest.raises(pulumi.RunError, match=f"namespace: '{name}' belongs to Kubernetes"):
        run(program)


def test_another_name_is_made_before_the_old_namespace_goes() -> None:
    assert not run(components.space).one(NAMESPACE).request.deleteBeforeReplace


def test_workloads_wait_for_the_policy_and_still_know_the_name_in_preview() -> None:
    seen: list[str] = []

    def program() -> None:
        components.space("models").namespace.apply(seen.append)

    run(program, preview=True)
    assert seen == ["models"]
