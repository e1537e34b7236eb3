"""Everything that a rule may look at beside one resource."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from .declarations import ClusterDeclaration, Declarations
from .remembering import Remembers
from .resource import Phase
from .values import Gap, text_at

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .resource import Provider, Resource

KUBERNETES_PROVIDER = "pulumi:providers:kubernetes"


@dataclass(frozen=True, kw_only=True)
class StateFacts:
    """What shows itself of the state: in an export, or in the environment of a program."""

    backend: str | Gap = Gap.MISSING
    """URL of the backend."""
    secrets_kind: str | Gap = Gap.MISSING
    """``passphrase``, ``service``, ``cloud``, ``b64``."""
    secrets_url: str | Gap = Gap.MISSING
    """URL of the service, or of the key."""


@dataclass(frozen=True, kw_only=True)
class ClusterRef:
    """The cluster that a provider leads to."""

    key: str | Gap
    declared: ClusterDeclaration | None


@dataclass(frozen=True, kw_only=True)
class View(Remembers):
    """The collection of resources, what is declared of it, and when it is looked at."""

    declarations: Declarations = field(default_factory=Declarations)
    resources: Sequence[Resource] = ()
    leaving: Sequence[Resource] = ()
    """What waits to be deleted and exists until then: judged alone, and no other passes by it."""
    pending_operations: int = 0
    """Operations that were cut off: nobody knows whether their resources exist."""
    phase: Phase = Phase.STATE
    state: StateFacts = field(default_factory=StateFacts)
    today: date = field(default_factory=date.today)
    complete: bool = True
    """Every resource of the stack is in the collection."""

    def cluster_of(self, provider: Provider | None) -> ClusterRef:
        """Return the cluster that a Kubernetes provider leads to."""
        return self.cluster_by(provider.inputs if provider else {})

    def cluster_by(self, inputs: Any) -> ClusterRef:
        """Return the cluster that the settings of a Kubernetes provider lead to."""
        key = text_at(inputs, "clusterIdentifier")
        if key is Gap.MISSING:
            key = text_at(inputs, "context")
        declared = None if isinstance(key, Gap) else self.declarations.clusters.get(key)
        return ClusterRef(key=key, declared=declared)
