"""Writes what a release of vLLM says of itself."""
