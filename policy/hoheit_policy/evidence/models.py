"""What AI systems run: images of containers, and the models that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hoheit_policy.images import read_image, software_of
from hoheit_policy.kubernetes import containers_of
from hoheit_policy.record import ModelRecord
from hoheit_policy.values import Gap, list_at, text_at

from .fields import of_fact, of_state, unknown

if TYPE_CHECKING:
    from hoheit_policy.kubernetes import Container
    from hoheit_policy.resource import Resource

    from .fields import Field
    from .inputs import Inputs

_OPTIONS = ("--model", "--model-path")


def images(inputs: Inputs) -> list[dict[str, Any]]:
    """Return every image that containers run, once, with the resources that run it."""
    found: dict[str, dict[str, Any]] = {}
    for resource in inputs.view.resources:
        for container in containers_of(resource):
            given = text_at(container.body, "image")
            text = "unknown" if isinstance(given, Gap) else given
            row = found.setdefault(text, _image(given, inputs))
            if resource.urn not in row["resources"]:
                row["resources"].append(resource.urn)
    return [found[name] for name in sorted(found)]


def _image(given: str | Gap, inputs: Inputs) -> dict[str, Any]:
    read = None if isinstance(given, Gap) else read_image(given)
    software = software_of(read) if read else None
    name = given.value if isinstance(given, Gap) else given
    return {
        "image": None if isinstance(given, Gap) else given,
        "registry": read.registry if read else None,
        "repository": read.repository if read else None,
        "digest": read.digest if read else None,
        "software": list(software.names) if software else [],
        "fields": {
            "image": unknown(name) if isinstance(given, Gap) else of_state(given, "image", inputs)
        },
        "resources": [],
    }


def models(inputs: Inputs) -> list[dict[str, Any]]:
    """Return every model that a component serves or that a container is started with."""
    found: list[dict[str, Any]] = []
    for resource in inputs.view.resources:
        names = list_at(resource.outputs, "modelNames")
        listed = [] if isinstance(names, Gap) else names
        given = [(str(name), "modelNames") for name in listed if isinstance(name, str)]
        for name, path in (*given, *_started(resource)):
            fields = {"name": of_state(name, path, inputs), **_declared(name, inputs)}
            found.append({"name": name, "resource": resource.urn, "fields": fields})
    return found


def _declared(name: str, inputs: Inputs) -> dict[str, Field]:
    said = inputs.record.models.get(name, ModelRecord())
    return {key: of_fact(fact, inputs) for key, fact in said}


def _started(resource: Resource) -> list[tuple[str, str]]:
    return [one for container in containers_of(resource) for one in _named(container)]


def _named(container: Container) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for side in ("command", "args"):
        words = list_at(container.body, side)
        listed = [] if isinstance(words, Gap) else words
        texts = [word if isinstance(word, str) else "" for word in listed]
        path = f"{container.path}.{side}"
        for word, following in zip(texts, [*texts, ""][1:], strict=True):
            option, _, value = word.partition("=")
            if option in _OPTIONS and (value or following):
                found.append((value or following, path))
    return found
