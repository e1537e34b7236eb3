"""Makes images: first what they stand on, then themselves, and nothing twice."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from hoheit_lab.console import heartbeat, say

from . import bake, contexts, identity, layout, origin
from .bases import BASES, rootfs
from .buildkit import BuildKit, Means
from .recipes import RECIPES, Recipe

if TYPE_CHECKING:
    from pathlib import Path

    from .bake import Target
    from .store import Store


@dataclass(frozen=True)
class Image:
    """An image that lies in the store."""

    name: str
    """The target of the bake file, or the name of a base."""
    reference: str
    """Registry, repository and tag."""
    layout: Path
    epoch: int
    """The date that nothing in it is younger than."""

    @property
    def digest(self) -> str:
        """SHA-256 of its manifest."""
        return layout.digest(self.layout)


@dataclass
class Workshop:
    """Images of one registry, made where nothing can be pulled."""

    store: Store
    registry: str
    """Host and first part of the repository, as pods will name them."""
    builder: Callable[[], BuildKit]
    """Asked once something is to be built."""
    _made: dict[str, Image] = field(default_factory=dict)

    def image(self, name: str) -> Image:
        """Return an image of the bake file, or a base.

        Raises:
            LabError: if a tool, a package or a version is missing.
            BuildError: with what the builder said.
        """
        if name not in self._made:
            self._made[name] = self._base(name) if name in BASES else self._target(name)
        return self._made[name]

    @property
    def made(self) -> tuple[Image, ...]:
        """What was asked for so far, and what that stands on."""
        return tuple(self._made.values())

    def _base(self, name: str) -> Image:
        base = BASES[name]
        archive = rootfs(base)
        key = identity.of_rootfs(archive)
        if not self.store.holds(name, key):
            layout.write(self.store.unfinished(name), [archive])
            self.store.keep(name, key)
        reference = f"{self.registry}/base-{name}:{base.version}"
        return Image(name, reference, self.store.place(name, key), base.epoch)

    def _target(self, name: str) -> Image:
        recipe = RECIPES[name]
        bases = {prefix: self.image(base) for prefix, base in recipe.bases.items()}
        target = self.target(name, bases)
        epoch = max(base.epoch for base in bases.values())
        key = identity.of_target(target, epoch, recipe.programs)
        if not self.store.holds(name, key):
            self._build(name, recipe, target, Means(epoch=epoch, bases=_by_reference(bases)))
            self.store.keep(name, key)
        return Image(name, target.tag, self.store.place(name, key), epoch)

    def target(self, name: str, bases: dict[str, Image]) -> Target:
        """Read a target of the bake file, with the variables that this machine knows."""
        variables = {"REGISTRY": self.registry, "SOURCE": origin.source()}
        for prefix, base in bases.items():
            variables[f"{prefix}_IMAGE"] = base.reference
            variables[f"{prefix}_DIGEST"] = base.digest
        folder = bake.target(name).context
        return bake.target(name, **variables, REVISION=origin.revision(folder))

    def _build(self, name: str, recipe: Recipe, target: Target, means: Means) -> None:
        say(f"image '{name}': building")
        started = monotonic()
        # One build at a time, so what lies here is what a killed one was brought.
        scratch = self.store.folder.parent / "brought"
        shutil.rmtree(scratch, ignore_errors=True)
        try:
            brought: dict[str, Path] = {}
            if recipe.locks:
                brought["wheels"] = scratch / "wheels"
                contexts.wheels(recipe.locks, brought["wheels"])
            if recipe.programs:
                brought["programs"] = scratch / "programs"
                contexts.programs(recipe.programs, brought["programs"])
            means = Means(epoch=means.epoch, bases=means.bases, contexts=brought)
            with heartbeat(f"building image '{name}'"):
                self.builder().build(target, means, self.store.unfinished(name))
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        say(f"image '{name}': built in {monotonic() - started:.0f} s")


def _by_reference(bases: dict[str, Image]) -> dict[str, Path]:
    return {f"{base.reference}@{base.digest}": base.layout for base in bases.values()}
