"""A register for people: one block per entry, so that it stays readable in a log.

A table of twelve columns would be wider than any terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit import DataClass, SourceKind
from hoheit.register import facts_of

from .text import cells, printable_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from hoheit import Egress, Register, Store

_NAMES = {"controlling_jurisdiction": "jurisdiction"}
"""Names of facts that are too long for the column."""
_CLASSES = list(DataClass)


def text(register: Register) -> str:
    """Return the register as text, entries with something unknown first."""
    lines = [
        _summary(register),
        *_section("WHAT IS KEPT", map(_store, sorted(register.stores, key=_store_order))),
        *_section("WHO IS CONTACTED", map(_contact, sorted(register.egress, key=_is_complete))),
        *_section("WHO DECLARED", ([line] for line in _declarations(register))),
    ]
    return "".join(f"{printable_line(line)}\n" for line in lines)


def _summary(register: Register) -> str:
    entries = [*register.stores, *register.egress]
    unclear = sum(not _is_complete(entry) for entry in entries)
    if not unclear:
        return "Nothing is unknown."
    return (
        f"UNKNOWN: {len(register.unknowns)} facts in {unclear} of {len(entries)} entries, which "
        "come first. Nobody declared them, nothing shows them."
    )


def _store_order(store: Store) -> tuple[bool, int]:
    """Put unknown before known, and within each the classes in their order."""
    return _is_complete(store), _CLASSES.index(store.data_class)


def _is_complete(entry: Store | Egress) -> bool:
    return all(fact.value is not None for _, fact in facts_of(entry))


def _section(title: str, blocks: Iterable[Sequence[str]]) -> list[str]:
    found = list(blocks)
    lines = ["", f"{title} ({len(found)})"]
    for block in found:
        lines += ["", *block]
    return lines


def _store(store: Store) -> list[str]:
    stated = {"medium": store.medium, **({"host": store.host} if store.host else {})}
    last = {"on destroy": str(store.on_destroy)}
    return [f"{store.name} [{store.data_class}]", *_facts(store, stated, last)]


def _contact(contact: Egress) -> list[str]:
    stated = {
        "recipient": contact.recipient,
        "when": str(contact.when),
        "purpose": contact.purpose,
    }
    return [f"{contact.host}:{contact.port}", *_facts(contact, stated, {})]


def _facts(entry: Store | Egress, first: dict[str, str], last: dict[str, str]) -> list[str]:
    facts = {_name(path): fact for path, fact in facts_of(entry)}
    unknown = ", ".join(name for name, fact in facts.items() if fact.value is None)
    known = {name: str(fact) for name, fact in facts.items() if fact.value is not None}
    shown = {**({"UNKNOWN": unknown} if unknown else {}), **first, **known, **last}
    return cells(shown, indent=2)


def _declarations(register: Register) -> list[str]:
    """Return who stands for the facts that are marked as declared."""
    sources = {
        f"{fact.source.by}, {fact.source.declared_on}: {fact.source.evidence}"
        for entry in (*register.stores, *register.egress)
        for _, fact in facts_of(entry)
        if fact.source.kind is SourceKind.DECLARED
    }
    return sorted(sources)


def _name(path: str) -> str:
    """Return the name of a fact as people read it."""
    field = path.rpartition(".")[2]
    return _NAMES.get(field, field.replace("_", " "))
