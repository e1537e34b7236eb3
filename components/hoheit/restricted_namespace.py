"""A namespace in which nothing is allowed that was not declared."""

import pulumi
import pulumi_kubernetes as k8s
from pydantic import InstanceOf

from ._args import PACKAGE, Args, DnsLabel, validated
from ._network_policy import NEEDS_ANNOTATION, default_deny
from .cluster import Cluster, on_cluster

_PART_OF = {"app.kubernetes.io/part-of": "hoheit", "app.kubernetes.io/managed-by": "pulumi"}


class RestrictedNamespaceArgs(Args):
    """The namespace to create, and where."""

    cluster: InstanceOf[Cluster]
    namespace: DnsLabel
    """Name in the cluster; fixed, because clients and network rules refer to it."""


class RestrictedNamespace(pulumi.ComponentResource):
    """A Namespace under the restricted Pod Security Standard, closed in both directions.

    Creates a Namespace and a NetworkPolicy that denies all traffic of all its pods; workloads
    add one rule for each need that they declare.
    """

    namespace: pulumi.Output[str]
    """Name, known to dependents only when the policy exists too."""

    def __init__(
        self, name: str, args: RestrictedNamespaceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        args = validated(RestrictedNamespaceArgs, args, f"RestrictedNamespace '{name}'")
        super().__init__(
            f"{PACKAGE}:index:RestrictedNamespace", name, None, on_cluster(args.cluster, opts)
        )
        levels = {
            f"pod-security.kubernetes.io/{mode}": "restricted"
            for mode in ("enforce", "audit", "warn")
        }
        namespace = k8s.core.v1.Namespace(
            f"{name}-namespace",
            metadata={"name": args.namespace, "labels": {**_PART_OF, **levels}},
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        policy = k8s.networking.v1.NetworkPolicy(
            f"{name}-default-deny",
            metadata={
                "namespace": namespace.metadata.name,
                "labels": _PART_OF,
                "annotations": {NEEDS_ANNOTATION: "nothing: workloads add what they declare"},
            },
            spec=default_deny(),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.namespace = pulumi.Output.all(namespace.metadata.name, policy.id).apply(
            lambda pair: pair[0]
        )
        self.register_outputs({"namespace": self.namespace})
