"""The one error that a command raises for something its user can mend."""


class UsageError(Exception):
    """One clear sentence: what is wrong, where, and the way out."""
