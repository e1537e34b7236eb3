"""Keys by which clients of a model service are told apart."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, field_validator

from ._args import Args, DnsLabel
from ._gateway_sections import ROUTER_CLIENT

Generation = Annotated[int, Field(ge=1, le=1_000_000)]


class ApiKey(Args):
    """The key of one client, under a name that the gateway's log shows."""

    name: DnsLabel
    generations: tuple[Generation, ...] = Field(default=(1,), min_length=1)
    """Keys that are accepted, each generated once. To rotate, add the next number: it is what the
    Secret holds from then on. Take the old number away when nobody uses it any more."""

    @field_validator("name")
    @classmethod
    def _is_no_name_of_ours(cls, name: str) -> str:
        if name == ROUTER_CLIENT:
            raise ValueError(f"'{ROUTER_CLIENT}' is the router's own; choose another name")
        return name

    @field_validator("generations")
    @classmethod
    def _ascend(cls, generations: tuple[int, ...]) -> tuple[int, ...]:
        if list(generations) != sorted(set(generations)):
            raise ValueError("list each number once, the newest last, for example [1, 2]")
        return generations

    @property
    def current(self) -> int:
        """The generation that is handed out."""
        return self.generations[-1]


def check_names(keys: Sequence[ApiKey]) -> None:
    """Tell whether every client has a name of its own.

    Raises:
        ValueError: beginning with the field of the second one of a name.
    """
    names = [key.name for key in keys]
    for index, name in enumerate(names):
        if name in names[:index]:
            raise ValueError(
                f"api_keys[{index}].name: '{name}' is another key's name too; the log tells "
                "clients apart by it. A second key of one client is a further generation"
            )


DEFAULT_KEYS = (ApiKey(name="default"),)
"""One key, for a service that says nothing about its clients."""
