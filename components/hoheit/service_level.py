"""How fast a model service means to be, in numbers that its metrics can tell."""

from typing import Self

from pydantic import Field, model_validator

from ._args import Args


class Objectives(Args):
    """Latencies that all but a few requests stay within, over 30 days."""

    time_to_first_token_seconds: float | None = Field(default=None, gt=0)
    """Until the first token of an answer; a bucket boundary of the engine's histogram, for nothing
    between two boundaries can be told apart."""
    end_to_end_seconds: float | None = Field(default=None, gt=0)
    """Until the last token; likewise."""
    ratio: float = Field(default=0.99, ge=0.95, lt=1)
    """Share of requests that stay within, 0.95 to 1. The rest is the error budget; with a larger
    one, the alert that it burns fourteen times too fast could never fire."""

    @model_validator(mode="after")
    def _one_is_given(self) -> Self:
        if self.time_to_first_token_seconds is None and self.end_to_end_seconds is None:
            raise ValueError(
                "time_to_first_token_seconds: give this, or end_to_end_seconds, or both; or leave "
                "out objectives"
            )
        return self
