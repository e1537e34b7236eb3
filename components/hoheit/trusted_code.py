"""Code of a model's repository that somebody read before a server may run it."""

import re
from datetime import date, datetime, timedelta, timezone
from typing import Any

from pydantic import Field, field_validator

from ._args import Args

COMMIT = re.compile(r"[0-9a-f]{40}")
"""A whole commit, which cannot move."""
_EARLIEST_ZONE = timezone(timedelta(hours=14))
"""Where a day begins first, so that today is in the future nowhere."""


class TrustedCode(Args):
    """A review of one commit: no other commit's code runs on the strength of it."""

    revision: str
    """The commit that was read."""
    reviewed_by: str = Field(min_length=1)
    """Who answers for it."""
    reviewed_on: date
    """When."""

    @field_validator("reviewed_on", mode="before")
    @classmethod
    def _is_written_as_a_date(cls, day: Any) -> Any:
        if isinstance(day, int | float):
            # pydantic shows the path of a ValueError only.
            raise ValueError('a number is no day; write it as "2026-11-02"')  # noqa: TRY004
        return day

    @field_validator("reviewed_on")
    @classmethod
    def _has_happened(cls, day: date) -> date:
        if day > datetime.now(_EARLIEST_ZONE).date():
            raise ValueError(
                f"{day} is yet to come, and code runs on a review that has happened; give the day "
                "on which it was read"
            )
        return day

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
