"""What a component keeps and whom it contacts, as data that rules and reports read."""

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Protocol, TypeVar

from ._args import Args
from .location import UNKNOWN, DeclaredLocation, Fact, Location, where


class DataClass(StrEnum):
    """What kind of data a store holds."""

    WEIGHTS = "weights"
    PROMPTS = "prompts"
    """Requests and answers: personal data unless shown otherwise."""
    LOGS = "logs"
    CREDENTIALS = "credentials"
    IMAGES = "images"
    CACHE = "cache"
    """Derived from weights and code, worthless to anybody."""
    CONFIGURATION = "configuration"
    METRICS = "metrics"
    """Numbers about requests and machines; labels carry names of models and pods, no content."""
    EXPERIMENTS = "experiments"
    """Parameters, metrics and descriptions of runs, with the names of those who made them."""
    ARTIFACTS = "artifacts"
    """Files that people log with a run: models, tables, samples of training data."""


class OnDestroy(StrEnum):
    """What ``pulumi destroy`` does with a store."""

    RETAIN = "retain"
    DELETE = "delete"


class Store(Args):
    """One place where data rests. What nobody stated is unknown, never assumed."""

    name: str
    data_class: DataClass
    medium: str
    """What the data lies on, for example ``emptyDir on the node``."""
    host: str | None = None
    """Host that keeps the data, where it is not a machine of the cluster."""
    location: Location
    retention: Fact = UNKNOWN
    erasure: Fact = UNKNOWN
    """How it is erased."""
    encryption: Fact = UNKNOWN
    key_holder: Fact = UNKNOWN
    backup: Fact = UNKNOWN
    readers: Fact = UNKNOWN
    """Who may read it."""
    on_destroy: OnDestroy

    def __str__(self) -> str:
        return f"{self.name}: {self.medium}; {self.location}; on destroy: {self.on_destroy}"


class Phase(StrEnum):
    """When a contact happens."""

    BUILD = "build"
    START = "start"
    RUN = "run"


class Egress(Args):
    """One recipient that a component contacts."""

    recipient: str
    host: str
    port: int
    purpose: str
    when: Phase
    location: Location

    def __str__(self) -> str:
        who = f"{self.host}:{self.port} ({self.recipient}, at {self.when})"
        return f"{who}: {self.purpose}; {self.location}"


class Unknown(Args):
    """One fact that nobody stated and nothing shows."""

    entry: str
    """Name of the store, or host and recipient of the contact."""
    field: str
    """Path within the entry, for example ``location.country``."""

    def __str__(self) -> str:
        return f"{self.entry}: {self.field} is unknown"


class Registered(Protocol):
    """Whatever says what it keeps and whom it contacts: every component does."""

    @property
    def stores(self) -> tuple[Store, ...]:
        """What it keeps."""
        ...

    @property
    def egress(self) -> tuple[Egress, ...]:
        """Whom it contacts."""
        ...


class Register(Args):
    """Everything that an environment keeps, and everybody whom it contacts."""

    stores: tuple[Store, ...] = ()
    egress: tuple[Egress, ...] = ()

    @property
    def unknowns(self) -> tuple[Unknown, ...]:
        """What is unknown, field by field."""
        stores = ((store.name, store) for store in self.stores)
        contacts = ((f"{one.host}:{one.port} ({one.recipient})", one) for one in self.egress)
        return tuple(
            Unknown(entry=name, field=path)
            for name, entry in (*stores, *contacts)
            for path, fact in facts_of(entry)
            if fact.value is None
        )


def joined(
    parts: Iterable[Registered], endpoints: Mapping[str, DeclaredLocation | Location] | None = None
) -> Register:
    """Return one register of all ``parts``, in an order that does not depend on theirs.

    What two parts say alike stands in it once.

    Args:
        parts: Components, or registers.
        endpoints: Where hosts outside the cluster are, as declared, by ``host`` or ``host:port``.
            It fills what is unknown of a recipient, or of a store with a host, and never replaces
            what is known.
    """
    declared = {
        host: where(place) if isinstance(place, DeclaredLocation) else place
        for host, place in (endpoints or {}).items()
    }
    every = list(parts)
    stores = {_located(store, declared): None for part in every for store in part.stores}
    egress = {_located(contact, declared): None for part in every for contact in part.egress}
    return Register(
        stores=tuple(sorted(stores, key=_order)), egress=tuple(sorted(egress, key=_order))
    )


def facts_of(entry: Store | Egress) -> Iterator[tuple[str, Fact]]:
    """Yield every fact of an entry with its path."""
    for name, value in entry:
        if isinstance(value, Fact):
            yield name, value
        elif isinstance(value, Location):
            yield from ((f"{name}.{inner}", fact) for inner, fact in value)


_Entry = TypeVar("_Entry", Store, Egress)


def _located(entry: _Entry, endpoints: Mapping[str, Location]) -> _Entry:
    if entry.host is None:
        return entry
    address = f"{entry.host}:{entry.port}" if isinstance(entry, Egress) else entry.host
    declared = endpoints.get(address) or endpoints.get(entry.host)
    if declared is None:
        return entry
    known = {name: fact for name, fact in entry.location if fact.value is not None}
    return entry.model_copy(update={"location": declared.model_copy(update=known)})


def _order(entry: Store | Egress) -> tuple[str, str]:
    """Order stores by name and contacts by host, and make ties definite."""
    first = entry.name if isinstance(entry, Store) else f"{entry.host}:{entry.port}"
    return first, entry.model_dump_json()
