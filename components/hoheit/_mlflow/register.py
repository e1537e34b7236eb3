"""What an MLflow server keeps and whom it contacts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit._service_register import registry_recipients
from hoheit._stores.register import on_volume
from hoheit.location import Fact, Location, Source, SourceKind, where
from hoheit.register import DataClass, Egress, OnDestroy, Phase, Store

if TYPE_CHECKING:
    from collections.abc import Callable

    from hoheit.capabilities import StorageChoice
    from hoheit.mlflow_settings import ExistingArtifacts, ExistingDatabase, MlflowSettings

_ERASED_RUNS = "deleted runs are marked, and erased by `mlflow gc`, which nobody runs by itself"
_ERASED_FILES = "with the deletion of the object, by a client or by `mlflow gc`"


def stores(  # noqa: PLR0913 - each is what one of the places depends on, by name
    name: str,
    settings: MlflowSettings,
    *,
    database: StorageChoice | None,
    objects: StorageChoice | None,
    control_plane: Location,
    nodes: Location,
) -> tuple[Store, ...]:
    """Return every place where the server leaves data.

    Args:
        name: Name of the component.
        settings: Its settings.
        database: Volume of the bundled database.
        objects: Volume of the bundled S3 server.
        control_plane: Where Secrets rest.
        nodes: Where the pods run.
    """
    fact = _derived(name)
    readers = fact(
        f"accounts of MLflow, with {settings.default_permission} for what nobody granted; "
        "its administrators all of it"
    )
    kept = [
        _runs(name, settings, database, nodes).model_copy(
            update={"readers": readers, "erasure": fact(_ERASED_RUNS)}
        ),
        _artifacts(name, settings, objects).model_copy(
            update={"readers": readers, "erasure": fact(_ERASED_FILES)}
        ),
    ]
    passing = Store(
        name=f"{name}: artifacts under way",
        data_class=DataClass.ARTIFACTS,
        medium="emptyDir on the node's disk",
        location=nodes,
        retention=fact("while a file is uploaded or downloaded, at the longest the pod's life"),
        erasure=fact("when the transfer ends, or with the pod"),
        on_destroy=OnDestroy.DELETE,
    )
    logs = Store(
        name=f"{name}: container logs",
        data_class=DataClass.LOGS,
        medium="log files on the node: client addresses, paths with names of experiments and "
        "artifacts, times; no parameters",
        location=nodes,
        on_destroy=OnDestroy.DELETE,
    )
    credentials = Store(
        name=f"{name}: passwords and keys",
        data_class=DataClass.CREDENTIALS,
        medium="Kubernetes Secrets in etcd, and the Pulumi state (encrypted)",
        location=control_plane,
        retention=fact(
            "until rotated or destroyed; the key of what people keep secret in MLflow as long as "
            "the database is retained"
        ),
        on_destroy=OnDestroy.DELETE,
    )
    return (*kept, passing, logs, credentials)


def recipients(name: str, settings: MlflowSettings, images: list[str]) -> tuple[Egress, ...]:
    """Return every recipient outside of the component: registries, and stores of others."""
    found = list(registry_recipients(f"images of '{name}'", images))
    if (database := settings.existing_database) is not None:
        found.append(
            Egress(
                recipient="PostgreSQL",
                host=database.host,
                port=database.port,
                purpose=f"keep runs and accounts of '{name}'",
                when=Phase.RUN,
                location=where(database.location),
            )
        )
    if (store := settings.existing_artifacts) is not None:
        found.append(
            Egress(
                recipient=f"object store, bucket {store.bucket}",
                host=store.host,
                port=store.port,
                purpose=f"keep artifacts of '{name}'",
                when=Phase.RUN,
                location=store.whereabouts,
            )
        )
    return tuple(found)


def _runs(
    name: str, settings: MlflowSettings, volume: StorageChoice | None, nodes: Location
) -> Store:
    title, data_class = f"{name}: runs, registered models and accounts", DataClass.EXPERIMENTS
    if (existing := settings.existing_database) is not None:
        return _existing_database(title, existing)
    if volume is None:
        return Store(
            name=title,
            data_class=data_class,
            medium="SQLite file in an emptyDir on the node's disk",
            location=nodes,
            retention=_derived(name)("the pod's life"),
            on_destroy=OnDestroy.DELETE,
        )
    return on_volume(title, data_class, "PostgreSQL", volume, settings.on_destroy)


def _artifacts(name: str, settings: MlflowSettings, volume: StorageChoice | None) -> Store:
    title, data_class = f"{name}: artifacts", DataClass.ARTIFACTS
    if (existing := settings.existing_artifacts) is not None:
        return _existing_bucket(title, existing)
    assert volume is not None  # noqa: S101 - settings have one or the other
    return on_volume(title, data_class, "VersityGW", volume, settings.on_destroy)


def _existing_database(title: str, database: ExistingDatabase) -> Store:
    return Store(
        name=title,
        data_class=DataClass.EXPERIMENTS,
        medium=f"PostgreSQL at {database.host}",
        host=database.host,
        location=where(database.location),
        encryption=database.encryption_at_rest,
        on_destroy=OnDestroy.RETAIN,
    )


def _existing_bucket(title: str, store: ExistingArtifacts) -> Store:
    return Store(
        name=title,
        data_class=DataClass.ARTIFACTS,
        medium=f"bucket {store.bucket} at {store.host}, below {store.prefix}",
        host=store.host,
        location=store.whereabouts,
        encryption=store.encryption_at_rest,
        on_destroy=OnDestroy.RETAIN,
    )


def _derived(name: str) -> Callable[[str], Fact]:
    """Return how facts are made that follow from what this component renders."""
    source = Source(kind=SourceKind.DERIVED, by=f"MlflowServer '{name}'")
    return lambda value: Fact(value=value, source=source)
