"""An MLflow server with accounts, its runs in PostgreSQL and its artifacts in S3."""

from collections.abc import Sequence
from typing import Self

import pulumi
import pulumi_kubernetes as k8s
from pydantic import InstanceOf, model_validator

from ._args import PACKAGE, Args, InputStr, ServiceName, plain, validated
from ._deployment_spec import CONFIG_HASH_ANNOTATION, config_hash
from ._gateway import GATEWAY_METRICS_PATH
from ._labels import object_labels, selector_labels
from ._mlflow.bundled_stores import BundledStores, Made
from ._mlflow.gateway import API_PORT, METRICS_PORT
from ._mlflow.hosts import allowed_hosts, allowed_origins, service_hosts
from ._mlflow.policies import MLFLOW, server_policy
from ._mlflow.register import recipients, stores
from ._mlflow.server_environment import METRICS_READER, Late
from ._mlflow.server_pod import GATEWAY_FILE, ServerPod
from ._stores.secrets import Secrets
from .capabilities import StorageChoice, StoragePurpose
from .cluster import (
    Access,
    Cluster,
    ObjectStoreGrant,
    WorkloadIdentity,
    on_cluster,
)
from .images import Images
from .mlflow_settings import BundledArtifacts, BundledDatabase, MlflowSettings
from .register import Egress, OnDestroy, Store
from .scrape_target import ScrapeTarget

MLFLOW_VERSION = "3.18.0"
"""For which command, environment and gateway are rendered; ``model_images/mlflow`` locks it."""
_ADMIN = "admin"
_PROGRESS_SECONDS = 3600
"""For a pull of the image and the migration of a large database."""
_DELETE_SLACK_SECONDS = 300


class _Name(Args):
    name: ServiceName


class MlflowServerArgs(MlflowSettings):
    """What the server is to be, where, and with which means."""

    cluster: InstanceOf[Cluster]
    namespace: InputStr
    """Namespace, best of a ``RestrictedNamespace``."""
    images: Images

    @classmethod
    def of(
        cls, settings: MlflowSettings, *, cluster: Cluster, namespace: InputStr, images: Images
    ) -> Self:
        """Return ``settings`` completed with the means of one environment."""
        own = {field: getattr(settings, field) for field in MlflowSettings.model_fields}
        means = {"cluster": cluster, "namespace": namespace, "images": images}
        return validated(cls, {**own, **means}, "the MLflow server")

    @model_validator(mode="after")
    def _images_can_be_pulled(self) -> Self:
        self.images.check(*self.image_fields)
        return self


class MlflowServer(pulumi.ComponentResource):
    """A tracking server and model registry, with accounts, behind a gateway in its pod.

    Creates a Deployment, a Service, a ServiceAccount without token, Secrets with generated
    passwords, a ConfigMap with the gateway's configuration and a NetworkPolicy; for a bundled
    database, and for bundled artifacts, a StatefulSet with a volume, a headless Service and a
    NetworkPolicy each. Schemas are migrated and passwords set in each pod before its server starts.
    """

    url: pulumi.Output[str]
    """Tracking URI inside the cluster."""
    admin_secret: pulumi.Output[str]
    """Name of the Secret with ``username`` and ``password`` of the administrator."""
    scrape: tuple[ScrapeTarget, ...]
    """Metrics of MLflow, and of the gateway."""
    stores: tuple[Store, ...]
    egress: tuple[Egress, ...]
    deployment: k8s.apps.v1.Deployment
    """The Deployment, for consumers who must reach past this component."""

    def __init__(
        self, name: str, args: MlflowServerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        owner = f"MlflowServer '{name}'"
        args = validated(MlflowServerArgs, args, owner)
        self._service_name = validated(_Name, {"name": name}, owner).name
        self._args = args
        self._cluster: Cluster = args.cluster
        self._images = args.images.rewritten(args.cluster.image)
        self._pod = ServerPod(settings=args, images=self._images)
        database_volume = self._storage(StoragePurpose.DATABASE, args.bundled_database)
        objects_volume = self._storage(StoragePurpose.OBJECTS, args.bundled_artifacts)
        super().__init__(
            f"{PACKAGE}:index:MlflowServer", name, None, on_cluster(args.cluster, opts)
        )
        self._secrets = Secrets(
            name=name,
            namespace=args.namespace,
            labels=object_labels(MLFLOW, name),
            parent=self,
        )
        self.admin_secret = self._secrets.secret(
            "admin", {"username": _ADMIN, "password": self._secrets.password("admin-password")}
        )
        account, identity = self._service_account()
        policy = self._network_policy()
        database, objects = self._stores(database_volume, objects_volume)
        self.deployment = self._deployment(
            self._late(account, self._dsn_secret(database), self._objects_secret(objects)),
            after=[
                *identity.ready,
                policy,
                *(made.server for made in (database, objects) if made),
            ],
        )
        self.url = self._service()
        self.scrape = self._scrape_targets()
        self.stores = stores(
            name,
            args,
            database=database_volume,
            objects=objects_volume,
            control_plane=args.cluster.location,
            nodes=args.cluster.node_location,
        )
        self.egress = recipients(name, args, self._images.references(*args.image_fields))
        self.register_outputs(
            {
                "url": self.url,
                "adminSecret": self.admin_secret,
                "stores": plain(self.stores),
                "egress": plain(self.egress),
            }
        )

    def _storage(
        self, purpose: StoragePurpose, bundled: BundledDatabase | BundledArtifacts | None
    ) -> StorageChoice | None:
        return self._cluster.storage(purpose) if bundled else None

    def _options(self, options: pulumi.ResourceOptions | None = None) -> pulumi.ResourceOptions:
        own = pulumi.ResourceOptions(parent=self)
        return pulumi.ResourceOptions.merge(own, options) if options else own

    def _metadata(self) -> k8s.meta.v1.ObjectMetaArgsDict:
        return {
            "namespace": self._args.namespace,
            "labels": object_labels(MLFLOW, self._service_name),
        }

    def _service_account(self) -> tuple[k8s.core.v1.ServiceAccount, WorkloadIdentity]:
        """Make an account that may keep artifacts; a cloud's trust policy names it: it is fixed."""
        grants: list[ObjectStoreGrant] = []
        if (store := self._args.existing_artifacts) is not None:
            grants = [
                ObjectStoreGrant(bucket=store.bucket, prefix=store.prefix, access=Access.READ_WRITE)
            ]
        account = f"{self._service_name}-mlflow"
        identity = self._cluster.workload_identity(
            self._service_name,
            namespace=self._args.namespace,
            account=account,
            grants=grants,
            opts=self._options(),
        )
        resource = k8s.core.v1.ServiceAccount(
            f"{self._service_name}-account",
            metadata={**self._metadata(), "name": account, "annotations": identity.annotations},
            automount_service_account_token=False,
            opts=self._options(pulumi.ResourceOptions(delete_before_replace=True)),
        )
        return resource, identity

    def _network_policy(self) -> k8s.networking.v1.NetworkPolicy:
        policy = server_policy(self._service_name, self._args, self._cluster.network)
        return k8s.networking.v1.NetworkPolicy(
            f"{self._service_name}-policy",
            metadata={**self._metadata(), "annotations": policy.annotations},
            spec=policy.spec,
            opts=self._options(),
        )

    def _stores(
        self, database: StorageChoice | None, objects: StorageChoice | None
    ) -> tuple[Made | None, Made | None]:
        """Make the stores that nobody else runs: each that has got a volume."""
        args = self._args
        bundled = BundledStores(
            name=self._service_name,
            namespace=args.namespace,
            images=self._images,
            secrets=self._secrets,
            on_destroy=args.on_destroy,
            parent=self,
            ready=self._cluster.ready,
        )
        own_database, own_objects = args.bundled_database, args.bundled_artifacts
        return (
            bundled.database(own_database, database) if own_database and database else None,
            bundled.objects(own_objects, objects) if own_objects and objects else None,
        )

    def _dsn_secret(self, database: Made | None) -> pulumi.Input[str] | None:
        existing = self._args.existing_database
        return database.secret if database else existing.dsn_secret if existing else None

    def _objects_secret(self, objects: Made | None) -> pulumi.Input[str] | None:
        existing = self._args.existing_artifacts
        return objects.secret if objects else existing.credentials_secret if existing else None

    def _late(
        self,
        account: k8s.core.v1.ServiceAccount,
        dsn: pulumi.Input[str] | None,
        credentials: pulumi.Input[str] | None,
    ) -> Late:
        """Return what the server's pod takes from other resources."""
        args, name = self._args, self._service_name
        metrics = self._secrets.password("metrics-password")
        secret = self._secrets.secret(
            "server",
            {
                "flask-secret-key": self._secrets.password("flask-secret-key"),
                "encryption-passphrase": self._secrets.password(
                    "encryption-passphrase", kept=args.on_destroy is OnDestroy.RETAIN
                ),
                "metrics-password": metrics,
                "metrics-account": pulumi.Output.concat(f"{METRICS_READER}:", metrics),
            },
        )
        config = k8s.core.v1.ConfigMap(
            f"{name}-gateway",
            metadata=self._metadata(),
            immutable=True,
            data={GATEWAY_FILE: self._pod.gateway},
            opts=self._options(),
        )
        domain = self._cluster.network.domain
        hosts = pulumi.Output.from_input(args.namespace).apply(
            lambda namespace: service_hosts(name, namespace, domain)
        )
        return Late(
            service_account=account.metadata.name,
            gateway_config=config.metadata.name,
            admin_secret=self.admin_secret,
            secret=secret,
            dsn_secret=dsn,
            objects_secret=credentials,
            objects_host=f"{name}-objects" if args.bundled_artifacts else None,
            allowed_hosts=hosts.apply(lambda own: allowed_hosts(own, args.allowed_hosts)),
            allowed_origins=hosts.apply(
                lambda own: allowed_origins(own, args.allowed_hosts, args.allowed_origins)
            ),
        )

    def _deployment(self, late: Late, after: Sequence[pulumi.Resource]) -> k8s.apps.v1.Deployment:
        labels = object_labels(MLFLOW, self._service_name)
        configuration = config_hash([*self._pod.prepare, *self._pod.flags, self._pod.gateway])
        timeout = f"{_PROGRESS_SECONDS + self._pod.drain.grace_period_seconds}s"
        leave = self._pod.drain.grace_period_seconds + _DELETE_SLACK_SECONDS
        return k8s.apps.v1.Deployment(
            f"{self._service_name}-server",
            metadata=self._metadata(),
            spec={
                "replicas": 1,
                # The old server is gone before the new one migrates the schema beneath it.
                "strategy": {"type": "Recreate"},
                "progress_deadline_seconds": _PROGRESS_SECONDS,
                "selector": {"match_labels": selector_labels(MLFLOW, self._service_name)},
                "template": {
                    "metadata": {
                        "labels": labels,
                        "annotations": {CONFIG_HASH_ANNOTATION: configuration},
                    },
                    "spec": self._pod.spec(late),
                },
            },
            opts=self._options(
                pulumi.ResourceOptions(
                    depends_on=[self._cluster.ready, *after],
                    custom_timeouts=pulumi.CustomTimeouts(
                        create=timeout, update=timeout, delete=f"{leave}s"
                    ),
                )
            ),
        )

    def _service(self) -> pulumi.Output[str]:
        service = k8s.core.v1.Service(
            f"{self._service_name}-service",
            # Clients find the server by this name, and MLflow accepts no other.
            metadata={**self._metadata(), "name": self._service_name},
            spec={
                "type": "ClusterIP",
                "selector": selector_labels(MLFLOW, self._service_name),
                "ports": [{"name": "api", "port": API_PORT, "target_port": "api"}],
            },
            opts=self._options(
                pulumi.ResourceOptions(depends_on=[self.deployment], delete_before_replace=True)
            ),
        )
        return pulumi.Output.format(
            "http://{0}.{1}.svc.{2}:{3}",
            service.metadata.name,
            service.metadata.namespace,
            self._cluster.network.domain,
            API_PORT,
        )

    def _scrape_targets(self) -> tuple[ScrapeTarget, ...]:
        mlflow = ScrapeTarget(
            namespace=self._args.namespace,
            selector=selector_labels(MLFLOW, self._service_name),
            port_name="metrics",
            port=METRICS_PORT,
            job=self._service_name,
            exporter=MLFLOW,
            exporter_version=MLFLOW_VERSION,
        )
        gateway = {"path": GATEWAY_METRICS_PATH, "exporter": "haproxy", "exporter_version": None}
        return mlflow, mlflow.model_copy(update=gateway)
