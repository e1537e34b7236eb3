"""What is known of the model that a plan is for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, cast

from hoheit_facts import CONFIG_DEFAULTS, MODELS

from hoheit._sizing.architecture import Quantization, UnknownArchitectureError
from hoheit._sizing.config_json import ARCHITECTURES, read_config
from hoheit.engine import Dtype

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hoheit._sizing.architecture import Architecture
    from hoheit.plan import ModelRequest

HALF_BYTES = 2
"""Of an element in the 16 bit in which models are served unless somebody says otherwise."""
_FLOAT32_BYTES = 4


@dataclass(frozen=True, kw_only=True)
class Model:
    """A model by its configuration."""

    architecture: Architecture
    config: Mapping[str, object]
    """Of the text model, where there are several."""
    element_bytes: int
    """Of an activation, and of a weight that is not quantised."""
    source: str


@dataclass(frozen=True, kw_only=True)
class UnknownModel:
    """A model of which nobody said enough."""

    reason: str


def model_of(request: ModelRequest) -> Model | UnknownModel:
    """Return what the request, or else the catalogue, says about the model.

    Raises:
        ValueError: beginning with the field of ``weights.config`` that is missing or wrong.
    """
    config, source = request.config, "weights.config"
    known = MODELS.get(request.repository or "")
    if config is None and known is not None:
        config, source = known.config, f"config.json of {request.repository} (catalogue)"
    if config is None:
        return UnknownModel(reason=_not_in_the_catalogue(request.repository))
    named = config.get("architectures")
    if not isinstance(named, list) or not named:
        raise ValueError(
            f"weights.config.architectures: {named!r}, but a list with the name of the model's "
            "class is needed; give the config.json as it stands in the model's repository"
        )
    if str(cast("list[object]", named)[0]) in ARCHITECTURES:
        return _known(config, request, source)
    return _unknown(config)


def _not_in_the_catalogue(repository: str | None) -> str:
    missing = "weights.config is not given, and the catalogue does not know the model"
    by_lower = {name.lower(): name for name in MODELS}
    wanted = (repository or "").lower()
    close = [wanted] if wanted in by_lower else get_close_matches(wanted, by_lower, cutoff=0.8)
    near = [by_lower[name] for name in close]
    if not near:
        return missing
    return f"{missing} '{repository}'; did you mean {' or '.join(near)}?"


def _known(config: Mapping[str, object], request: ModelRequest, source: str) -> Model:
    try:
        architecture = read_config(config)
    except UnknownArchitectureError as error:
        raise ValueError(f"weights.config.{error}") from None
    nested = config.get("text_config")
    text = cast("Mapping[str, object]", nested) if isinstance(nested, dict) else config
    defaults = CONFIG_DEFAULTS.get(architecture.model_type, {})
    return Model(
        architecture=architecture,
        config={**defaults, **config, **text},
        element_bytes=_element_bytes(request.dtype),
        source=source,
    )


def _unknown(config: Mapping[str, object]) -> UnknownModel:
    """Return why a model is not known, which is no reason not to serve it."""
    try:
        read_config(config)
    except UnknownArchitectureError as error:
        text = str(error)
    else:
        text = "architectures: not known"
    return UnknownModel(reason=f"weights.config.{text}")


def heading(model: Model | UnknownModel, repository: str | None) -> str:
    """Return what the heading of a plan says about the model."""
    if isinstance(model, Model):
        return model.source
    return f"unknown model {repository}" if repository else "unknown model"


def quantized(model: Model, bits: int) -> Model:
    """Return the same model with weights of ``bits`` in groups of 128, as AWQ and GPTQ do it."""
    quantization = Quantization(method="awq", bits=bits, group_size=128, zero_point=True)
    return replace(model, architecture=replace(model.architecture, quantization=quantization))


def _element_bytes(dtype: Dtype) -> int:
    """Return the bytes of one element; ``auto`` is 16 bit, to which the engine also casts 32."""
    return _FLOAT32_BYTES if dtype is Dtype.FLOAT32 else HALF_BYTES
