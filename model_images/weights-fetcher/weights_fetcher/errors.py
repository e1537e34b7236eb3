"""What the operator gets to read when something is wrong."""

from __future__ import annotations


class FetchError(Exception):
    """One clear sentence for the operator, with the way out where there is one."""


class DifferentError(FetchError):
    """Other bytes than the expected ones."""
