"""The environment variables of a container, as far as the stack shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .kubernetes import Container, namespace_of, objects_of
from .values import Gap, at, list_at, map_at, text_at

if TYPE_CHECKING:
    from .resource import Resource
    from .view import View


@dataclass(kw_only=True)
class Environment:
    """Variables by name, and what may set further ones."""

    values: dict[str, str | Gap] = field(default_factory=dict[str, "str | Gap"])
    why: str = ""
    """What may set variables that this stack does not show."""
    undecided: bool = False
    """Later resources of the stack may show them."""

    @property
    def open(self) -> bool:
        """Variables may come from what is not visible."""
        return bool(self.why)

    def value(self, name: str) -> str | Gap:
        """Return the value of a variable."""
        return self.values.get(name, Gap.MISSING)

    def late(self, gap: Gap) -> bool:
        """Tell whether the update, or the whole stack, will show the value."""
        return gap is Gap.UNKNOWN or (gap is not Gap.SECRET and self.undecided)

    def hide(self, why: str, *, undecided: bool) -> None:
        """Note that variables come from where nobody can look now."""
        self.why, self.undecided = why, self.undecided or undecided


def environment_of(container: Container, resource: Resource, view: View) -> Environment:
    """Return the variables in the order in which Kubernetes lets them overrule each other."""
    found = Environment()
    _from_sources(found, container, resource, view)
    entries = list_at(container.body, "env")
    if isinstance(entries, Gap):
        if entries is not Gap.MISSING:
            found.hide(f"env {entries.value}", undecided=entries is Gap.UNKNOWN)
        return found
    for entry in entries:
        name = text_at(entry, "name")
        if isinstance(name, Gap):
            found.hide(f"the name of a variable {name.value}", undecided=name is Gap.UNKNOWN)
        else:
            found.values[name] = _value(found, entry, resource, view)
    return found


def _from_sources(found: Environment, container: Container, resource: Resource, view: View) -> None:
    sources = list_at(container.body, "envFrom")
    if isinstance(sources, Gap):
        if sources is not Gap.MISSING:
            found.hide(f"envFrom {sources.value}", undecided=sources is Gap.UNKNOWN)
        return
    for source in sources:
        data = _config_map(at(source, "configMapRef"), resource, view)
        if isinstance(data, Gap):
            why = "may come from envFrom, of which this stack does not show the content"
            found.hide(why, undecided=data is Gap.UNKNOWN)
            continue
        prefix = text_at(source, "prefix")
        for name, value in data.items():
            key = f"{prefix}{name}" if isinstance(prefix, str) else name
            found.values[key] = value if isinstance(value, str | Gap) else Gap.WRONG


def _value(found: Environment, entry: Any, resource: Resource, view: View) -> str | Gap:
    given = at(entry, "value")
    if isinstance(given, str):
        return given
    reference = at(entry, "valueFrom", "configMapKeyRef")
    if given is not Gap.MISSING or reference is Gap.MISSING:
        from_elsewhere = given is Gap.MISSING and at(entry, "valueFrom") is not Gap.MISSING
        return Gap.SECRET if from_elsewhere else given if isinstance(given, Gap) else Gap.WRONG
    data = _config_map(reference, resource, view)
    key = text_at(reference, "key")
    if isinstance(data, Gap) or isinstance(key, Gap):
        found.undecided = found.undecided or data is Gap.UNKNOWN
        return Gap.SECRET if data is not Gap.UNKNOWN else Gap.UNKNOWN
    value = data.get(key, Gap.MISSING)
    return value if isinstance(value, str | Gap) else Gap.WRONG


def _config_map(reference: Any, resource: Resource, view: View) -> dict[str, Any] | Gap:
    """Return the data of a ConfigMap of the same stack and namespace."""
    name = text_at(reference, "name")
    if isinstance(name, Gap):
        return Gap.UNKNOWN if name is Gap.UNKNOWN else Gap.SECRET
    place = _namespace(resource)
    for other in view.resources:
        for found in objects_of(other):
            if (
                found.kind == "ConfigMap"
                and text_at(found.body, "metadata", "name") == name
                and namespace_of(found, other) == place
            ):
                data = map_at(found.body, "data")
                return {} if data is Gap.MISSING else data
    return Gap.SECRET if view.complete else Gap.UNKNOWN


def _namespace(resource: Resource) -> str | Gap:
    for found in objects_of(resource):
        return namespace_of(found, resource)
    return Gap.MISSING
