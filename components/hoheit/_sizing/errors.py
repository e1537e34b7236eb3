"""The refusal that every part of a plan shares."""

from __future__ import annotations


class DoesNotFitError(ValueError):
    """The model cannot start as it is asked for."""


class CannotBeError(DoesNotFitError):
    """No GPU of any size would do: what is asked for contradicts the model or the engine."""
