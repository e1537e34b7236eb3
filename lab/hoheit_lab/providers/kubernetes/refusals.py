"""The API server's refusals, as sentences that name the object and keep secrets."""

import base64
from typing import Any

from hoheit_lab.providers.errors import ProviderError
from hoheit_lab.providers.marks import secret_leaves

from .api import ApiError
from .kinds import describe

_SHORTEST_REDACTED = 3


def refusal(verb: str, obj: dict[str, Any], error: ApiError, secrets: set[str]) -> ProviderError:
    """What the API server said to an attempt; ``verb`` as in "creating"."""
    text = error.message
    if error.conflict:
        text += (
            ". Another field manager owns these fields; remove them from the program (or list them"
            " in ignore_changes) to leave them to it, or set the annotation"
            ' pulumi.com/patchForce: "true" to take them over'
        )
    elif error.already_exists:
        text += (
            ". Import it to manage it (`pulumi import`, or the option import_), use a Patch"
            " resource to set single fields of it, or choose another name; if this resource was"
            " only renamed in the program, give it an alias"
        )
    reason = "" if error.reason == "Unknown" else f"reason: {error.reason}, "
    sentence = f"{verb} {describe(obj)} failed: {text} ({reason}HTTP status {error.status})"
    return ProviderError(redact(sentence, secrets))


def secrets_of(inputs: dict[str, Any]) -> set[str]:
    """The strings that no message about an object may hold."""
    leaves = {leaf for leaf in secret_leaves(inputs) if len(leaf) >= _SHORTEST_REDACTED}
    return leaves | {base64.b64encode(leaf.encode()).decode() for leaf in leaves}


def redact(text: str, secrets: set[str]) -> str:
    """The text without secrets; the longest go first, one may contain another."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "[secret]")
    return text
