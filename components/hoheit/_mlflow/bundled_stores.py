"""The database and the S3 server that an MLflow server has of its own."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_kubernetes as k8s

from hoheit._args import InputStr
from hoheit._labels import object_labels
from hoheit._stores.objects import (
    ACCESS_KEY,
    OBJECTS_PORT,
    SECRET_KEY,
    VERSITYGW,
    objects_pod,
)
from hoheit._stores.secrets import Secrets
from hoheit._stores.stateful_store import StatefulStore
from hoheit.capabilities import StorageChoice
from hoheit.images import Images
from hoheit.mlflow_settings import BundledArtifacts, BundledDatabase
from hoheit.register import OnDestroy

from .database import DATABASE_PASSWORD, DATABASE_PORT, POSTGRES, database_files, database_pod
from .policies import MLFLOW, database_policy, objects_policy
from .server_environment import bundled_dsn

_ACCESS_KEY = "mlflow"


@dataclass(frozen=True, kw_only=True)
class Made:
    """A store that the server waits for, and the Secret by which it gets in."""

    secret: pulumi.Output[str]
    server: k8s.apps.v1.StatefulSet


@dataclass(frozen=True, kw_only=True)
class BundledStores:
    """Makes the stores of one server: in its namespace, below its component."""

    name: str
    namespace: InputStr
    images: Images
    secrets: Secrets
    on_destroy: OnDestroy
    parent: pulumi.Resource
    ready: pulumi.Resource
    """What every workload waits for."""

    def database(self, settings: BundledDatabase, storage: StorageChoice) -> Made:
        """Make a PostgreSQL; the Secret holds its URL under ``dsn``."""
        files = database_files(settings)
        store = StatefulStore(
            name=self.name,
            role="database",
            program=POSTGRES,
            port=DATABASE_PORT,
            port_name="postgres",
            storage=storage,
            volume_gib=settings.volume_gib,
            on_destroy=self.on_destroy,
            policy=database_policy(self.name),
            configuration=list(files.values()),
        )
        password = self.secrets.password("database-password")
        secret = self.secrets.secret(
            "database",
            {
                DATABASE_PASSWORD: password,
                "dsn": password.apply(lambda value: bundled_dsn(store.host, value)),
            },
        )
        config = self._files(files)
        pod = database_pod(settings, self.images, files=config, secret=secret)
        return Made(secret=secret, server=self._made(store, pod))

    def objects(self, settings: BundledArtifacts, storage: StorageChoice) -> Made:
        """Make an S3 server; the Secret holds its root credentials."""
        store = StatefulStore(
            name=self.name,
            role="objects",
            program=VERSITYGW,
            port=OBJECTS_PORT,
            port_name="s3",
            storage=storage,
            volume_gib=settings.volume_gib,
            on_destroy=self.on_destroy,
            policy=objects_policy(self.name),
            configuration=[],
        )
        key = self.secrets.password("objects-key")
        secret = self.secrets.secret("objects", {ACCESS_KEY: _ACCESS_KEY, SECRET_KEY: key})
        pod = objects_pod(settings, self.images, secret=secret)
        return Made(secret=secret, server=self._made(store, pod))

    def _files(self, files: Mapping[str, str]) -> pulumi.Output[str]:
        made = k8s.core.v1.ConfigMap(
            f"{self.name}-database-files",
            metadata={"namespace": self.namespace, "labels": object_labels(MLFLOW, self.name)},
            immutable=True,
            data=files,
            opts=pulumi.ResourceOptions(parent=self.parent),
        )
        return made.metadata.name

    def _made(
        self, store: StatefulStore, pod: k8s.core.v1.PodSpecArgsDict
    ) -> k8s.apps.v1.StatefulSet:
        return store.make(pod, namespace=self.namespace, parent=self.parent, after=[self.ready])
