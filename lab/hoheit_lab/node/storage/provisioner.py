"""One round of the provisioner: what waits gets its volume, what was released goes."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from hoheit_lab.cluster.api import Api
from hoheit_lab.console import say
from hoheit_lab.errors import LabError
from hoheit_lab.providers.kubernetes.quantity import parse_quantity

from .claims import Object, is_ours, is_released, refusal, volume, volume_name, waits
from .classes import ENFORCE_SIZE
from .directories import Directories

_CORE = "/api/v1"
_CLASSES = "/apis/storage.k8s.io/v1/storageclasses"


@dataclass(frozen=True)
class Provisioner:
    """Serves the claims on one node.

    It keeps nothing in memory that matters: each round looks at the cluster and at the disk, so
    a claim made while it was down is served like any other.
    """

    api: Api
    node: str
    directories: Directories
    _told: dict[str, str] = field(default_factory=dict[str, str])
    """What each claim's user was told last."""

    def round(self) -> None:
        """Does all there is to do now."""
        for found in self.api.get(f"{_CORE}/persistentvolumes")["items"]:
            if is_ours(found):
                self._look_after(found)
        for claim in self.api.get(f"{_CORE}/persistentvolumeclaims")["items"]:
            if waits(claim, self.node):
                self._serve(claim)

    def _look_after(self, found: Object) -> None:
        name: str = found["metadata"]["name"]
        try:
            if not is_released(found):
                self.directories.restore(name)
                return
            # In this order: what is left of a deletion that was cut short is deleted again.
            self.directories.remove(name)
            self.api.delete(f"{_CORE}/persistentvolumes/{name}")
            say(f"volume {name}: deleted")
        except (LabError, OSError) as problem:  # a pod that is ending may still write there
            say(f"volume {name}: {problem}")

    def _serve(self, claim: Object) -> None:
        if reason := refusal(claim):
            self._tell(claim, reason)
            return
        try:
            storage_class = self.api.get(f"{_CLASSES}/{claim['spec']['storageClassName']}")
            made = self._make(claim, storage_class)
            self.api.apply(f"{_CORE}/persistentvolumes/{made['metadata']['name']}", made)
        except (LabError, OSError) as problem:
            self._tell(claim, str(problem))
            return
        say(f"volume {made['metadata']['name']}: made, for {_named(claim)}")

    def _make(self, claim: Object, storage_class: Object) -> Object:
        name = volume_name(claim)
        if storage_class.get("parameters", {}).get(ENFORCE_SIZE) == "true":
            size = parse_quantity(claim["spec"]["resources"]["requests"]["storage"])
            path = self.directories.make_sized(name, int(size or 0))
        else:
            path = self.directories.make(name)
        return volume(claim, storage_class, self.node, path)

    def _tell(self, claim: Object, problem: str) -> None:
        """Tells the claim's user with an event, which `kubectl describe pvc` shows."""
        if self._told.get(volume_name(claim)) == problem:
            return
        say(f"claim {_named(claim)}: {problem}")
        namespace, name = claim["metadata"]["namespace"], f"{volume_name(claim)}.provisioning"
        self.api.apply(
            f"{_CORE}/namespaces/{namespace}/events/{name}", _event(name, claim, problem)
        )
        self._told[volume_name(claim)] = problem


def _event(name: str, claim: Object, problem: str) -> Object:
    metadata, now = claim["metadata"], datetime.now(UTC).isoformat(timespec="seconds")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": metadata["namespace"]},
        "type": "Warning",
        "reason": "ProvisioningFailed",
        "message": problem,
        "source": {"component": "hoheit-lab"},
        "firstTimestamp": now,
        "lastTimestamp": now,
        "involvedObject": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
        },
    }


def _named(claim: Object) -> str:
    return f"{claim['metadata']['namespace']}/{claim['metadata']['name']}"
