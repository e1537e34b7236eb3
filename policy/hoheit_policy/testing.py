"""For whoever writes a rule: shows that it passes nothing that it cannot read."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

from .judging import judge_stack
from .values import Gap
from .verdict import Verdict
from .view import View

if TYPE_CHECKING:
    from .resource import Resource
    from .rule import Rule

Path = tuple[str | int, ...]

_NOT_WELL = {Verdict.FAIL, Verdict.UNKNOWN}
_UNREADABLE = tuple(Gap)
_WRONG_TYPES = ("no such value", True, [3], {"zz": 1})


@dataclass(frozen=True, kw_only=True)
class Slip:
    """Something that a rule did not read, and did not say so."""

    path: Path
    """Place among the resources, ``inputs``, ``outputs`` or ``provider``, and the way below."""
    put: Any
    """What stood there."""


def slips(
    rule: Rule,
    resources: Sequence[Resource],
    *,
    bad: Sequence[Any],
    view: View | None = None,
    may_be_absent: Iterable[str] = (),
) -> list[Slip]:
    """Put what cannot be read at every leaf that decides; return what the rule let pass.

    A leaf decides if one of the ``bad`` values fails the rule there. What is unknown, secret,
    missing or of another type there has to be UNKNOWN or FAIL.

    Args:
        rule: the rule.
        resources: a program that passes.
        bad: values that fail the rule at one leaf or another.
        view: declarations, phase and day; the resources in it do not count.
        may_be_absent: fields whose absence means something that is known.

    Raises:
        ValueError: if the program does not pass, or if no leaf of it decides: such a test shows
            nothing.
    """
    asked = view or View()
    trees = [_tree(resource) for resource in resources]

    def verdicts(changed: list[Any]) -> set[Verdict]:
        built = [_built(*pair) for pair in zip(resources, changed, strict=True)]
        return {one.verdict for one in judge_stack(replace(asked, resources=built), [rule])}

    if verdicts(trees) & {*_NOT_WELL, Verdict.NOT_APPLICABLE}:
        raise ValueError(f"{rule.id} does not pass these resources as they are")
    decisive = [
        path
        for path in leaves(trees)
        if any(verdicts(put(trees, path, value)) & _NOT_WELL for value in bad)
    ]
    if not decisive:
        raise ValueError(f"no value of 'bad' fails {rule.id} at any leaf of these resources")
    optional = set(may_be_absent)
    return [
        Slip(path=path, put=value)
        for path in decisive
        for value in _unreadable(trees, path, optional)
        if not verdicts(put(trees, path, value)) & _NOT_WELL
    ]


def leaves(tree: Any, above: Path = ()) -> Iterator[Path]:
    """Return the way to every value in ``tree`` that holds no other."""
    items: Any = cast("dict[str, Any]", tree).items() if isinstance(tree, dict) else enumerate(tree)
    for key, inner in items:
        if isinstance(inner, dict | list) and inner:
            yield from leaves(inner, (*above, key))
        else:
            yield (*above, key)


def put(tree: Any, path: Path, value: Any) -> Any:
    """Return ``tree`` with another value at a path; MISSING takes the place away."""
    changed = copy.deepcopy(tree)
    held = held_at(changed, path[:-1])
    if value is Gap.MISSING:
        del held[path[-1]]
    else:
        held[path[-1]] = value
    return changed


def held_at(tree: Any, path: Path) -> Any:
    """Return the value at a path."""
    for part in path:
        tree = tree[part]
    return tree


def _unreadable(trees: list[Any], path: Path, optional: set[str]) -> Iterator[Any]:
    held = held_at(trees, path)
    for value in (*_UNREADABLE, *_WRONG_TYPES):
        missing = value is Gap.MISSING and (isinstance(path[-1], int) or path[-1] in optional)
        if not missing and not isinstance(value, type(held)):
            yield value


def _tree(resource: Resource) -> dict[str, Any]:
    found = {"inputs": resource.inputs, "outputs": resource.outputs}
    return {**found, "provider": resource.provider.inputs} if resource.provider else found


def _built(resource: Resource, tree: dict[str, Any]) -> Resource:
    provider = resource.provider
    if provider is not None:
        provider = replace(provider, inputs=tree.get("provider"))
    return replace(
        resource,
        inputs=tree.get("inputs"),
        outputs=tree.get("outputs"),
        provider=provider,
    )
