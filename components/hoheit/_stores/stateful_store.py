"""Makes what one server over a volume consists of: a policy, a headless Service, a StatefulSet."""

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from hoheit._args import InputStr
from hoheit._deployment_spec import config_hash
from hoheit._labels import object_labels, selector_labels
from hoheit.cluster import StorageChoice
from hoheit.register import OnDestroy

from .policies import Policy
from .stateful import stateful_set_spec


@dataclass(frozen=True, kw_only=True)
class StatefulStore:
    """One server over one volume, as a part of a component."""

    name: str
    """Name of the component."""
    role: str
    """Suffix of the names of all objects."""
    program: str
    port: int
    port_name: str
    storage: StorageChoice
    volume_gib: int
    on_destroy: OnDestroy
    policy: Policy
    configuration: Sequence[str]
    """What the pod runs with, so that a change of it is a changed pod."""

    @property
    def host(self) -> str:
        """Name of the Service, as pods of the same namespace resolve it."""
        return f"{self.name}-{self.role}"

    def make(
        self,
        pod: k8s.core.v1.PodSpecArgsDict,
        *,
        namespace: InputStr,
        parent: pulumi.Resource,
        after: Sequence[pulumi.Resource],
    ) -> k8s.apps.v1.StatefulSet:
        """Create the objects; the StatefulSet is protected where data is to be retained."""
        labels = object_labels(self.program, self.name)
        selector = selector_labels(self.program, self.name)
        metadata: k8s.meta.v1.ObjectMetaArgsDict = {"namespace": namespace, "labels": labels}
        policy = k8s.networking.v1.NetworkPolicy(
            f"{self.host}-policy",
            metadata={**metadata, "annotations": self.policy.annotations},
            spec=self.policy.spec,
            opts=pulumi.ResourceOptions(parent=parent),
        )
        # Consumers find the store by this name.
        service = k8s.core.v1.Service(
            f"{self.host}-service",
            metadata={**metadata, "name": self.host},
            spec={
                "cluster_ip": "None",
                "selector": selector,
                "ports": [
                    {"name": self.port_name, "port": self.port, "target_port": self.port_name}
                ],
            },
            opts=pulumi.ResourceOptions(parent=parent, delete_before_replace=True),
        )
        spec = stateful_set_spec(
            pod,
            service=self.host,
            selector=selector,
            labels=labels,
            storage=self.storage,
            volume_gib=self.volume_gib,
            on_destroy=self.on_destroy,
            configuration=config_hash(self.configuration),
        )
        retained = self.on_destroy is OnDestroy.RETAIN
        return k8s.apps.v1.StatefulSet(
            f"{self.host}-server",
            metadata={**metadata, "name": self.host},
            spec=spec,
            opts=pulumi.ResourceOptions(
                parent=parent,
                depends_on=[policy, service, *after],
                # None, so that a protected parent still protects its children.
                protect=True if retained else None,
                delete_before_replace=True,
            ),
        )
