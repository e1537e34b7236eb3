"""Which images the parts of an environment run, by the fields of ``Images``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from hoheit import (
    InvalidArgsError,
    MlflowSettings,
    MonitoringSettings,
    ObjectServerSettings,
    VllmSettings,
)
from hoheit.driver import validated

from .errors import UsageError
from .objects import mapping_at
from .stated import read_stated

if TYPE_CHECKING:
    from pathlib import Path

_OF_A_STACK = {"pool", "namespace"}
"""What a stack file says beside a part's own settings."""


def used_fields(environment: dict[str, Any], file: Path) -> list[str]:
    """Return the fields whose images run, sorted.

    Raises:
        UsageError: if a part is not understood, so that nobody knows.
    """
    try:
        return sorted(_of_models(environment) | _of_parts(environment, file))
    except InvalidArgsError as error:
        raise UsageError(f"{file}: {error}") from None


def weights_images(environment: dict[str, Any]) -> dict[str, str]:
    """Return the images that bring weights, by the path of the field that names each."""
    named = {
        f"models.{name}.weights.image": mapping_at(model, "weights").get("image")
        for name, model in mapping_at(environment, "models").items()
    }
    return {path: image for path, image in named.items() if isinstance(image, str)}


def _of_models(environment: dict[str, Any]) -> set[str]:
    fields: set[str] = set()
    for name, given in mapping_at(environment, "models").items():
        settings = _unlocked(_own(given))
        fields |= set(validated(VllmSettings, settings, f"models.{name}").image_fields)
    return fields


def _of_parts(environment: dict[str, Any], file: Path) -> set[str]:
    fields: set[str] = set()
    if (given := environment.get("mlflow")) is not None:
        fields |= set(validated(MlflowSettings, _own(given), "mlflow").image_fields)
    if (given := environment.get("object_server")) is not None:
        fields |= set(validated(ObjectServerSettings, _own(given), "object_server").image_fields)
    if (given := environment.get("monitoring")) is not None:
        gpus = any(pool.shape().gpus for pool in read_stated(file).pools.values())
        monitoring = validated(MonitoringSettings, _own(given), "monitoring")
        fields |= set(monitoring.image_fields_for(gpus=gpus))
    return fields


def _unlocked(model: Any) -> Any:
    """Return a model whose weights may be an image without digest: a lock is yet to give it one."""
    weights = mapping_at(model, "weights")
    if "image" not in weights:
        return model
    return model | {"weights": weights | {"allow_floating_revision": True}}


def _own(given: Any) -> Any:
    if not isinstance(given, dict):
        return given
    fields = cast(dict[str, Any], given)
    return {field: value for field, value in fields.items() if field not in _OF_A_STACK}
