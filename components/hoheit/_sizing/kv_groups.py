"""Which layers share a block table, as vLLM's ``get_kv_cache_groups`` decides it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .errors import DoesNotFitError
from .kv_specs import GROWING, Kind, LayerSpec, ceil_div

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from hoheit_facts import KvCacheRules


class NoCommonPageError(DoesNotFitError):
    """The caches of this model cannot share pages in this version of the engine."""


@dataclass(frozen=True)
class Group:
    """Layers whose blocks have the same numbers."""

    layers: tuple[str, ...]
    specs: tuple[LayerSpec, ...]
    mixed: bool = False
    """Whether its layers have pages of different sizes (``UniformTypeKVCacheSpecs``)."""

    def page_bytes(self, layers: Mapping[str, LayerSpec]) -> int:
        """Return the bytes of one block in those of ``layers`` that are in this group."""
        pages = zip(self.layers, self.specs, strict=True)
        return sum(spec.page_bytes for name, spec in pages if name in layers)


def group_layers(
    specs: Mapping[str, LayerSpec], rules: KvCacheRules, *, promote_local: bool
) -> list[Group]:
    """Return the groups of all layers of the model.

    ``promote_local`` is ``--disable-hybrid-kv-cache-manager``: blocks for the whole context also
    where a layer attends to a window or a chunk.

    Raises:
        NoCommonPageError: if the engine refuses this combination of layers.
    """
    if promote_local:
        specs = _promoted(specs)
    if not specs:
        return []
    if len(set(specs.values())) == 1:
        return [_group(specs, list(specs))]
    if _one_type(list(specs.values())):
        return [replace(_group(specs, list(specs)), mixed=True)]
    try:
        specs = _with_one_page_size(specs, rules)
    except NoCommonPageError:
        # The newer versions then give the windows of a draft model blocks for the whole context.
        fallback = _promoted(specs) if rules.promotes_windows_beside_latent else specs
        if not _latent_and_windows(specs) or not _one_type(list(fallback.values())):
            raise
        return [replace(_group(fallback, list(fallback)), mixed=True)]
    return _equal_groups(specs, rules)


def _group(specs: Mapping[str, LayerSpec], names: Sequence[str]) -> Group:
    return Group(tuple(names), tuple(specs[name] for name in names))


def _one_type(specs: Sequence[LayerSpec]) -> bool:
    """Whether all layers need the same number of blocks, whatever the size of their pages."""
    first = specs[0]
    if len({spec.block_size for spec in specs}) > 1:
        return False
    if first.kind in GROWING:
        return all(spec.kind in GROWING for spec in specs)
    if len({spec.kind for spec in specs}) > 1:
        return False
    if first.kind is Kind.STATE:
        return len({(spec.page_bytes, spec.state_blocks) for spec in specs}) == 1
    return len({spec.reach for spec in specs}) == 1


def _latent_and_windows(specs: Mapping[str, LayerSpec]) -> bool:
    kinds = {spec.kind for spec in specs.values()}
    return {Kind.LATENT, Kind.SLIDING} <= kinds and Kind.CHUNKED not in kinds


def _promoted(specs: Mapping[str, LayerSpec]) -> Mapping[str, LayerSpec]:
    """Return the specs with windows and chunks beside full attention as full attention."""
    if not specs or _one_type(list(specs.values())):
        return specs
    if not any(spec.kind in GROWING for spec in specs.values()):
        raise NoCommonPageError(
            "disable_hybrid_kv_cache_manager: the model has caches of several kinds, and none "
            "that keeps the whole context; leave the hybrid KV cache manager on"
        )
    sizes = {spec.block_size for spec in specs.values() if spec.kind in GROWING}
    common = sizes.pop() if len(sizes) == 1 else None
    promoted = {
        name: replace(spec, kind=Kind.FULL, reach=0, block_size=common or spec.block_size)
        if spec.kind in {Kind.SLIDING, Kind.CHUNKED}
        else spec
        for name, spec in specs.items()
    }
    if not _one_type(list(promoted.values())):
        raise NoCommonPageError(
            "disable_hybrid_kv_cache_manager: the model has states or an encoder beside its "
            "attention, which cannot be one cache; leave the hybrid KV cache manager on"
        )
    return promoted


def _with_one_page_size(
    specs: Mapping[str, LayerSpec], rules: KvCacheRules
) -> Mapping[str, LayerSpec]:
    """Return the specs with every page as large as the largest."""
    largest = max(spec.page_bytes for spec in specs.values())
    return {name: _enlarged(name, spec, largest, rules) for name, spec in specs.items()}


def _enlarged(name: str, spec: LayerSpec, page_bytes: int, rules: KvCacheRules) -> LayerSpec:
    """More tokens in a block where that comes out even, else padding."""
    if spec.page_bytes == page_bytes:
        return spec
    if spec.kind is not Kind.STATE and page_bytes % spec.page_bytes == 0:
        return spec.with_block_size(spec.block_size * (page_bytes // spec.page_bytes))
    if not rules.pads_pages or spec.kind is Kind.LATENT:
        raise NoCommonPageError(
            f"the page of {name} has {spec.page_bytes} bytes, which do not divide the largest, "
            f"{page_bytes}: vLLM {rules.version} cannot serve these layers together"
        )
    return spec.padded_to(page_bytes)


def _equal_groups(specs: Mapping[str, LayerSpec], rules: KvCacheRules) -> list[Group]:
    """Return groups of equally many layers of one spec each, the last of a spec maybe fewer."""
    alike: dict[LayerSpec, list[str]] = {}
    for name, spec in specs.items():
        alike.setdefault(spec, []).append(name)
    fewest = min(len(names) for names in alike.values())
    most = max(len(names) for names in alike.values())
    size = most if most < fewest * rules.near_equal_groups else fewest
    groups: list[Group] = []
    for names in alike.values():
        count = ceil_div(len(names), size)
        # Every count-th layer, so that each pipeline stage has about as many of each group.
        groups += [_group(specs, names[start::count]) for start in range(count)]
    return groups
