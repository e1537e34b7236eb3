"""Type tokens of pulumi-kubernetes, and the kinds of objects behind them."""

from dataclasses import dataclass
from typing import Any

from hoheit_lab.providers.errors import ProviderError

# Remote components, charts and manifests: the official plugin renders them inside itself.
_NOT_OBJECTS = ("kubernetes:yaml", "kubernetes:helm.sh/", "kubernetes:kustomize")


@dataclass(frozen=True)
class Kind:
    """A kind of object in one version of its API group."""

    api_version: str
    name: str

    @property
    def group(self) -> str:
        """The API group; empty for the core group."""
        return self.api_version.partition("/")[0] if "/" in self.api_version else ""

    @property
    def built_in(self) -> bool:
        """Whether a typed class stands for it, not a custom resource definition."""
        return "." not in self.group or self.group.endswith(".k8s.io")

    def __str__(self) -> str:
        return f"{self.api_version} {self.name}"


def kind_of(obj: dict[str, Any]) -> Kind:
    """The kind that an object declares."""
    return Kind(str(obj.get("apiVersion", "")), str(obj.get("kind", "")))


def kind_of_token(token: str) -> Kind:
    """The kind that a type token such as ``kubernetes:apps/v1:Deployment`` names."""
    _, module, name = token.split(":", 2)
    return Kind(module.removeprefix("core/"), name.removesuffix("Patch"))


def is_patch(token: str, kind: str) -> bool:
    """Whether the resource patches an object that somebody else owns."""
    return token.endswith(f":{kind}Patch")


def is_not_an_object(token: str) -> bool:
    """Whether the token names a chart, a manifest file or a kustomization."""
    return token.startswith(_NOT_OBJECTS)


def refuse_lists(token: str) -> None:
    """Refuse `ConfigMapList` and its like, as the official plugin does."""
    name = token.rpartition(":")[2]
    if name.endswith("List") and kind_of_token(token).built_in:
        raise ProviderError(
            f"{token} cannot be created: a list is only an answer of the API server;"
            f" declare each {name.removesuffix('List')} by itself"
        )


def identity(obj: dict[str, Any]) -> str:
    """The id of an object in the state: ``namespace/name``, or ``name`` without a namespace."""
    metadata: dict[str, Any] = obj.get("metadata") or {}
    namespace, name = metadata.get("namespace"), metadata.get("name", "")
    return f"{namespace}/{name}" if isinstance(namespace, str) and namespace else str(name)


def parse_identity(identity: str) -> tuple[str | None, str]:
    """Namespace and name of an id."""
    namespace, slash, name = identity.rpartition("/")
    return (namespace if slash else None), name


def describe(obj: dict[str, Any]) -> str:
    """What an object is called in messages: ``Deployment team/app``."""
    metadata: dict[str, Any] = obj.get("metadata") or {}
    known = isinstance(metadata.get("name"), str)
    return f"{obj.get('kind', 'object')} {identity(obj) if known else '(name not known yet)'}"
