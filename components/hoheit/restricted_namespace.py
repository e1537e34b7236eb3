"""A namespace in which nothing is allowed that was not declared."""

from typing import Self

import pulumi
import pulumi_kubernetes as k8s
from pydantic import InstanceOf, model_validator

from ._args import PACKAGE, Args, DnsLabel, check_namespace, validated
from ._labels import PART_OF
from ._network_policy import NEEDS_ANNOTATION, default_deny
from .cluster import Cluster, on_cluster
from .register import Egress, Store


class RestrictedNamespaceArgs(Args):
    """The namespace to create, and where."""

    cluster: InstanceOf[Cluster]
    namespace: DnsLabel
    """Name in the cluster; fixed, because clients and network rules refer to it."""

    @model_validator(mode="after")
    def _is_not_the_systems_own(self) -> Self:
        check_namespace("namespace", self.namespace)
        return self


class RestrictedNamespace(pulumi.ComponentResource):
    """A Namespace under the restricted Pod Security Standard, closed in both directions.

    Creates a Namespace and a NetworkPolicy that denies all traffic of all its pods; workloads
    add one rule for each need that they declare.
    """

    name: str
    """Name in the cluster, plain, for peers in network rules."""
    namespace: pulumi.Output[str]
    """The same, known to workloads only when the policy exists too."""
    stores: tuple[Store, ...] = ()
    """None: a namespace keeps nothing of its own."""
    egress: tuple[Egress, ...] = ()
    """None: nothing is allowed."""

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
            metadata={"name": args.namespace, "labels": {**PART_OF, **levels}},
            # Another name is another namespace: it is made first, and the old one goes when it is
            # there. If it cannot be made, nothing is lost.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[args.cluster.ready]),
        )
        policy = k8s.networking.v1.NetworkPolicy(
            f"{name}-default-deny",
            metadata={
                "namespace": namespace.metadata.name,
                "labels": PART_OF,
                "annotations": {NEEDS_ANNOTATION: "nothing: workloads add what they declare"},
            },
            spec=default_deny(),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.name = args.namespace
        # The policy's URN exists when the policy does, and unlike its id is known in preview.
        self.namespace = pulumi.Output.all(namespace.metadata.name, policy.urn).apply(
            lambda pair: pair[0]
        )
        self.register_outputs({"namespace": self.namespace})
