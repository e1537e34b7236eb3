"""Servers of our own that keep data on a volume, and what they need around them."""
