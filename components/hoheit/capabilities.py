"""What a cluster offers, as its owner states it or its driver knows it."""

from enum import StrEnum
from typing import Annotated, Self

from pydantic import model_validator

from ._args import Args, ObjectName
from ._patterns import written_as
from .location import UNKNOWN, DeclaredLocation, Fact, Location, where
from .network import Peer

MetricName = Annotated[
    str,
    written_as(
        r"^[a-zA-Z_:][a-zA-Z0-9_:]*$",
        "a metric's name has letters, digits, '_' and ':', and begins with no digit",
    ),
]
"""A name that Prometheus accepts for a metric."""


class StoragePurpose(StrEnum):
    """What a volume is for."""

    MODEL_CACHE = "model-cache"
    """Weights of one pod for the pod's life, or of all pods of a service for the service's."""
    COMPILE_CACHE = "compile-cache"
    """Compiled kernels of one service, for all of its pods and longer than any of them."""
    DATABASE = "database"
    METRICS = "metrics"
    """Time series."""
    OBJECTS = "objects"
    """Objects of an S3 server inside the cluster."""


class StorageChoice(Args):
    """The volume that a cluster offers for a purpose, and what is known of the disks below."""

    storage_class: str | None
    """StorageClass of a claim; None for the node's own disk, an emptyDir."""
    read_write_many: bool = False
    """Pods on many nodes can share one volume."""
    location: Location = Location()
    """Where the disks are; of a node's own disk it is the node that knows."""
    encryption: Fact = UNKNOWN
    key_holder: Fact = UNKNOWN


class StorageClass(Args):
    """A StorageClass of the cluster, as stated."""

    name: ObjectName
    encrypted: bool | None = None
    """None: nobody stated it."""
    read_write_many: bool = False
    location: DeclaredLocation | None = None
    """Where its disks are; unknown where nobody declares it."""
    encryption: str | None = None
    """How its volumes are encrypted, as declared in ``location.declaration``."""
    key_holder: str | None = None
    """Who holds the keys, likewise."""

    @model_validator(mode="after")
    def _somebody_said_so(self) -> Self:
        for field in ("encryption", "key_holder"):
            if getattr(self, field) is not None and self.location is None:
                raise ValueError(f"{field}: needs location with its declaration, else nobody said")
        if self.encrypted is False and self.encryption is not None:
            raise ValueError("encryption: given, but encrypted is false; leave out one of the two")
        return self

    def choice(self) -> StorageChoice:
        """Return the class as the volume for a purpose, each fact with its declaration."""
        return StorageChoice(
            storage_class=self.name,
            read_write_many=self.read_write_many,
            location=where(self.location),
            encryption=self._declared(self.encryption),
            key_holder=self._declared(self.key_holder),
        )

    def _declared(self, value: str | None) -> Fact:
        if value is None or self.location is None:
            return UNKNOWN
        return Fact(value=value, source=self.location.source())


class NetworkPolicyEnforcement(StrEnum):
    """Which CNI gives NetworkPolicy objects their meaning."""

    CILIUM = "cilium"
    CALICO = "calico"
    KUBE_ROUTER = "kube-router"
    VPC_CNI = "vpc-cni"
    KINDNET = "kindnet"
    """The CNI of kind, which enforces since kind 0.24."""
    NONE = "none"
    """Objects are accepted and ignored."""
    UNKNOWN = "unknown"


class IdentityMechanism(StrEnum):
    """How a pod proves to a cloud who it is."""

    STATIC_SECRET = "static-secret"  # noqa: S105 - the mechanism's name, not a secret
    POD_IDENTITY = "pod-identity"
    IRSA = "irsa"


class Capabilities(Args):
    """Plain facts about a cluster, known in preview."""

    gpu_runtime_class: ObjectName | None = None
    """RuntimeClass that GPU pods name; None where the default runtime serves them."""
    storage_classes: tuple[StorageClass, ...] = ()
    """The first one serves databases, metrics and objects."""
    model_cache_storage_class: ObjectName | None = None
    """StorageClass of volumes for weights: fast and node-local, one for each pod; or one of
    ``storage_classes`` with ``read_write_many``, where all pods of a service share one copy that is
    brought and hashed once. Where ``storage_classes`` are stated, it is one of them. None takes the
    node's own disk."""
    compile_cache_storage_class: ObjectName | None = None
    """StorageClass of volumes that many nodes write to, for compiled kernels; None takes the node's
    own disk, and every pod compiles anew."""
    keda: Peer | None = None
    """The pods of KEDA's operator (2.17 or newer), which ask Prometheus when it scales a service;
    None where there is no KEDA."""
    requests_waiting_metric: MetricName | None = None
    """Name under which a metrics adapter of the cluster serves vLLM's ``vllm:num_requests_waiting``
    of pods, for autoscaling without KEDA; None where there is no adapter."""
    network_policy: NetworkPolicyEnforcement = NetworkPolicyEnforcement.UNKNOWN
    identity: IdentityMechanism = IdentityMechanism.STATIC_SECRET
    simulated: bool = False
    """Pods are scheduled and reported ready, but no container runs."""

    def cache(self, storage_class: str | None) -> StorageChoice:
        """Return the volume for one of the caches; None takes the node's own disk."""
        offered = [one for one in self.storage_classes if one.name == storage_class]
        return offered[0].choice() if offered else StorageChoice(storage_class=storage_class)

    @model_validator(mode="after")
    def _classes_are_named_once(self) -> Self:
        names = [offered.name for offered in self.storage_classes]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"storage_classes: {', '.join(twice)} stands there more than once")
        return self

    @model_validator(mode="after")
    def _weights_lie_on_a_stated_class(self) -> Self:
        names = [offered.name for offered in self.storage_classes]
        name = self.model_cache_storage_class
        if names and name is not None and name not in names:
            raise ValueError(
                f"model_cache_storage_class: '{name}' is none of storage_classes (there: "
                f"{', '.join(names)}); name one of these, or add it to them"
            )
        return self

    @model_validator(mode="after")
    def _compiled_kernels_are_shared(self) -> Self:
        shared = [offered.name for offered in self.storage_classes if offered.read_write_many]
        name = self.compile_cache_storage_class
        if name is not None and name not in shared:
            raise ValueError(
                f"compile_cache_storage_class: '{name}', but pods share the volume across nodes; "
                "name one of storage_classes that has read_write_many: true "
                f"(there: {', '.join(shared) or 'none'})"
            )
        return self

    @model_validator(mode="after")
    def _keda_is_pods(self) -> Self:
        if self.keda is not None and (self.keda.namespace is None or self.keda.port is not None):
            raise ValueError("keda: name the operator's pods by namespace and pod_labels, no port")
        return self
