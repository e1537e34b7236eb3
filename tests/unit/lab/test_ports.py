import socket
from pathlib import Path

from hoheit_lab.cluster.ports import CHOICE, PORTS, choose_ports, load_ports, save_ports


def test_every_purpose_gets_a_port_of_its_own() -> None:
    chosen = choose_ports({})
    assert tuple(chosen) == PORTS
    assert len(set(chosen.values())) == len(PORTS)


def test_the_ports_of_the_last_start_are_taken_again() -> None:
    first = choose_ports({})
    assert choose_ports(first) == first


def test_a_port_that_somebody_else_took_is_replaced_and_the_others_stay() -> None:
    first = choose_ports({})
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", first["etcdPort"]))
        squatter.listen()
        second = choose_ports(first)
    assert second["etcdPort"] != first["etcdPort"]
    assert {**second, "etcdPort": 0} == {**first, "etcdPort": 0}


def test_the_kernel_gives_no_chosen_port_to_an_outgoing_connection() -> None:
    first_given = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    assert set(choose_ports({}).values()) <= set(CHOICE)
    assert CHOICE[-1] < first_given


def test_ports_are_remembered(tmp_path: Path) -> None:
    chosen = choose_ports({})
    save_ports(tmp_path / "ports.json", chosen)
    assert load_ports(tmp_path / "ports.json") == chosen


def test_a_broken_memory_of_ports_is_no_memory(tmp_path: Path) -> None:
    assert load_ports(tmp_path / "missing.json") == {}
    (tmp_path / "half.json").write_text('{"etcdPort": 1')
    assert load_ports(tmp_path / "half.json") == {}
