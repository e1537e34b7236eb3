"""Whether and how a router spreads requests over the replicas of a model service."""

from enum import StrEnum

from pydantic import Field

from ._args import Args


class RouterMode(StrEnum):
    """When there is a router."""

    AUTO = "auto"
    """From two replicas on."""
    ON = "on"
    OFF = "off"


class RoutingPolicy(StrEnum):
    """By what the router chooses a replica."""

    CACHE_AWARE = "cache_aware"
    """Requests that begin alike go to the replica that has computed this beginning, as long as the
    load is even. Every replica turns every prompt into tokens for it."""
    ROUND_ROBIN = "round_robin"
    """One after the other."""


class RouterSettings(Args):
    """The router in front of the replicas: vllm-router, in pods of its own without a GPU."""

    mode: RouterMode = RouterMode.AUTO
    """Without a router, the Service picks a replica for each connection, not for each request."""
    policy: RoutingPolicy = RoutingPolicy.CACHE_AWARE
    replicas: int = Field(default=2, ge=1, le=100)
    """Each has a memory of its own of which replica has seen what; one alone knows most, two
    survive a node."""
    cpu_millicores: int = Field(default=500, ge=100, le=1_000_000)
    """CPU that each router asks for."""
    memory_mib: int = Field(default=1024, ge=256, le=16_777_216)
    """Memory of each router in MiB, request and limit."""
