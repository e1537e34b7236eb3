"""What adapters must have in common with each other, with their base and with a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .model_weights import WeightsSource

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .lora import LoraAdapter
    from .model_weights import ModelWeights


def check_adapters(
    adapters: Sequence[LoraAdapter], weights: ModelWeights, served_model_name: str
) -> None:
    """Tell whether the adapters can be served on these weights, each under its own name.

    Raises:
        ValueError: beginning with the path of the wrong field.
    """
    names = [served_model_name]
    for index, adapter in enumerate(adapters):
        field = f"adapters[{index}]"
        if adapter.name in names:
            raise ValueError(
                f"{field}.name: '{adapter.name}' names the served model or another adapter "
                "already, and clients choose by it; give it a name of its own"
            )
        names.append(adapter.name)
        _check_base(field, adapter, weights)


def check_batch(adapters: int, max_loras: int | None, max_num_seqs: int | None) -> None:
    """Tell whether that many adapters can be in one batch.

    Raises:
        ValueError: beginning with the field.
    """
    if max_loras is None:
        return
    if max_loras > adapters:
        raise ValueError(
            f"max_loras: {max_loras}, and there are {adapters} adapters; what is more than them "
            "only takes GPU memory"
        )
    if max_num_seqs is not None and max_loras > max_num_seqs:
        raise ValueError(
            f"max_loras: {max_loras}, and a batch holds {max_num_seqs} requests, each with one "
            "adapter; lower it, or raise engine.max_num_seqs"
        )


def check_place(adapters: Sequence[LoraAdapter], bucket: str | None, *, hub: bool) -> None:
    """Tell whether the adapters can reach a server pod with the means of an environment.

    Raises:
        ValueError: beginning with the field that asks for what is not there.
    """
    for index, adapter in enumerate(adapters):
        field = f"adapters[{index}]"
        if adapter.source is WeightsSource.PVC:
            continue
        if bucket is None:
            raise ValueError(f"{field}: server pods take it from object_store, which is missing")
        if adapter.source is WeightsSource.HUB and not hub:
            raise ValueError(f"{field}.repository: fetched from hub, which is missing")
        inside = f"s3://{bucket}/"
        if adapter.source is WeightsSource.S3 and not (adapter.uri or "").startswith(inside):
            raise ValueError(f"{field}.uri: must lie in the object store's bucket, {inside}")


def _check_base(field: str, adapter: LoraAdapter, weights: ModelWeights) -> None:
    served = weights.base_repository
    if served is None:
        raise ValueError(
            f"weights.copy_of: nobody said of which repository {weights.uri} is a copy, and "
            f"{field} needs its base ({adapter.base})"
        )
    if not adapter.fits(served):
        raise ValueError(
            f"{field}.base: trained on {adapter.base}, and {served} is served; on another base it "
            "answers nonsense. Serve its base, or say in compatible_with why it fits"
        )
