"""The model services of a stack, as its state tells how to reach them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from hoheit_policy.adapters.wire import SIGNATURE

from .errors import UsageError
from .objects import list_at, mapping_at
from .state import resources

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .state import Resource

_SERVICE = "hoheit:index:VllmService"
_WEIGHTS = "hoheit:index:WeightsMirror"
_KUBERNETES_SERVICE = "kubernetes:core/v1:Service"
_PORT = 80


@dataclass(frozen=True, kw_only=True)
class Served:
    """One model service, and where it is."""

    name: str
    """Of the Kubernetes Service, and on the labels of its pods."""
    namespace: str
    port: int
    path: str
    """What the paths of the API begin with, such as ``/v1``."""
    key_secret: str
    """Secret with the clients' keys, each under the client's name."""
    models: tuple[str, ...]
    """What clients may ask for: the model, then its adapters."""
    jobs: tuple[str, ...]
    """Names, on the labels of their pods, of what brings weights."""
    context: str | None
    """Context of the kubeconfig; None where the program did not name one in clear."""


def services_of(export: dict[str, Any]) -> list[Served]:
    """Return the model services of a state.

    Raises:
        UsageError: if there is none, or none that came up.
    """
    every = list(resources(export))
    by_urn = {resource["urn"]: resource for resource in every}
    found = [resource for resource in every if resource["type"] == _SERVICE]
    if not found:
        raise UsageError("the stack has no model service; name the stack of one that has")
    ready = [one for one in found if "url" in mapping_at(one, "outputs")]
    if not ready:
        names = ", ".join(sorted(map(_name, found)))
        raise UsageError(f"the last `pulumi up` did not finish {names}; run it again")
    return [_served(one, every, by_urn) for one in ready]


def chosen(services: Sequence[Served], model: str | None) -> tuple[Served, str]:
    """Return the service that a name means, and what to ask it for.

    Args:
        services: Those of the stack.
        model: Name of a model, or of a service; None where there is one of them.

    Raises:
        UsageError: if it means none, or several; with all names there are.
    """
    every = [(service, name) for service in services for name in service.models]
    names = ", ".join(name for _, name in every)
    if model is None:
        if len(every) != 1:
            raise UsageError(f"there are several models; name one with --model: {names}")
        return every[0]
    meant = [(service, name) for service, name in every if name == model]
    meant = meant or [(one, one.models[0]) for one in services if one.name == model]
    if not meant:
        raise UsageError(f"--model: no model '{model}'; models: {names}")
    if len(meant) > 1:
        several = ", ".join(service.name for service, _ in meant)
        raise UsageError(f"--model: '{model}' is served by {several}; name the service instead")
    return meant[0]


def context_of(service: Served, given: str | None) -> str:
    """Return the context in which a service is found.

    Args:
        service: What the state says of it.
        given: Context that the user names, None where nobody does.

    Raises:
        UsageError: if neither names one.
    """
    context = given or service.context
    if context is None:
        raise UsageError(
            "the state does not say in clear which context of the kubeconfig the stack uses; name "
            "it with --context"
        )
    return context


def _name(resource: Resource) -> str:
    return str(resource["urn"]).rpartition("::")[2]


def _served(found: Resource, every: Sequence[Resource], by_urn: dict[str, Resource]) -> Served:
    outputs = mapping_at(found, "outputs")
    url, secret = (_plain(found, outputs, field) for field in ("url", "apiKeySecret"))
    address = urlsplit(url)
    name, _, rest = (address.hostname or "").partition(".")
    children = [one for one in every if one.get("parent") == found["urn"]]
    return Served(
        name=name,
        namespace=rest.partition(".")[0],
        port=address.port or _PORT,
        path=address.path.rstrip("/"),
        key_secret=secret,
        models=tuple(str(one) for one in list_at(found, "outputs", "modelNames")),
        jobs=tuple(_name(one) for one in children if one["type"] == _WEIGHTS),
        context=_context(children, by_urn),
    )


def _plain(found: Resource, outputs: dict[str, Any], field: str) -> str:
    value = outputs.get(field)
    if isinstance(value, str):
        return value
    secret = isinstance(value, dict) and SIGNATURE in cast(dict[str, Any], value)
    why = "encrypted: the program made it a secret" if secret else "not there"
    raise UsageError(
        f"output '{field}' of {_name(found)} is {why}; run `pulumi up` with this version of hoheit"
    )


def _context(children: Sequence[Resource], by_urn: dict[str, Resource]) -> str | None:
    """Return the context that the provider of a service's own Service was told."""
    for child in children:
        if child["type"] == _KUBERNETES_SERVICE:
            urn = str(child.get("provider") or "").rpartition("::")[0]
            context = mapping_at(by_urn.get(urn, {}), "inputs").get("context")
            return context if isinstance(context, str) else None
    return None
