"""Trains a Llama of 1.4 million parameters on a few hundred sentences, the same bytes each time."""
