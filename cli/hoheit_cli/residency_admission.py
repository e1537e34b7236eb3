"""`hoheit residency admission`: the rules as admission policies of a cluster."""

import argparse
import sys
from typing import Any

import yaml
from hoheit_policy import DeclarationsError, View
from hoheit_policy.adapters.entries import StateError
from hoheit_policy.adapters.state import view_of
from hoheit_policy.admission import AdmissionError, admission_policies, not_carried_over

from .declarations_file import STDIN, declared_in_file
from .errors import UsageError
from .state import add_state_options, read_state
from .text import printable


def add(actions: Any) -> None:
    """Add the command to the subparsers of `hoheit residency`."""
    parser: argparse.ArgumentParser = actions.add_parser(
        "admission",
        help="print the rules as admission policies of a cluster",
        description=(
            "Print ValidatingAdmissionPolicies and their bindings as YAML, for kubectl apply. "
            "They refuse under a profile that stops, and warn under one that reports. With a "
            "state they know the recipients that components name, and the objects that are "
            "exempted. Exit status: 0, or 2 for wrong options."
        ),
    )
    add_state_options(parser, required=False)
    parser.add_argument(
        "--declarations",
        metavar="FILE",
        help="JSON with declarations, in place of those in the program; - for standard input",
    )
    parser.add_argument(
        "--cluster",
        metavar="NAME",
        help="key in declarations.clusters; not needed where only one is declared",
    )
    parser.add_argument(
        "--except-namespace",
        metavar="NAME",
        action="append",
        default=[],
        help="further namespace that no policy judges, beside those of Kubernetes; may be repeated",
    )
    parser.add_argument(
        "--controllers",
        metavar="USER",
        action="append",
        default=[],
        help=(
            "user as which the controllers of Kubernetes run, where your distribution has another "
            "than usual; may be repeated"
        ),
    )
    parser.set_defaults(command=_run)


def _run(options: argparse.Namespace) -> int:
    view = _view(options)
    try:
        documents = admission_policies(
            view,
            options.cluster,
            excepted=options.except_namespace,
            controllers=options.controllers,
        )
        lost = not_carried_over(view, options.cluster)
    except AdmissionError as error:
        raise UsageError(f"{error}; name one with --cluster") from None
    for one in lost:
        sys.stderr.write(
            printable(
                f"warning: the exemption of {one.rule} for {one.resource} is not in the policies: "
                "no object of this cluster in the state is meant by it; give the state of its "
                "stack with --stack or --state\n"
            )
        )
    sys.stdout.write(yaml.safe_dump_all(documents, sort_keys=False, allow_unicode=True))
    return 0


def _view(options: argparse.Namespace) -> View:
    has_state = options.stack is not None or options.state is not None
    if not has_state and options.declarations is None:
        raise UsageError("name declarations with --declarations, or a state with --stack, --state")
    if options.declarations == options.state == STDIN:
        raise UsageError(
            "--declarations and --state are both standard input; name a file for one of them"
        )
    declared = declared_in_file(options.declarations) if options.declarations else None
    if declared and not has_state:
        return View(declarations=declared)
    try:
        return view_of(read_state(options), declared)
    except DeclarationsError as error:
        raise UsageError(f"the declarations in the state are not valid: {error}") from None
    except StateError as error:
        raise UsageError(f"the state cannot be read: {error}") from None
