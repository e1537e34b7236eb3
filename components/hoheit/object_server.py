"""An S3 server of the environment's own, for where there is no object store."""

from typing import Annotated, Self

import pulumi
from pydantic import Field, InstanceOf, StringConstraints, model_validator

from ._args import PACKAGE, Args, plain, validated
from ._labels import object_labels, selector_labels
from ._network_policy import Need
from ._service_register import registry_recipients
from ._stores.objects import (
    ACCESS_KEY,
    OBJECTS_PORT,
    OBJECTS_REGION,
    SECRET_KEY,
    VERSITYGW,
    objects_pod,
)
from ._stores.policies import Policy
from ._stores.register import on_volume
from ._stores.secrets import Secrets
from ._stores.stateful_store import StatefulStore
from .capabilities import StoragePurpose
from .cluster import Cluster, on_cluster
from .images import Images
from .location import Fact, Location
from .network import Peer
from .object_store import BucketName, ObjectStore
from .register import DataClass, Egress, OnDestroy, Store
from .restricted_namespace import RestrictedNamespace

_ROLE = "s3"
_USER = "objects"


class _Name(Args):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$", max_length=24)]


class OwnObjectStore(ObjectStore):
    """A bucket of an :class:`ObjectServer`, whose place is that of the volume."""

    place: Location
    at_rest: Fact

    @property
    def whereabouts(self) -> Location:
        """Where the volume is."""
        return self.place

    @property
    def encryption_at_rest(self) -> Fact:
        """How the volume is encrypted."""
        return self.at_rest


class ObjectServerSettings(Args):
    """One bucket, and its volume. Nobody backs it up but you.

    Between it and its consumers the connection is plain HTTP: requests are signed, contents are in
    clear inside the pod network. All consumers share the server's root key, so each may write and
    delete what the others keep.
    """

    bucket: BucketName
    volume_gib: int = Field(ge=1)
    """Size of the volume in GiB; it can grow where its storage class allows that."""
    cpu_millicores: int = Field(default=250, ge=50)
    memory_mib: int = Field(default=512, ge=128)
    """Memory in MiB, request and limit."""
    on_destroy: OnDestroy = OnDestroy.RETAIN
    """``retain`` protects the volume."""

    @property
    def image_fields(self) -> tuple[str, ...]:
        """The fields of ``Images`` that the pod runs."""
        return ("versitygw",)


class ObjectServerArgs(ObjectServerSettings):
    """What to keep, where, and for whom."""

    cluster: InstanceOf[Cluster]
    namespace: InstanceOf[RestrictedNamespace]
    """Where the server runs; best one of its own."""
    consumers: tuple[InstanceOf[RestrictedNamespace], ...] = Field(min_length=1)
    """Namespaces whose pods may use the bucket; each gets the credentials."""
    images: Images

    @classmethod
    def of(
        cls,
        settings: ObjectServerSettings,
        *,
        cluster: Cluster,
        namespace: RestrictedNamespace,
        consumers: tuple[RestrictedNamespace, ...],
        images: Images,
    ) -> Self:
        """Return ``settings`` completed with the means of one environment."""
        own = {field: getattr(settings, field) for field in ObjectServerSettings.model_fields}
        means = {"cluster": cluster, "namespace": namespace, "images": images}
        return validated(cls, {**own, **means, "consumers": consumers}, "the object server")

    @model_validator(mode="after")
    def _images_can_be_pulled(self) -> Self:
        self.images.check(*self.image_fields)
        return self


class ObjectServer(pulumi.ComponentResource):
    """An S3 server over one volume, with one bucket, for the namespaces that it is told.

    Creates a StatefulSet, a claim on its volume, a headless Service, a NetworkPolicy, and a Secret
    with generated credentials in its own namespace and in each consumer's.
    """

    url: str
    """Address of the S3 API inside the cluster, known in preview."""
    stores: tuple[Store, ...]
    egress: tuple[Egress, ...]

    def __init__(
        self, name: str, args: ObjectServerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        owner = f"ObjectServer '{name}'"
        args = validated(ObjectServerArgs, args, owner)
        validated(_Name, {"name": name}, owner)
        self._server_name, self._args = name, args
        self._volume = args.cluster.storage(StoragePurpose.OBJECTS)
        super().__init__(
            f"{PACKAGE}:index:ObjectServer", name, None, on_cluster(args.cluster, opts)
        )
        key = self._secrets(args.namespace).password("key")
        self._credentials = {
            space.name: self._secrets(space).secret(
                f"credentials-{space.name}", {ACCESS_KEY: _USER, SECRET_KEY: key}
            )
            for space in dict.fromkeys((args.namespace, *args.consumers))
        }
        store = self._store()
        images = args.images.rewritten(args.cluster.image)
        self._server = store.make(
            objects_pod(
                args,
                images,
                secret=self._credentials[args.namespace.name],
                buckets=[args.bucket],
            ),
            namespace=args.namespace.namespace,
            parent=self,
            after=[args.cluster.ready],
        )
        domain = args.cluster.network.domain
        self.url = f"http://{store.host}.{args.namespace.name}.svc.{domain}:{OBJECTS_PORT}"
        self.stores = (
            on_volume(
                f"bucket {args.bucket} of '{name}'",
                DataClass.WEIGHTS,
                "VersityGW",
                self._volume,
                args.on_destroy,
            ),
        )
        self.egress = registry_recipients(f"images of '{name}'", images.references("versitygw"))
        self.register_outputs(
            {"url": self.url, "stores": plain(self.stores), "egress": plain(self.egress)}
        )

    def object_store(self, consumer: RestrictedNamespace) -> ObjectStore:
        """Return the bucket as the pods of ``consumer`` reach it.

        Raises:
            pulumi.RunError: if the namespace is not among the consumers.
        """
        if consumer not in self._args.consumers:
            name = getattr(consumer, "name", consumer)
            raise pulumi.RunError(
                f"ObjectServer '{self._server_name}': namespace '{name}' is not among its "
                "consumers; give one of the RestrictedNamespaces named there, which have "
                "credentials and a network rule"
            )
        # The Secret is there when the server is: its consumers wait for both.
        secret = pulumi.Output.all(self._credentials[consumer.name], self._server.urn)
        return OwnObjectStore(
            endpoint=self.url,
            bucket=self._args.bucket,
            region=OBJECTS_REGION,
            credentials_secret=secret.apply(lambda found: found[0]),
            quota_gib=self._args.volume_gib,
            peer=Peer(
                namespace=self._args.namespace.name,
                pod_labels=selector_labels(VERSITYGW, self._server_name),
            ),
            allow_plain_http=True,
            place=self._volume.location,
            at_rest=self._volume.encryption,
        )

    def _secrets(self, space: RestrictedNamespace) -> Secrets:
        return Secrets(
            name=self._server_name,
            namespace=space.namespace,
            labels=object_labels(VERSITYGW, self._server_name),
            parent=self,
        )

    def _store(self) -> StatefulStore:
        needs = [
            Need(
                purpose="read and write the bucket",
                peer=Peer(namespace=space.name),
                port=OBJECTS_PORT,
            )
            for space in self._args.consumers
        ]
        return StatefulStore(
            name=self._server_name,
            role=_ROLE,
            program=VERSITYGW,
            port=OBJECTS_PORT,
            port_name="s3",
            storage=self._volume,
            volume_gib=self._args.volume_gib,
            on_destroy=self._args.on_destroy,
            policy=Policy.of(selector_labels(VERSITYGW, self._server_name), ingress=needs),
            configuration=[self._args.bucket],
        )
