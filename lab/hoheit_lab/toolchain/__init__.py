"""Builds the programs of the lab from published Go modules, into a cache."""

from .builder import build
from .programs import CLUSTER_PROGRAMS, NODE_PROGRAMS, PROGRAMS, Program

__all__ = ["CLUSTER_PROGRAMS", "NODE_PROGRAMS", "PROGRAMS", "Program", "build"]
