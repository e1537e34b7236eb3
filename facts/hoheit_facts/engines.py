"""What each known release of vLLM takes and gives: options, metrics and routes.

The records are written by ``facts/generate/engine``, from vLLM itself; nobody edits them.
"""

from dataclasses import dataclass
from typing import Any, cast

from ._data import load

_VERSIONS = ("0.14.1", "0.32.0", "0.33.0")


@dataclass(frozen=True, kw_only=True)
class Flag:
    """One option of ``vllm serve``."""

    names: tuple[str, ...]
    """Every spelling: long ones first, then ``--no-`` forms and short ones."""
    type: str
    """``switch``, ``int``, ``float``, ``str``, ``json``, ``json or str``, ``human_readable_int``
    or ``human_readable_int_or_auto``, as vLLM reads the value."""
    values: str = ""
    """How many: ``none``, ``one``, ``optional``, ``many`` (at least one) or ``any``."""
    none: bool = False
    """Whether the word None is a value too."""
    repeatable: bool = False
    """Whether each further mention adds a value; else the last one wins."""
    choices: tuple[Any, ...] = ()
    """What a value may be; anything of the type where empty."""
    extendable: bool = False
    """Whether a plugin can add choices."""
    default: Any = None
    """The engine's own; None where it depends on model or hardware, or is an object."""
    default_object: str | None = None
    """Class of a default that is an object."""
    deprecated: bool = False

    @property
    def count(self) -> str:
        """How many values, in a word of :attr:`values`."""
        return self.values or ("none" if self.type == "switch" else "one")


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One metric, under the name that its page shows."""

    name: str
    type: str
    """``counter``, ``gauge`` or ``histogram``."""
    labels: tuple[str, ...] | None
    """None where only a running engine knows them."""
    source: str
    """File within the package."""
    when: str | None = None
    """Set-up in which the engine has it; always where None."""


@dataclass(frozen=True, kw_only=True)
class Route:
    """One path of the HTTP server."""

    path: str
    methods: tuple[str, ...]
    when: str | None = None
    """Set-ups that open it, separated by a bar; open for every text model where None."""


@dataclass(frozen=True, kw_only=True)
class EngineCatalogue:
    """One release of vLLM, as it describes itself."""

    version: str
    method: str
    """``run``: by the installed release. ``imported``: from its Python sources, unrun."""
    source: str
    missing: tuple[str, ...]
    """What is not known of it."""
    block_size_tokens: int | None
    """Tokens in one page of the KV cache where nobody sets them."""
    flags: tuple[Flag, ...]
    metrics: tuple[Metric, ...]
    routes: tuple[Route, ...]
    flags_by_name: dict[str, Flag]
    """Every option, by each of its spellings."""

    def flag(self, name: str) -> Flag | None:
        """Return the option with this spelling, or None."""
        return self.flags_by_name.get(name)


def _read(version: str) -> EngineCatalogue:
    record = load(f"engines/{version}")
    flags = tuple(Flag(**_frozen(row)) for row in record.pop("flags"))
    metrics = tuple(Metric(**_frozen(row)) for row in record.pop("metrics"))
    routes = tuple(Route(**_frozen(row)) for row in record.pop("routes"))
    return EngineCatalogue(
        flags=flags,
        metrics=metrics,
        routes=routes,
        flags_by_name={name: flag for flag in flags for name in flag.names},
        **_frozen(record),
    )


def _frozen(row: dict[str, Any]) -> dict[str, Any]:
    return {key: _tuple(value) for key, value in row.items()}


def _tuple(value: Any) -> Any:
    return tuple(cast("list[Any]", value)) if type(value) is list else value


ENGINES: dict[str, EngineCatalogue] = {version: _read(version) for version in _VERSIONS}
"""Every known release, by version."""
