"""Generated passwords, and the Secrets in which pods and people find them."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s
import pulumi_random as random

from hoheit._args import InputStr

_LENGTH = 48


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """Makes the passwords and Secrets of one component."""

    name: str
    namespace: InputStr
    labels: dict[str, str]
    parent: pulumi.Resource

    def password(self, role: str, *, kept: bool = False) -> pulumi.Output[str]:
        """Generate letters and digits, which need no escaping wherever they go.

        Args:
            role: What it is for.
            kept: Data cannot be read without it, so it is protected like the data.
        """
        generated = random.RandomPassword(
            f"{self.name}-{role}",
            length=_LENGTH,
            special=False,
            # None, so that a protected parent still protects its children.
            opts=pulumi.ResourceOptions(parent=self.parent, protect=True if kept else None),
        )
        return generated.result

    def secret(self, role: str, data: Mapping[str, pulumi.Input[str]]) -> pulumi.Output[str]:
        """Keep ``data``, and return the Secret's name.

        Other data is another Secret with another name, so pods that use it roll by themselves.
        """
        made = k8s.core.v1.Secret(
            f"{self.name}-{role}",
            metadata={"namespace": self.namespace, "labels": self.labels},
            immutable=True,
            string_data=dict(data),
            opts=pulumi.ResourceOptions(parent=self.parent),
        )
        return made.metadata.name
