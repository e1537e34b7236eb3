"""The one kind of failure that a person is told about in a sentence."""


class PreparationError(Exception):
    """The server must not start; the text says why and what to do, and holds no secret."""
