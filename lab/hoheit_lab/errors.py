"""The one error that the lab raises for something its user can mend."""


class LabError(Exception):
    """One clear sentence: what is wrong, where, and the way out."""
