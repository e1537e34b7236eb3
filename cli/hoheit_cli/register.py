"""`hoheit register`: what a stack keeps and whom it contacts, from its state."""

import argparse
import json
import sys
from typing import Any

from hoheit import InvalidArgsError, Location, Register, joined
from hoheit.driver import validated
from hoheit_policy import Declarations, DeclarationsError, Gap, read_declarations
from hoheit_policy.adapters.entries import StateError
from hoheit_policy.adapters.state import view_of
from hoheit_policy.adapters.wire import SIGNATURE
from hoheit_policy.guarded import FIELD, GUARD_TYPE
from hoheit_policy.values import map_at

from .errors import UsageError
from .objects import mapping_at
from .register_text import text
from .state import add_state_options, read_state, resources
from .text import json_text

_STACK = "pulumi:pulumi:Stack"
_OURS = "hoheit:index:"
_OUTPUT = "register"


def add(commands: Any) -> None:
    """Add the command to the subparsers of `hoheit`."""
    description = (
        "Print what a stack keeps and whom it contacts, with the source of each fact; what is "
        "unknown comes first."
    )
    parser: argparse.ArgumentParser = commands.add_parser(
        "register", help="print what a stack keeps and whom it contacts", description=description
    )
    add_state_options(parser)
    parser.add_argument("--json", action="store_true", help="print it for machines")
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    register = register_of(read_state(options))
    if options.json:
        unknowns = [unknown.model_dump() for unknown in register.unknowns]
        document = {**register.model_dump(mode="json"), "unknowns": unknowns}
        sys.stdout.write(json_text(document))
    else:
        sys.stdout.write(text(register))
    return 0


def register_of(export: dict[str, Any]) -> Register:
    """Return the register that a stack exports, else the join of what its components registered.

    The join takes the places of recipients from the residency guard, where the program has one.

    Raises:
        UsageError: if there is none, or if another version of hoheit wrote it.
    """
    parts: list[Register] = []
    for resource in resources(export):
        outputs = mapping_at(resource, "outputs")
        if resource["type"] == _STACK and _OUTPUT in outputs:
            return _read(outputs[_OUTPUT], f"stack output '{_OUTPUT}'")
        if resource["type"].startswith(_OURS):
            own = {name: outputs[name] for name in Register.model_fields if name in outputs}
            parts.append(_read(own, f"the state of {resource['urn'].rpartition('::')[2]}"))
    if not parts:
        raise UsageError(
            "the state has no component of hoheit and no output 'register'; name the stack of a "
            "program that uses hoheit"
        )
    return joined(parts, _declared_endpoints(export))


def _declared_endpoints(export: dict[str, Any]) -> dict[str, Location]:
    """Return where recipients are, as the program's residency guard was told."""
    try:
        declared = _declared(export).endpoints or {}
    except DeclarationsError as error:
        raise UsageError(f"the declarations in the state: {error}") from None
    except StateError as error:
        raise UsageError(f"the state cannot be read: {error}") from None
    return {
        host: Location.model_validate(place.model_dump(mode="json"))
        for host, place in declared.items()
    }


def _declared(export: dict[str, Any]) -> Declarations:
    """Return what is declared, without exemptions, which may be of rules that are not ours."""
    for resource in view_of(export, Declarations()).resources:
        if resource.type == GUARD_TYPE:
            given = map_at(resource.inputs, FIELD)
            fields = {} if isinstance(given, Gap) else given
            return read_declarations({k: v for k, v in fields.items() if k != "exemptions"})
    return Declarations()


def _read(value: Any, owner: str) -> Register:
    if SIGNATURE in json.dumps(value):
        raise UsageError(
            f"{owner} is encrypted, because the program put something secret into it; a register "
            "needs no secrets, so keep them out"
        )
    try:
        return validated(Register, value, owner)
    except InvalidArgsError as error:
        raise UsageError(
            f"{error}\nAnother version of hoheit may have written it: run the one that did, or "
            "`pulumi up` with this one"
        ) from None
