"""Code of a model's repository that somebody read before a server may run it."""

import re
from datetime import date

from pydantic import Field

from ._args import Args

COMMIT = re.compile(r"[0-9a-f]{40}")
"""A whole commit, which cannot move."""


class TrustedCode(Args):
    """A review of one commit: no other commit's code runs on the strength of it."""

    revision: str
    """The commit that was read."""
    reviewed_by: str = Field(min_length=1)
    """Who answers for it."""
    reviewed_on: date
    """When."""

    def check(self, repository: str | None, revision: str | None) -> None:
        """Tell whether it is this very commit that was read.

        Raises:
            ValueError: beginning with the field.
        """
        if repository is None or not COMMIT.fullmatch(revision or ""):
            raise ValueError("trusted_code: goes with repository and a commit as revision")
        if self.revision != revision:
            raise ValueError(
                f"trusted_code.revision: {self.revision} was read, and revision is {revision}; "
                "read the changes, then set both"
            )
