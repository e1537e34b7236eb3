"""Writing objects, by server-side apply."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hoheit_lab.providers.errors import ProviderError

from .api import JSON_PATCH, ApiError
from .cluster import Cluster
from .discovery import UnknownKindError
from .kinds import describe, kind_of
from .managed_fields import is_by_hand, takeover
from .manifest import FIELD_MANAGER
from .naming import annotations_of
from .refusals import refusal
from .waiting import Pace, Patience

FORCE = "pulumi.com/patchForce"
MANAGER = "pulumi.com/patchFieldManager"
_RETRY_SECONDS = 15.0
_TAKEOVER_TRIES = 5


@dataclass(frozen=True)
class Write:
    """One object to be written, and on whose behalf."""

    manifest: dict[str, Any]
    manager: str
    force: bool = False
    dry_run: bool = False
    secrets: set[str] = field(default_factory=set[str])

    @property
    def query(self) -> dict[str, str]:
        """The query of the request."""
        query = {"fieldManager": self.manager, "fieldValidation": "Strict"}
        return query | ({"dryRun": "All"} if self.dry_run else {})

    def refused(self, verb: str, error: ApiError | UnknownKindError) -> ProviderError:
        """The error for the user."""
        if isinstance(error, UnknownKindError):
            return ProviderError(f"{verb} {describe(self.manifest)} failed: {error}")
        return refusal(verb, self.manifest, error, self.secrets)


def wants_force(manifest: dict[str, Any]) -> bool:
    """Whether the program asks to take fields from other managers."""
    return annotations_of(manifest).get(FORCE) == "true"


def manager_of(manifest: dict[str, Any], old_outputs: dict[str, Any]) -> str:
    """The field manager: each resource has its own, so that two never share a field unseen."""
    chosen = annotations_of(manifest).get(MANAGER) or old_outputs.get(FIELD_MANAGER)
    return str(chosen or f"pulumi-kubernetes-{secrets.token_hex(4)}")


def create(
    write: Write, cluster: Cluster, patience: Patience, *, upsert: bool = False
) -> dict[str, Any]:
    """Make an object that is not there yet."""

    def once() -> dict[str, Any]:
        path = cluster.path_of(write.manifest)
        if not upsert:
            _require_absent(write.manifest, path, cluster)
        return _apply(write, path, cluster)

    return _persist(once, write, patience, "creating")


def create_patch(write: Write, cluster: Cluster, patience: Patience) -> dict[str, Any]:
    """Set fields of an object that is there; applying to a missing one would make a torso."""

    def once() -> dict[str, Any]:
        path = cluster.path_of(write.manifest)
        cluster.server.get(path)
        return _apply(write, path, cluster)

    return _persist(once, write, patience, "patching")


def _persist(
    once: Callable[[], dict[str, Any]], write: Write, patience: Patience, verb: str
) -> dict[str, Any]:
    """Try for a while.

    What a program forgot to order (a namespace, a definition, the account that the control plane
    makes in a new namespace) may be moments away, so such a refusal is not final at once.
    """
    pace = Pace(_RETRY_SECONDS)
    told = False
    while True:
        try:
            live = once()
        except (ApiError, UnknownKindError) as error:
            refused = write.refused(verb, error)
            if not _may_pass(error) or pace.over or patience.cancelled.is_set():
                raise refused from error
            patience.tell(f"{refused}; trying again")
            told = True
            pace.sleep(patience.cancelled)
            continue
        if told:
            patience.tell("")
        return live


def create_dry(write: Write, cluster: Cluster) -> dict[str, Any] | None:
    """What the API server would make of it; None where it cannot say yet.

    That is so in a namespace that does not exist yet, and for an object that is there already:
    it may be the one that is to be replaced.
    """
    path = cluster.path_of(write.manifest)
    try:
        _require_absent(write.manifest, path, cluster)
        return _apply(write, path, cluster)
    except ApiError as error:
        missing = error.namespace_missing(cluster.namespace_of(write.manifest))
        if missing or error.already_exists:
            return None
        raise write.refused("previewing", error) from error


def _require_absent(manifest: dict[str, Any], path: str, cluster: Cluster) -> None:
    try:
        found = cluster.server.get(path)
    except ApiError as error:
        if error.not_found:
            return
        raise
    resource = cluster.resource_of(manifest)
    going = " and is being deleted" if found["metadata"].get("deletionTimestamp") else ""
    name = manifest["metadata"]["name"]
    message = f'{resource.plural} "{name}" already exists{going}'
    raise ApiError(status=409, reason="AlreadyExists", message=message)


def _may_pass(error: ApiError | UnknownKindError) -> bool:
    if isinstance(error, UnknownKindError):
        return True
    missing_account = error.forbidden and "error looking up service account" in error.message
    return error.not_found or missing_account


def update(write: Write, live: dict[str, Any], cluster: Cluster, *, patch: bool) -> dict[str, Any]:
    """Change a live object; fields that the program no longer sets are dropped."""
    path = cluster.path_of(live)
    try:
        if not write.dry_run and not patch:
            _take_over(live, write, path, cluster)
        return _apply(write, path, cluster, over_hands=not patch)
    except ApiError as error:
        if error.not_found:
            raise ProviderError(
                f"updating {describe(write.manifest)} failed: it is no longer there;"
                " `pulumi refresh` notices, and the next `pulumi up` creates it again"
            ) from error
        raise write.refused("updating", error) from error


def _take_over(live: dict[str, Any], write: Write, path: str, cluster: Cluster) -> None:
    """Make fields that a person set ours; a controller may write meanwhile, so it reads again."""
    for left in reversed(range(_TAKEOVER_TRIES)):
        operations = takeover(live, write.manager)
        if not operations:
            return
        try:
            cluster.server.patch(path, operations, how=JSON_PATCH)
        except ApiError as error:
            if not error.conflict or not left:
                raise
            live = cluster.server.get(path)
        else:
            return


def relinquish(obj: dict[str, Any], manager: str, cluster: Cluster) -> None:
    """Give up every field that a manager owns; fields without another owner go away."""
    metadata = {k: v for k, v in obj["metadata"].items() if k in {"name", "namespace"}}
    kind = kind_of(obj)
    nothing = {"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata}
    try:
        _apply(Write(nothing, manager), cluster.path_of(nothing), cluster)
    except ApiError as error:
        if not error.not_found:
            raise refusal("giving up the fields of", nothing, error, set()) from error


def _apply(
    write: Write, path: str, cluster: Cluster, *, over_hands: bool = False
) -> dict[str, Any]:
    """Apply; ``over_hands``: fields that a person set at a command line are taken back."""
    query = {**write.query, "force": "true" if write.force else "false"}
    try:
        return cluster.server.patch(path, write.manifest, query)
    except ApiError as error:
        if write.force or not over_hands or not error.conflict or not _only_by_hand(error):
            raise
        return cluster.server.patch(path, write.manifest, {**query, "force": "true"})


def _only_by_hand(error: ApiError) -> bool:
    messages = [str(cause.get("message", "")) for cause in error.causes]
    managers = [message.split('"')[1] for message in messages if message.startswith("conflict")]
    return bool(managers) and all(is_by_hand(manager) for manager in managers)
