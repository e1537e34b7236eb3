"""What an MLflow server is told about its stores, its callers and its size, in plain values."""

from enum import StrEnum
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from ._args import Args, LateObjectName
from ._mlflow.hosts import ANY
from .location import UNKNOWN, DeclaredLocation, Fact
from .network import Peer, check_callers
from .object_store import ObjectStore
from .register import OnDestroy

_HOST = r"(\[[0-9a-f:]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:[0-9]{1,5})?"
HostName = Annotated[str, StringConstraints(pattern=rf"^(\*|{_HOST})$", max_length=260)]
"""Host, and port where it is not the scheme's own: what a browser puts into ``Host``."""
Origin = Annotated[str, StringConstraints(pattern=rf"^https?://{_HOST}$", max_length=270)]
"""Scheme, host and port of a page."""
_BYTES_PER_GIB = 1024**3
_WORKER_MIB = 320
_LAUNCHER_MIB = 280
"""Resident memory of idle processes of MLflow 3.18.0, as ``ps -o rss`` shows it: 300 MiB for a
worker, 266 MiB for the process that starts them."""


class BundledDatabase(Args):
    """A PostgreSQL of our own on one volume. Nobody backs it up but you."""

    kind: Literal["bundled"] = "bundled"
    volume_gib: int = Field(ge=1)
    """Size of the volume in GiB, fixed once it exists: the docs tell how a volume grows."""
    cpu_millicores: int = Field(default=250, ge=50)
    memory_mib: int = Field(default=1024, ge=256)
    """Memory in MiB, request and limit; a quarter of it becomes PostgreSQL's buffers."""


class ExistingDatabase(Args):
    """A PostgreSQL that somebody runs already; one database of it for MLflow alone."""

    kind: Literal["existing"] = "existing"
    dsn_secret: LateObjectName
    """Secret in the server's namespace with the URL of the database."""
    dsn_key: str = Field(default="dsn", pattern=r"^[-._a-zA-Z0-9]+$")
    """Its key: ``postgresql+psycopg://user:password@host:5432/database?sslmode=verify-full``."""
    host: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]*$")
    """Host in that URL, for the register: the URL itself is never read here."""
    port: int = Field(default=5432, ge=1, le=65535)
    peer: Peer
    """Who answers there, for the network rules."""
    location: DeclaredLocation | None = None
    """Where it is; unknown where nobody declares it."""
    encryption: str | None = None
    """How data at rest is encrypted, as declared in ``location.declaration``."""

    @model_validator(mode="after")
    def _encryption_is_declared(self) -> Self:
        if self.encryption is not None and self.location is None:
            raise ValueError("encryption: needs location with its declaration, else nobody said so")
        return self

    @property
    def encryption_at_rest(self) -> Fact:
        """What somebody declared, or unknown."""
        if self.encryption is None or self.location is None:
            return UNKNOWN
        return Fact(value=self.encryption, source=self.location.source())


class SqliteDatabase(Args):
    """A file in the pod, gone with it. For development only."""

    kind: Literal["sqlite"] = "sqlite"


class BundledArtifacts(Args):
    """An S3 server of our own on one volume. Nobody backs it up but you.

    Between it and MLflow the connection is plain HTTP: requests are signed, contents are in clear.
    """

    kind: Literal["bundled"] = "bundled"
    volume_gib: int = Field(ge=1)
    """Size of the volume in GiB, fixed once it exists: the docs tell how a volume grows."""
    cpu_millicores: int = Field(default=250, ge=50)
    memory_mib: int = Field(default=512, ge=128)
    """Memory in MiB, request and limit."""


class ExistingArtifacts(ObjectStore):
    """A bucket of an S3-compatible object store that somebody runs already."""

    kind: Literal["existing"] = "existing"
    prefix: str = Field(default="mlflow", pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$")
    """Key prefix under which artifacts lie."""


Database: TypeAlias = Annotated[
    BundledDatabase | ExistingDatabase | SqliteDatabase, Field(discriminator="kind")
]
Artifacts: TypeAlias = Annotated[BundledArtifacts | ExistingArtifacts, Field(discriminator="kind")]


class Permission(StrEnum):
    """What an account may do with what nobody granted it, in MLflow's words."""

    NONE = "NO_PERMISSIONS"
    READ = "READ"
    USE = "USE"
    EDIT = "EDIT"
    MANAGE = "MANAGE"


class MlflowSettings(Args):
    """One MLflow server, in plain values that are known in preview.

    It has one replica. A new version migrates the schema, so that no older server may run beside
    it, and every rollout is an interruption with any number of replicas; ``workers`` scale it.
    """

    database: Database
    artifacts: Artifacts
    allowed_hosts: tuple[HostName, ...] = ()
    """Further host names by which clients call, beside the Service's and a port-forward's."""
    allowed_origins: tuple[Origin, ...] = ()
    """Further pages from which a browser may change something, beside MLflow's own."""
    clients: tuple[Peer, ...] = ()
    """Who may call the server. Nobody else in the cluster reaches it."""
    default_permission: Permission = Permission.READ
    """What every account may do with runs and models of others, until somebody grants more."""
    workers: int = Field(default=2, ge=1, le=32)
    """Server processes; each takes a core when it is busy."""
    cpu_millicores: int = Field(default=500, ge=100)
    memory_mib: int = Field(default=2048, ge=1024)
    """Memory of the server container in MiB, request and limit."""
    max_artifact_gib: int = Field(default=5, ge=1)
    """Largest single file of an artifact in GiB."""
    temporary_gib: int = Field(default=20, ge=1)
    """Room in GiB for artifacts under way: each file rests on the node's disk while it passes."""
    idle_timeout_seconds: int = Field(default=600, gt=0)
    """Longest silence within a request, for example while an artifact goes to the object store."""
    drain_seconds: int = Field(default=60, gt=0)
    """How long a stopping pod lets running requests finish."""
    on_destroy: OnDestroy = OnDestroy.RETAIN
    """``retain`` protects the volumes, and the key of what people keep secret in MLflow."""
    development: bool = False
    """Accept what loses data or admits everybody: SQLite, any host name."""

    @property
    def max_body_bytes(self) -> int:
        """Largest request body in bytes."""
        return self.max_artifact_gib * _BYTES_PER_GIB

    @property
    def existing_database(self) -> ExistingDatabase | None:
        """The database, if somebody else runs it."""
        return self.database if isinstance(self.database, ExistingDatabase) else None

    @property
    def bundled_database(self) -> BundledDatabase | None:
        """The database, if it is our own."""
        return self.database if isinstance(self.database, BundledDatabase) else None

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file in the pod."""
        return isinstance(self.database, SqliteDatabase)

    @property
    def existing_artifacts(self) -> ExistingArtifacts | None:
        """The object store, if somebody else runs it."""
        return self.artifacts if isinstance(self.artifacts, ExistingArtifacts) else None

    @property
    def bundled_artifacts(self) -> BundledArtifacts | None:
        """The object store, if it is our own."""
        return self.artifacts if isinstance(self.artifacts, BundledArtifacts) else None

    @property
    def image_fields(self) -> tuple[str, ...]:
        """The fields of ``Images`` that the pods run."""
        database = ("postgres",) if self.bundled_database else ()
        objects = ("versitygw",) if self.bundled_artifacts else ()
        return ("mlflow", "gateway", *database, *objects)

    @model_validator(mode="after")
    def _only_development_may_lose_data(self) -> Self:
        if self.is_sqlite and not self.development:
            raise ValueError(
                "database.kind: sqlite is a file that goes with its pod; use kind: bundled or "
                "existing, or set development: true where runs may be lost"
            )
        return self

    @model_validator(mode="after")
    def _only_development_admits_every_host(self) -> Self:
        if ANY in self.allowed_hosts and not self.development:
            raise ValueError(
                "allowed_hosts: '*' lets any page in a browser reach this server by rebinding a "
                "name; list the host names, or set development: true"
            )
        return self

    @model_validator(mode="after")
    def _workers_find_room(self) -> Self:
        needed = _LAUNCHER_MIB + self.workers * _WORKER_MIB
        if needed > self.memory_mib:
            raise ValueError(
                f"workers: {self.workers} of them need {needed} MiB before they do anything, and "
                f"memory_mib is {self.memory_mib}; lower the one or raise the other"
            )
        return self

    @model_validator(mode="after")
    def _artifacts_find_room(self) -> Self:
        if self.max_artifact_gib > self.temporary_gib:
            raise ValueError(
                f"max_artifact_gib: a file of {self.max_artifact_gib} GiB does not fit into "
                f"temporary_gib, {self.temporary_gib} GiB; lower the one or raise the other"
            )
        return self

    @model_validator(mode="after")
    def _callers_have_no_port(self) -> Self:
        check_callers("clients", self.clients)
        return self
