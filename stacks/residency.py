"""What an organisation declares about places, and the same in the words of the rules."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, Self

from hoheit import DeclaredLocation
from hoheit.driver import Args, where
from hoheit_facts import PROFILES
from hoheit_policy import RULES
from hoheit_policy.exemption_patterns import names_something
from hoheit_policy.record import Record
from pydantic import AfterValidator, Field, StringConstraints, field_validator, model_validator

if TYPE_CHECKING:
    from environment import Environment


LOCAL_PROFILE = "local"
"""The profile of a trial: it reports and stops nothing."""


def _without_credentials(url: str) -> str:
    if "@" in url:
        raise ValueError(
            "holds user info (user:password@), and would lie in clear in the state; leave it out, "
            "and give Pulumi credentials by its environment"
        )
    return url


Url = Annotated[str, AfterValidator(_without_credentials)]
_HOST = r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?"
Host = Annotated[str, StringConstraints(pattern=rf"^{_HOST}$")]
"""Host name, or host:port."""
Registry = Annotated[str, StringConstraints(pattern=rf"^{_HOST}(/[a-z0-9._/-]+)?$")]
"""Registry, or registry/path, without scheme and tag."""


class StateBackend(Args):
    """Where Pulumi keeps the state of this stack, and who holds its keys."""

    backend: Url | None = None
    """URL of the backend, for example ``s3://state?endpoint=objects.example.internal``; what Pulumi
    is told in ``PULUMI_BACKEND_URL`` where left out."""
    location: DeclaredLocation | None = None
    """Where the backend is; unknown where nobody declares it."""


class SecretsProvider(Args):
    """Who holds the key of the secrets in that state."""

    kind: str = Field(min_length=1)
    """``passphrase``, ``service``, or the scheme of a key's URL, for example ``awskms``."""
    url: Url | None = None
    """URL of the key, as in ``pulumi stack init --secrets-provider``."""
    location: DeclaredLocation | None = None
    """Where the key is, and who holds it."""


class Exemption(Args):
    """One finding that somebody answers for, until a day."""

    rule: str
    """Id of the rule."""
    resource: Annotated[str, AfterValidator(names_something)]
    """URN, or a pattern of it with ``*`` that names a type or a name."""
    owner: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    until: date
    """Last day; afterwards the finding is a failure again."""
    approver: str | None = None
    """Who approved it, beside its owner."""

    @field_validator("until", mode="before")
    @classmethod
    def _is_written_as_a_date(cls, day: Any) -> Any:
        if isinstance(day, int | float):
            # pydantic shows the path of a ValueError only.
            raise ValueError('a number is no day; write it as "2026-12-31"')  # noqa: TRY004
        return day

    @model_validator(mode="after")
    def _rule_is_known(self) -> Self:
        known = [rule.id for rule in RULES]
        if self.rule not in known:
            raise ValueError(f"rule: no rule '{self.rule}'; rules: {', '.join(known)}")
        return self


class Residency(Args):
    """The organisation's own rules for places, operators and images."""

    profile: str
    """Name of a profile of the catalogue; ``local`` reports and stops nothing."""
    approved_registries: tuple[Registry, ...] = ()
    """Registries, or ``registry/path``, from which images may come."""
    state: StateBackend | None = None
    secrets_provider: SecretsProvider | None = None
    endpoints: dict[Host, DeclaredLocation] = Field(default_factory=dict)
    """Where the recipients are that this environment contacts, by host name, or host:port."""
    exemptions: tuple[Exemption, ...] = ()
    record: Record | None = None
    """What only people can say of the processing, for the evidence."""

    @field_validator("profile")
    @classmethod
    def _profile_is_known(cls, name: str) -> str:
        if name not in PROFILES:
            raise ValueError(f"no profile '{name}'; profiles: {', '.join(PROFILES)}")
        return name


def declarations(environment: "Environment") -> dict[str, Any]:
    """Return what the rules have to know, as plain data that travels with the stack's state."""
    cluster, residency = environment.cluster, environment.residency
    classes = {
        offered.name: {"encrypted": offered.encrypted, "location": _facts(offered.location)}
        for offered in cluster.capabilities.storage_classes
    }
    known = {
        "location": _facts(cluster.location),
        "network_policy": str(cluster.capabilities.network_policy),
        "storage_classes": classes,
        "domain": cluster.network.domain,
        "simulated": cluster.capabilities.simulated,
    }
    return {
        "profile": residency.profile,
        "clusters": {cluster.cluster_identifier: known},
        "endpoints": {host: _facts(place) for host, place in residency.endpoints.items()},
        "approved_registries": list(residency.approved_registries),
        "images_locked": environment.images.locked,
        "state": _placed(residency.state),
        "secrets_provider": _placed(residency.secrets_provider),
        "exemptions": [one.model_dump(mode="json") for one in residency.exemptions],
        "record": residency.record.model_dump(mode="json") if residency.record else None,
    }


def _placed(declared: StateBackend | SecretsProvider | None) -> dict[str, Any] | None:
    if declared is None:
        return None
    return {**declared.model_dump(exclude={"location"}), "location": _facts(declared.location)}


def _facts(place: DeclaredLocation | None) -> dict[str, Any]:
    return where(place).model_dump(mode="json")
