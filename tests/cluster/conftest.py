"""Tests of this tier share one lab."""

from support.lab import lab

__all__ = ["lab"]
