"""The Kubernetes stand-in: what the engine asks for, step by step."""

import threading
from typing import Any

from hoheit_lab.providers.errors import PartialFailureError
from hoheit_lab.providers.marks import reveal
from hoheit_lab.providers.provider import Provider
from hoheit_lab.providers.requests import (
    CheckRequest,
    CheckResult,
    CreateRequest,
    CreateResult,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    Properties,
    ReadRequest,
    ReadResult,
    UpdateRequest,
)
from hoheit_lab.providers.serve import sdk_version

from . import apply, checking, deletion, planning, reading, settings
from .api import UnreachableError
from .cluster import Cluster
from .kinds import identity, is_patch
from .manifest import FIELD_MANAGER, strip_outputs, to_manifest, to_outputs
from .readiness import check_of
from .refusals import redact, secrets_of
from .settings import Settings
from .waiting import NotReadyError, Patience, timeout_of, wait_until_ready

_WRITTEN_AGAINST = "4.34.2"


class KubernetesProvider(Provider):
    """Any typed resource of pulumi-kubernetes, on an API server on loopback."""

    package = "kubernetes"

    def __init__(self) -> None:
        super().__init__()
        self.version = sdk_version("pulumi-kubernetes", _WRITTEN_AGAINST)
        self._settings = Settings()
        self._cancelled = threading.Event()
        self._cluster: Cluster | None = None
        self._lock = threading.Lock()

    def check_config(self, news: Properties) -> CheckResult:
        """Validate the provider's own settings."""
        return settings.check(news)

    def diff_config(self, olds: Properties, news: Properties) -> DiffResult:
        """Say whether changed settings mean another cluster."""
        return settings.diff(olds, news)

    def configure(self, news: Properties) -> None:
        """Take the settings; the cluster is looked at when a resource needs it."""
        self._settings = settings.parse(news)

    def cancel(self) -> None:
        """End every wait."""
        self._cancelled.set()

    def check(self, request: CheckRequest) -> CheckResult:
        """Name the object, put it into a namespace, and refuse kinds that are not served."""
        try:
            return checking.check(request, self.cluster)
        except UnreachableError:
            if self._settings.skip_update_unreachable and request.olds:
                return CheckResult(request.olds)
            raise

    def diff(self, request: DiffRequest) -> DiffResult:
        """Compare what the state holds with what the program says."""
        return planning.diff(request, self.cluster, self._settings)

    def create(self, request: CreateRequest) -> CreateResult:
        """Create the object and wait until it is ready; in a preview, ask what it would be."""
        inputs = request.inputs
        patch = is_patch(request.type, str(reveal(inputs.get("kind"))))
        write = self._write(inputs, {})
        if request.preview:
            outputs = planning.preview_create(inputs, write, self.cluster, patch=patch)
            return CreateResult("", outputs)
        patience = self._patience(request.urn, 0)
        if patch:
            live = apply.create_patch(write, self.cluster, patience)
        else:
            live = apply.create(write, self.cluster, patience, upsert=self._settings.upsert)
        self._learn(live)
        outputs = self._settle(live, request.inputs, write.manager, request.urn, request.timeout)
        return CreateResult(identity(live), outputs)

    def read(self, request: ReadRequest) -> ReadResult:
        """Look at the live object, to refresh the state or to import it."""
        try:
            return reading.read(request, self.cluster)
        except UnreachableError:
            if self._settings.delete_unreachable:
                return ReadResult("")
            if self._settings.skip_update_unreachable:
                return ReadResult(request.id, request.outputs, request.inputs or {})
            raise

    def update(self, request: UpdateRequest) -> Properties:
        """Change the object and wait until it is ready; in a preview, ask what it would become."""
        inputs = request.news
        patch = is_patch(request.type, str(reveal(inputs.get("kind"))))
        write = self._write(inputs, request.old_outputs)
        if request.preview:
            return planning.preview_update(request, write, self.cluster, patch=patch)
        live = planning.live_for_update(request, self.cluster)
        write = planning.leaving_ignored(write, live, request.ignore_changes)
        changed = apply.update(write, live, self.cluster, patch=patch)
        self._learn(changed)
        old_manager = request.old_outputs.get(FIELD_MANAGER)
        if old_manager and old_manager != write.manager:
            apply.relinquish(changed, str(old_manager), self.cluster)
        return self._settle(changed, inputs, write.manager, request.urn, request.timeout)

    def delete(self, request: DeleteRequest) -> None:
        """Delete the object and wait until it is gone; a patch gives its fields up."""
        obj = strip_outputs(request.old_outputs)
        try:
            if is_patch(request.type, str(obj.get("kind"))):
                apply.relinquish(obj, str(request.old_outputs[FIELD_MANAGER]), self.cluster)
                return
            patience = self._patience(request.urn, timeout_of(obj, request.timeout))
            deletion.delete(obj, self.cluster, patience)
        except UnreachableError:
            if not self._settings.delete_unreachable:
                raise

    @property
    def cluster(self) -> Cluster:
        """The cluster, connected on first use: a provider may be configured and never used."""
        with self._lock:
            if self._cluster is None:
                self._cluster = Cluster(self._settings)
            return self._cluster

    def _write(self, inputs: Properties, old_outputs: Properties) -> apply.Write:
        manifest = to_manifest(inputs)
        return apply.Write(
            manifest=manifest,
            manager=apply.manager_of(manifest, old_outputs),
            force=self._settings.force_conflicts or apply.wants_force(manifest),
            secrets=secrets_of(inputs),
        )

    def _learn(self, live: dict[str, Any]) -> None:
        if live["kind"] == "CustomResourceDefinition":
            self.cluster.forget()

    def _patience(self, urn: str, seconds: float) -> Patience:
        return Patience(self.host, urn, self._cancelled, seconds)

    def _settle(
        self, live: dict[str, Any], inputs: Properties, manager: str, urn: str, timeout: float
    ) -> Properties:
        """Wait until the object is ready; if it is not in time, it is kept in the state."""
        check = check_of(reveal(inputs))
        if check is None:
            return to_outputs(live, inputs, manager)
        patience = self._patience(urn, timeout_of(reveal(inputs), timeout))
        try:
            live = wait_until_ready(live, check, self.cluster, patience)
        except NotReadyError as error:
            secrets = secrets_of(inputs)
            raise PartialFailureError(
                [redact(reason, secrets) for reason in error.reasons],
                object_id=identity(error.live),
                outputs=to_outputs(error.live, inputs, manager),
            ) from error
        return to_outputs(live, inputs, manager)
