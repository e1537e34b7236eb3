"""Composes the plan of a replica's memory from what ``_sizing`` computes."""
