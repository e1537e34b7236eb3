import ipaddress

import pytest
from hoheit_lab.errors import LabError
from hoheit_lab.node.addresses import LINKS, POD_CIDR, Link, choose_link


def test_a_node_gets_the_same_addresses_each_time() -> None:
    assert choose_link("1a", ["127.0.0.1"]) == choose_link("1a", ["10.0.0.1"])
    assert choose_link("1a", []) != choose_link("1b", [])


def test_addresses_that_somebody_uses_are_passed_over() -> None:
    first = choose_link("3f", [])
    second = choose_link("3f", [first.host])
    assert second == Link(host="198.51.100.1", node="198.51.100.2")  # round to the beginning
    assert choose_link("3f", [first.node]) == second


def test_a_host_without_a_free_subnet_is_told_so() -> None:
    with pytest.raises(LabError, match="is in use on this host"):
        choose_link("0", map(str, LINKS))


def test_both_ends_lie_in_one_subnet_apart_from_every_pod() -> None:
    link = choose_link("c0ffee", [])
    subnet = ipaddress.ip_network(f"{link.host}/{Link.PREFIX}", strict=False)
    assert ipaddress.ip_address(link.node) in subnet
    assert not subnet.overlaps(ipaddress.ip_network(POD_CIDR))
