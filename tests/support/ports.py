"""Free ports on loopback for programs that take a number and no socket."""

from hoheit_lab.cluster.ports import choose_ports


def free_ports(count: int) -> list[int]:
    """Choose ports that no outgoing connection takes before the program listens."""
    return list(choose_ports({}, [str(number) for number in range(count)]).values())
