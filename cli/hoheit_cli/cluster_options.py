"""Options of commands that look at a cluster: by which file, and by which context in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def add_kubeconfig_option(parser: argparse.ArgumentParser) -> None:
    """Let a command name the file that leads to the cluster."""
    parser.add_argument(
        "--kubeconfig",
        metavar="FILE",
        help="the way to the cluster (default: $KUBECONFIG, or ~/.kube/config)",
    )


def add_context_option(parser: argparse.ArgumentParser) -> None:
    """Let a command name another context than the one that a stack's state tells."""
    parser.add_argument(
        "--context", metavar="NAME", help="context of the kubeconfig (default: the stack's)"
    )
