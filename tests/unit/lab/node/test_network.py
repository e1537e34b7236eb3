"""Who reaches whom over the node's links."""

from hoheit_lab.node.addresses import Link
from hoheit_lab.node.network import cni_config, host_commands, node_commands

LINK = Link(host="198.51.100.1", node="198.51.100.2")
COMMANDS = node_commands(LINK.node)


def test_the_node_gets_no_route_to_anywhere_but_pods_and_services() -> None:
    routes = [command for command in COMMANDS if "route" in command]
    assert [route[3] for route in routes] == ["10.96.0.0/16"]


def test_the_link_is_filtered_before_it_is_up() -> None:
    (rules,) = [command for command in COMMANDS if command[0] == "nft"]
    assert COMMANDS.index(rules) < COMMANDS.index(["ip", "link", "set", "eth0", "up"])


def test_the_link_ends_in_the_node_and_changes_nothing_else_of_the_hosts_network() -> None:
    made = host_commands("lab-1f", LINK, 4242)
    assert all("lab-1f" in command for command in made)
    assert made[0][-4:] == ["name", "eth0", "netns", "4242"]


def test_pods_get_addresses_that_no_simulated_pod_has() -> None:
    (ptp, _) = cni_config()["plugins"]
    assert ptp["ipam"]["ranges"] == [[{"subnet": "10.129.0.0/16"}]]
    assert ptp["ipam"]["dataDir"].startswith("/run/")  # gone with the power
