"""What a provider raises, and the engine shows."""

from typing import Any


class ProviderError(Exception):
    """An operation failed and changed nothing that the engine has to record.

    The message is shown as it is: full sentences, with the way out, and no secret value.
    """


class UnsupportedError(ProviderError):
    """The stand-in does not do this; the official plugin does."""


class PartialFailureError(ProviderError):
    """The object exists, but is not what was asked for yet; the state must keep it."""

    def __init__(
        self,
        reasons: list[str],
        *,
        object_id: str,
        outputs: dict[str, Any],
        inputs: dict[str, Any] | None = None,
    ) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons
        self.object_id = object_id
        self.outputs = outputs
        self.inputs = inputs
