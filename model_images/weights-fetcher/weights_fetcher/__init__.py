"""Model weights on their way: hub to object store (`mirror`), object store to volume (`pull`)."""

__version__ = "0.1.0"
