"""Names of objects: given by the program, proposed by the engine, or made here and kept."""

import hashlib
from typing import Any

from hoheit_lab.providers.errors import ProviderError
from hoheit_lab.providers.marks import Secret, is_object, reveal
from hoheit_lab.providers.requests import CheckRequest, Naming

AUTONAMED = "pulumi.com/autonamed"
_SUFFIX_LENGTH = 8


def with_name(inputs: dict[str, Any], request: CheckRequest) -> dict[str, Any]:
    """Give an unnamed object a name, and mark that it was not the program's choice.

    The mark is an annotation, as with the official plugin, so that a later replacement knows that
    it may take another name and create before it deletes.
    """
    metadata = metadata_of(inputs)
    if metadata is None or metadata.get("name"):
        return inputs
    if metadata.get("generateName"):
        raise ProviderError(
            "metadata.generateName cannot be used with server-side apply;"
            " leave the name out to get one made from the resource's name"
        )
    old = metadata_of(request.olds) or {}
    name = old.get("name") if is_autonamed(request.olds) else None
    return with_metadata(inputs, {"name": name or _new_name(request), **_autonamed(metadata)})


def metadata_of(inputs: dict[str, Any]) -> dict[str, Any] | None:
    """The metadata without secret marks at the top; None while it is not known."""
    metadata = inputs.get("metadata") or {}
    if isinstance(metadata, Secret):
        metadata = metadata.value
    return metadata if is_object(metadata) else None


def with_metadata(inputs: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    """The inputs with more metadata; if the metadata is secret, it stays so."""
    metadata = {**(metadata_of(inputs) or {}), **extra}
    secret = isinstance(inputs.get("metadata"), Secret)
    return {**inputs, "metadata": Secret(metadata) if secret else metadata}


def annotations_of(inputs: dict[str, Any]) -> dict[str, Any]:
    """The annotations, as far as they are known."""
    annotations = reveal((metadata_of(inputs) or {}).get("annotations"))
    return annotations if is_object(annotations) else {}


def is_autonamed(inputs: dict[str, Any]) -> bool:
    """Whether the name was made here."""
    return annotations_of(inputs).get(AUTONAMED) == "true"


def _autonamed(metadata: dict[str, Any]) -> dict[str, Any]:
    annotations = metadata.get("annotations") or {}
    if not is_object(annotations):
        # Annotations that are secret or not known yet cannot take the mark.
        return {}
    return {"annotations": {**annotations, AUTONAMED: "true"}}


def _new_name(request: CheckRequest) -> str:
    wanted = request.autonaming
    if wanted is None:
        # The seed is fresh for each new object and the same in every step of one operation.
        suffix = hashlib.sha256(request.seed + request.urn.encode()).hexdigest()
        return f"{request.name}-{suffix[:_SUFFIX_LENGTH]}"
    if wanted.mode is Naming.DISABLE:
        raise ProviderError(
            "pulumi:autonaming is disabled for this resource, and it has no metadata.name; set one"
        )
    return wanted.proposed_name
