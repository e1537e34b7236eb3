"""The keys of a model service: of its clients, of its router, and of vLLM itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pulumi
import pulumi_kubernetes as k8s
import pulumi_random as random

from hoheit._api_keys import KEYS_FILE, keys_file
from hoheit._gateway_container import GatewaySecrets
from hoheit._gateway_sections import ROUTER_CLIENT
from hoheit._router_pod import ROUTER
from hoheit.api_key import DEFAULT_KEYS

from .parts import SERVER

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hoheit.api_key import ApiKey

    from .parts import Parts

_LENGTH = 48
_ENGINE_KEY = "engine-key"
_DEFAULT = DEFAULT_KEYS[0]
_OLD_NAME = "api-key"
"""What the one key was called before 0.3.0, as a resource."""


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What a gateway lets in, and what has to be there before."""

    secret: pulumi.Input[str]
    """Name of the Secret with the digests."""
    after: tuple[pulumi.Resource, ...] = ()
    """What pods wait for; apart from ``secret``, which must be no output of it. Other data makes
    Pulumi delete a Secret with a fixed name and make it anew, and it would delete whatever takes
    an output of it as well: the pods."""


@dataclass(frozen=True, kw_only=True)
class Upstream:
    """A key that a gateway sends on."""

    secret: pulumi.Input[str]
    key: str

    def with_keys(self, accepted: Accepted) -> GatewaySecrets:
        """Return the Secrets of a gateway that accepts some keys and sends this one on."""
        return GatewaySecrets(keys=accepted.secret, upstream=self.secret, upstream_key=self.key)


@dataclass(frozen=True, kw_only=True)
class ClientKeys:
    """The keys that are handed out, and their digests."""

    secret: str
    """Name of the Secret with one key for each client, under its name."""
    accepted: Accepted


def client_keys(parts: Parts, keys: Sequence[ApiKey], program: str) -> ClientKeys:
    """Generate the clients' keys. A change reaches the pods' files; no pod is replaced.

    Args:
        parts: of the service.
        keys: names and generations.
        program: whose gateway accepts them.
    """
    made = {
        key.name: {one: _client_key(parts, key, one) for one in key.generations} for key in keys
    }
    current = {key.name: made[key.name][key.current] for key in keys}
    every = [(name, result) for name, by in made.items() for result in by.values()]
    handed_out, handed_out_name = _changing_secret(parts, "api-keys", program, current)
    digests, digests_name = _changing_secret(
        parts, "accepted-keys", program, {KEYS_FILE: _digests(every)}
    )
    accepted = Accepted(secret=digests_name, after=(handed_out, digests))
    return ClientKeys(secret=handed_out_name, accepted=accepted)


def engine_key(parts: Parts) -> Upstream:
    """Generate vLLM's own key, which no client has."""
    key = _password(parts, _ENGINE_KEY)
    return Upstream(
        secret=_fixed_secret(parts, _ENGINE_KEY, SERVER, {_ENGINE_KEY: key}), key=_ENGINE_KEY
    )


def router_key(parts: Parts) -> tuple[Upstream, Accepted]:
    """Generate the key with which routers come to the servers, and what the servers accept."""
    role = "router-key"
    key = _password(parts, role)
    data = {role: key, KEYS_FILE: _digests([(ROUTER_CLIENT, key)])}
    secret = _fixed_secret(parts, role, ROUTER, data)
    return Upstream(secret=secret, key=role), Accepted(secret=secret)


def _client_key(parts: Parts, key: ApiKey, generation: int) -> pulumi.Output[str]:
    # Before keys had names there was one, and whoever has it keeps it.
    oldest = key.name == _DEFAULT.name and generation == _DEFAULT.current
    aliases = [pulumi.Alias(name=f"{parts.name}-{_OLD_NAME}")] if oldest else None
    return _password(parts, f"api-key-{key.name}-{generation}", aliases)


def _password(
    parts: Parts, role: str, aliases: Sequence[pulumi.Input[pulumi.Alias]] | None = None
) -> pulumi.Output[str]:
    generated = random.RandomPassword(
        f"{parts.name}-{role}",
        length=_LENGTH,
        special=False,
        opts=parts.options(pulumi.ResourceOptions(aliases=aliases)),
    )
    return generated.result


def _digests(keys: Sequence[tuple[str, pulumi.Output[str]]]) -> pulumi.Output[str]:
    names = [name for name, _ in keys]
    return pulumi.Output.all(*[key for _, key in keys]).apply(
        lambda plain: keys_file(zip(names, plain, strict=True))
    )


def _changing_secret(
    parts: Parts, role: str, program: str, data: dict[str, pulumi.Output[str]]
) -> tuple[k8s.core.v1.Secret, str]:
    """Keep ``data`` under a fixed name, by which pods follow a change; return the name too."""
    name = f"{parts.name}-{role}"
    secret = k8s.core.v1.Secret(
        name,
        metadata={**parts.metadata(program), "name": name},
        string_data=data,
        opts=parts.options(pulumi.ResourceOptions(delete_before_replace=True)),
    )
    return secret, name


def _fixed_secret(
    parts: Parts, role: str, program: str, data: dict[str, pulumi.Output[str]]
) -> pulumi.Output[str]:
    """Keep ``data`` for good: other data is another Secret, and so other pods."""
    secret = k8s.core.v1.Secret(
        f"{parts.name}-{role}",
        metadata=parts.metadata(program),
        immutable=True,
        string_data=data,
        opts=parts.options(),
    )
    return secret.metadata.name
