"""What `up` asks of a machine before it makes it a node."""

from pathlib import Path
from typing import Any

import pytest
from hoheit_lab import lab
from hoheit_lab.paths import StateDir
from hoheit_lab.plugins import Engine

REASON = "a real node needs 1024 MiB of memory"


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[str]:
    """A lab that wants a real node on a machine that is too small for another one."""
    made: list[str] = []
    monkeypatch.setenv("HOHEIT_LAB_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(lab, "build", lambda _names: None)
    monkeypatch.setattr(lab, "choose_engine", lambda _state: None)
    monkeypatch.setattr(lab, "chosen_engine", lambda _state: Engine("pulumi", False, ()))
    monkeypatch.setattr(lab, "missing", lambda _state, _room: REASON)

    def start(_state: StateDir, *, real: bool) -> None:
        made.append("real" if real else "simulated")

    monkeypatch.setattr(lab.cluster, "start", start)
    monkeypatch.setattr(lab.cluster, "is_healthy", lambda _state: True)
    monkeypatch.setattr(lab.node, "is_wanted", lambda _state: True)
    monkeypatch.setattr(lab.node, "is_running", lambda _state: False)
    monkeypatch.setattr(lab.node, "start", lambda _state: made.append("node"))
    return made


def processes(monkeypatch: pytest.MonkeyPatch, **found: Any) -> None:
    monkeypatch.setattr(lab.node, "processes", lambda _state: found)


def test_a_node_that_lost_a_program_is_mended_however_little_memory_its_pods_have_left(
    calls: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    processes(monkeypatch, kubelet=object())
    assert lab.up(StateDir.at(tmp_path / "state")).lacking is None
    assert calls == ["real", "node"]


def test_where_no_node_can_run_the_lab_comes_up_without_one_and_says_why(
    calls: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    processes(monkeypatch)
    status = lab.up(StateDir.at(tmp_path / "state"), real=True)
    assert status.lacking == REASON
    assert status.control_plane
    assert not status.healthy  # it has no node, and is to have one
    assert calls == ["simulated"]
