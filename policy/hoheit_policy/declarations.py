"""What a program declares of itself and rules cannot see: the contract between both."""

from difflib import get_close_matches
from typing import Annotated, Any, Literal, cast

from hoheit_facts import PROFILES, Profile
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StrictBool,
    StringConstraints,
    ValidationError,
)

from .exemption_patterns import names_something
from .location import Closed, Day, Location
from .logins import no_login, no_logins
from .record import ProcessingRecord, Record, StoreRecord
from .rule_ids import ON_REQUEST, RULE_IDS
from .values import has_gaps

Enforcer = Literal["cilium", "calico", "kube-router", "vpc-cni", "kindnet", "none", "unknown"]


def _known(name: str | None) -> str | None:
    if name is not None and name not in PROFILES:
        raise ValueError(f"no profile '{name}'; profiles: {', '.join(PROFILES)}")
    return name


def _rule(name: str) -> str:
    if name not in RULE_IDS:
        raise ValueError(f"no rule has this id; rules: {', '.join(RULE_IDS)}")
    return name


AccountId = Annotated[str, Field(pattern=r"^\d{12}$")]
"""Id of an AWS account, twelve digits."""


def _on_request(name: str) -> str:
    if name not in ON_REQUEST:
        raise ValueError(f"no rule on request has this id; those are {', '.join(ON_REQUEST)}")
    return name


Url = Annotated[str, AfterValidator(no_login)]
"""A URL without a login: declarations lie in clear in the state."""


Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""What somebody says, and not only blanks."""


class StorageClassDeclaration(Closed):
    """What is known of the disks behind a StorageClass."""

    encrypted: bool | None = None
    """None: nobody stated it."""
    location: Location = Location()


class ClusterDeclaration(Closed):
    """What a provider of Kubernetes does not say of its cluster."""

    location: Location = Location()
    """Where the control plane is."""
    network_policy: Enforcer = "unknown"
    """The CNI that gives NetworkPolicy objects their meaning."""
    storage_classes: dict[str, StorageClassDeclaration] = Field(default_factory=dict)
    domain: str = Field(default="cluster.local", min_length=1)
    """Domain suffix of its Services."""
    simulated: bool = False
    """Pods are scheduled and reported ready, but no container runs."""


class StateDeclaration(Closed):
    """Where Pulumi keeps its state, as far as somebody says so."""

    backend: Url | None = None
    """URL of the backend, as ``pulumi whoami --verbose`` shows it."""
    location: Location | None = None


class SecretsProviderDeclaration(Closed):
    """Who holds the key of the secrets in the state."""

    kind: str
    """``passphrase``, ``service``, ``cloud``, or the scheme of the URL of a key, as ``awskms``."""
    url: Url | None = None
    location: Location | None = None
    """Where the key is, and who holds it."""


class Exemption(Closed):
    """A finding that somebody stands for, until a day."""

    rule: Annotated[str, AfterValidator(_rule)]
    """Id of the rule, for example ``NET-07``."""
    resource: Annotated[str, AfterValidator(names_something)]
    """URN of the resource, or a pattern of it with ``*`` that names a type or a name."""
    owner: Words
    """Person or team."""
    reason: Words
    until: Day
    """Last day on which it holds, within a year of the run."""
    approver: str | None = None
    """Who approved it, beside its owner; None: nobody said so."""


class Declarations(Closed):
    """Everything that rules need beside the resources. What is left out is unknown."""

    profile: Annotated[str | None, AfterValidator(_known)] = None
    clusters: dict[str, ClusterDeclaration] = Field(default_factory=dict)
    """By the ``clusterIdentifier`` of the Kubernetes provider, or else its ``context``."""
    endpoints: Annotated[dict[str, Location] | None, BeforeValidator(no_logins)] = None
    """Recipients outside of the clusters by ``host`` or ``host:port``; 443 without a port."""
    approved_registries: tuple[str, ...] | None = None
    """Registries, or registries with a path, that images may come from."""
    approved_accounts: tuple[AccountId, ...] | None = None
    """Accounts of AWS that resources may be in and name. None: nothing is asked about accounts."""
    requested_rules: tuple[Annotated[str, AfterValidator(_on_request)], ...] = ()
    """Rules that are asked only on request, by id."""
    images_locked: StrictBool | None = None
    """Every image has a digest."""
    state: StateDeclaration | None = None
    secrets_provider: SecretsProviderDeclaration | None = None
    exemptions: tuple[Exemption, ...] = ()
    record: Record | None = None
    """What only people can say of the processing; no rule asks about it."""

    @property
    def policy(self) -> Profile | None:
        """The profile, or None where nobody declared one."""
        return PROFILES[self.profile] if self.profile else None


class DeclarationsError(ValueError):
    """Declarations that cannot be: the path of each wrong field, and what is allowed there."""


def read_declarations(data: Any) -> Declarations:
    """Return ``data`` as declarations.

    Raises:
        DeclarationsError: with one line for each wrong field.
    """
    if isinstance(data, Declarations):
        return data
    if has_gaps(data):
        raise DeclarationsError(
            "declarations: hold values that are secret or not known before the update; a rule "
            "decides on them in preview, so write them down as plain values"
        )
    try:
        return Declarations.model_validate(data)
    except ValidationError as error:
        lines = [_line(cast("dict[str, Any]", fault)) for fault in error.errors(include_url=False)]
        raise DeclarationsError("\n".join(lines)) from None


_PLAIN = {
    "bool_type": "is neither true nor false; write one of them, without quotes",
    "dict_type": "is no mapping; write fields with values",
    "model_type": "is no mapping; write fields with values",
    "missing": "is missing; write it",
    "string_too_short": "is empty; write it, or leave the field out",
    "string_type": "is no text; write it in quotes",
    "tuple_type": "is no list; write [ ] around it",
}
"""What the commonest faults are to somebody who does not know Python."""


def _line(fault: dict[str, Any]) -> str:
    path = ".".join(str(part) for part in fault["loc"]) or "declarations"
    if fault["type"] == "extra_forbidden":
        return f"{path}: unknown field{_suggestion(str(fault['loc'][-1]))}"
    said = _PLAIN.get(fault["type"]) or str(fault["msg"]).removeprefix("Value error, ")
    return f"{path}: {said}"


def _suggestion(name: str) -> str:
    models: list[type[Closed]] = [
        Declarations,
        ClusterDeclaration,
        StateDeclaration,
        Exemption,
        Record,
        ProcessingRecord,
        StoreRecord,
    ]
    known = sorted({field for model in models for field in model.model_fields})
    near = get_close_matches(name, known, n=1)
    return f"; did you mean '{near[0]}'?" if near else f"; known fields: {', '.join(known)}"
