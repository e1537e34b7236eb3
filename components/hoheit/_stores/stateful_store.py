"""Makes what one server over a volume consists of: claim, policy, headless Service, StatefulSet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import pulumi
import pulumi_kubernetes as k8s

from hoheit._args import InputStr
from hoheit._deployment_spec import config_hash
from hoheit._labels import object_labels, selector_labels
from hoheit.capabilities import StorageChoice
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
        """Create the objects, and mount the volume as ``data``; ``pod`` only names it in mounts."""
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
        claim = self._claim(metadata, parent)
        volume: k8s.core.v1.VolumeArgsDict = {
            "name": "data",
            "persistent_volume_claim": {"claim_name": claim},
        }
        spec = stateful_set_spec(
            {**pod, "volumes": [*cast("Sequence[Any]", pod.get("volumes", [])), volume]},
            service=self.host,
            selector=selector,
            labels=labels,
            configuration=config_hash(self.configuration),
        )
        return k8s.apps.v1.StatefulSet(
            f"{self.host}-server",
            metadata={**metadata, "name": self.host},
            spec=spec,
            opts=pulumi.ResourceOptions(
                parent=parent,
                depends_on=[policy, service, *after],
                # Two pods would share one volume.
                delete_before_replace=True,
            ),
        )

    def _claim(
        self, metadata: k8s.meta.v1.ObjectMetaArgsDict, parent: pulumi.Resource
    ) -> pulumi.Output[str]:
        """Make the claim, an object of its own: it can grow, and no change of the server ends it.

        Retained, it is protected: what is left in the state is found by the next update.
        """
        # None, so that a protected parent still protects its children.
        kept = True if self.on_destroy is OnDestroy.RETAIN else None
        made = k8s.core.v1.PersistentVolumeClaim(
            f"{self.host}-data",
            metadata=metadata,
            spec={
                "access_modes": ["ReadWriteOnce"],
                "storage_class_name": self.storage.storage_class,
                "resources": {"requests": {"storage": f"{self.volume_gib}Gi"}},
            },
            opts=pulumi.ResourceOptions(parent=parent, protect=kept, retain_on_delete=kept),
        )
        return made.metadata.name
