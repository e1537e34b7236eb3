"""What a component keeps and whom it contacts, as data that rules and reports read."""

from enum import StrEnum

from ._args import Args
from .location import UNKNOWN, Fact, Location


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
