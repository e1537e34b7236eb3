"""Network peers: who is meant by an allow rule, in the words of NetworkPolicy."""

from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network, collapse_addresses
from typing import Self

from pydantic import Field, model_validator

from ._args import Args, DnsLabel, Labels


class Peer(Args):
    """Pods of one namespace, or address ranges; never both, and never everybody by accident."""

    namespace: DnsLabel | None = None
    """Namespace of the pods."""
    pod_labels: Labels = Field(default_factory=dict)
    """Labels of the pods; all pods of the namespace where empty."""
    cidrs: tuple[IPv4Network | IPv6Network, ...] = ()
    """Address ranges outside the cluster's pod network."""
    except_cidrs: tuple[IPv4Network | IPv6Network, ...] = ()
    """Ranges inside ``cidrs`` that stay forbidden."""
    port: int | None = Field(default=None, ge=1, le=65535)
    """Port of the pods, where a Service in front of them listens on another one: policies see
    a connection after the Service has been resolved."""

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if bool(self.namespace) == bool(self.cidrs):
            raise ValueError(
                "name either the pods (namespace, pod_labels) or address ranges (cidrs); "
                "an empty namespace selector would not reach an address outside the cluster"
            )
        if self.pod_labels and not self.namespace:
            raise ValueError("pod_labels go with namespace, not with cidrs")
        held = {hole for cidr in self.cidrs for hole in self.holes_in(cidr)}
        stray = [str(hole) for hole in self.except_cidrs if hole not in held]
        if stray:
            raise ValueError(f"except_cidrs must lie inside cidrs; outside: {', '.join(stray)}")
        return self

    def holes_in(self, cidr: IPv4Network | IPv6Network) -> list[IPv4Network | IPv6Network]:
        """Return the excepted ranges that lie inside ``cidr``."""
        return [hole for hole in self.except_cidrs if _contains(cidr, hole)]


def check_callers(field: str, peers: Sequence[Peer]) -> None:
    """Tell whether peers that may come in leave the port to the gateway that they come to.

    Raises:
        ValueError: beginning with the field of the first one that names a port.
    """
    for index, peer in enumerate(peers):
        if peer.port is not None:
            raise ValueError(
                f"{field}[{index}].port: leave it out; it is the gateway's port that opens"
            )


def check_not_everybody(
    field: str, cidrs: Sequence[IPv4Network | IPv6Network], way_out: str
) -> None:
    """Tell whether address ranges name somebody, rather than everybody of an IP version.

    Args:
        field: Path of the ranges.
        cidrs: One of them may be every address, or all of them together.
        way_out: What to write instead.

    Raises:
        ValueError: beginning with the path of the range, or of all.
    """
    joined = (
        *collapse_addresses([cidr for cidr in cidrs if isinstance(cidr, IPv4Network)]),
        *collapse_addresses([cidr for cidr in cidrs if isinstance(cidr, IPv6Network)]),
    )
    for whole in joined:
        if whole.prefixlen == 0:
            if whole in cidrs:
                raise ValueError(
                    f"{field}[{cidrs.index(whole)}]: {whole} is every address; {way_out}"
                )
            raise ValueError(f"{field}: together they are {whole}, every address; {way_out}")


def _contains(outer: IPv4Network | IPv6Network, inner: IPv4Network | IPv6Network) -> bool:
    if isinstance(outer, IPv4Network) and isinstance(inner, IPv4Network):
        return inner.subnet_of(outer)
    if isinstance(outer, IPv6Network) and isinstance(inner, IPv6Network):
        return inner.subnet_of(outer)
    return False


class ClusterNetwork(Args):
    """What the rules of a workload need to know about the cluster's network."""

    dns: Peer = Peer(namespace="kube-system", pod_labels={"k8s-app": "kube-dns"})
    """The cluster's name servers."""
    domain: str = "cluster.local"
    """Domain suffix of Services."""
    api_server: Peer | None = None
    """The API server as pods reach it, once the Service ``kubernetes`` is resolved: its addresses
    as ``cidrs`` and its ``port``. Only what watches objects needs it, a monitoring stack."""

    @model_validator(mode="after")
    def _api_server_is_an_address(self) -> Self:
        server = self.api_server
        if server is None:
            return self
        if not server.cidrs or server.port is None:
            raise ValueError("api_server: needs its addresses as cidrs, and its port")
        check_not_everybody(
            "api_server.cidrs",
            server.cidrs,
            "name those of the API server, which `hoheit doctor` prints where it is left out",
        )
        return self
