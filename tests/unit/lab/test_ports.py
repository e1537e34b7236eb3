import socket
from pathlib import Path

import pytest
from hoheit_lab.cluster import ports
from hoheit_lab.cluster.ports import CHOICE, PORTS, choose_ports, load_ports, save_ports
from hoheit_lab.errors import LabError

FIRST_NODE_PORT = 30_000
"""Of Kubernetes' default --service-node-port-range."""
FIRST_OF_OUTGOING = 32_768
"""Linux' default for net.ipv4.ip_local_port_range."""


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
    assert set(choose_ports({}).values()) <= set(CHOICE)
    assert CHOICE.stop <= FIRST_NODE_PORT < FIRST_OF_OUTGOING


def test_without_a_free_port_there_is_a_sentence_about_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", 0))
        squatter.listen()
        taken = squatter.getsockname()[1]
        monkeypatch.setattr(ports, "CHOICE", range(taken, taken + 1))
        with pytest.raises(LabError, match=f"no port of 127.0.0.1 from {taken} to {taken} is free"):
            choose_ports({})


def test_ports_are_remembered(tmp_path: Path) -> None:
    chosen = choose_ports({})
    save_ports(tmp_path / "ports.json", chosen)
    assert load_ports(tmp_path / "ports.json") == chosen


def test_a_broken_memory_of_ports_is_no_memory(tmp_path: Path) -> None:
    assert load_ports(tmp_path / "missing.json") == {}
    (tmp_path / "half.json").write_text('{"etcdPort": 1')
    assert load_ports(tmp_path / "half.json") == {}
