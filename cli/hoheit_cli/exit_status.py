"""How commands that judge end, so that a pipeline tells the cases apart."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from hoheit_policy import Verdict

if TYPE_CHECKING:
    from hoheit_policy import Report


class ExitStatus(IntEnum):
    """The same for `residency check`, `evidence` and `evidence verify`."""

    FINE = 0
    """Nothing stops; a package is as it was signed."""
    FINDINGS = 1
    """Something fails, and the profile stops it; without a profile everything stops."""
    USAGE = 2
    """Wrong options, or an input that cannot be read."""
    UNKNOWN = 3
    """Nothing fails for certain, but what is unknown stops too, or could not be checked."""
    TAMPERED = 4
    """A package is not what was signed, or not what its state leads to."""


def status_of(report: Report) -> ExitStatus:
    """Return how a command ends that shows this report."""
    verdicts = {finding.verdict for finding in report.stopping}
    if Verdict.FAIL in verdicts:
        return ExitStatus.FINDINGS
    return ExitStatus.UNKNOWN if verdicts else ExitStatus.FINE
