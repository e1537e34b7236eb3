"""Comparisons of what is stated with what was seen: pure functions, one subject per module."""
