"""What every object of a model service shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
from hoheit_facts import ENGINE

from hoheit._labels import object_labels, selector_labels
from hoheit._router_pod import ROUTER

if TYPE_CHECKING:
    import pulumi_kubernetes as k8s

    from hoheit._args import InputStr

SERVER = ENGINE.name
"""Program of the server pods, in labels."""


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Where the objects of one service belong, and what they are called."""

    name: str
    namespace: InputStr
    parent: pulumi.Resource

    @property
    def servers(self) -> dict[str, str]:
        """Labels that select the server pods."""
        return selector_labels(SERVER, self.name)

    @property
    def routers(self) -> dict[str, str]:
        """Labels that select the router pods."""
        return selector_labels(ROUTER, self.name)

    @property
    def headless_service(self) -> str:
        """Name of the Service whose addresses are the server pods."""
        return f"{self.name}-servers"

    def labels(self, program: str = SERVER) -> dict[str, str]:
        """Return the labels of an object that belongs to ``program``."""
        return object_labels(program, self.name)

    def metadata(self, program: str = SERVER) -> k8s.meta.v1.ObjectMetaArgsDict:
        """Return metadata without a name, so that a replaced object gets one of its own."""
        return {"namespace": self.namespace, "labels": self.labels(program)}

    def options(self, options: pulumi.ResourceOptions | None = None) -> pulumi.ResourceOptions:
        """Return the options of a child, with further ones."""
        own = pulumi.ResourceOptions(parent=self.parent)
        return pulumi.ResourceOptions.merge(own, options) if options else own
