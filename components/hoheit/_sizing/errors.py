"""The refusal that every part of a plan shares."""

from __future__ import annotations


class DoesNotFitError(ValueError):
    """The model cannot start as it is asked for."""
