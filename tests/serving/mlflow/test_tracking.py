"""A user logs a run, an artifact and a model, and reads them back through the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from serving.mlflow.processes import Pod


@pytest.fixture(scope="module")
def logged(pod: Pod) -> dict[str, Any]:
    return pod.client("log")


def test_a_run_an_artifact_and_a_model_come_back_as_they_were_logged(
    pod: Pod, logged: dict[str, Any]
) -> None:
    read = pod.client("read")
    assert read["run"] == logged["run"]
    assert read["parameters"] == {"learning_rate": "0.1"}
    assert read["losses"] == pytest.approx([1, 1 / 2, 1 / 3])
    assert read["notes"] == "measured with care"
    assert read["predicted"] == [2, 4]


def test_artifacts_go_through_the_server_and_the_client_has_no_key_of_the_store(
    pod: Pod, logged: dict[str, Any]
) -> None:
    assert logged["artifacts"].startswith("mlflow-artifacts:/")
    assert pod.client("read")["secrets"] == []


def test_artifacts_are_objects_of_the_bucket(pod: Pod, logged: dict[str, Any]) -> None:
    files = (pod.folder / "data" / "objects" / "mlflow").rglob("notes.txt")
    (notes,) = [file for file in files if logged["run"] in str(file)]
    assert notes.read_text() == "measured with care"


def test_a_file_of_many_parts_goes_up_and_comes_down_unchanged_and_leaves_no_rest(
    pod: Pod,
) -> None:
    told = pod.client("large")
    assert told["sent"] == told["received"]
    assert not [file for file in (pod.folder / "tmp").rglob("*") if file.name == "large.bin"]


def test_runs_accounts_and_models_are_rows_of_postgresql(pod: Pod, logged: dict[str, Any]) -> None:
    assert logged["run"] in pod.sql("SELECT run_uuid FROM runs")
    assert pod.sql("SELECT name FROM registered_models") == "doubler"
    accounts = pod.sql("SELECT username, is_admin FROM users ORDER BY username")
    assert accounts.split() == ["admin|t", "hoheit-metrics|t"]


def test_passwords_rest_as_hashes_alone(pod: Pod) -> None:
    for stored in pod.sql("SELECT password_hash FROM users").split():
        assert stored.startswith("scrypt:")


def test_the_server_talks_to_nobody_but_its_stores_and_its_gateway(
    pod: Pod, logged: dict[str, Any]
) -> None:
    assert logged
    ports = {pod.rendered.ports[port] for port in (5432, 7070, 5001)}
    assert pod.remote_ports("mlflow") <= ports | pod.local_ports("haproxy")


def test_neither_a_password_nor_a_parameter_is_in_a_log(pod: Pod, logged: dict[str, Any]) -> None:
    assert logged
    texts = [pod.log(name).read_text() for name in ("mlflow", "haproxy", "postgres", "versitygw")]
    for text in texts:
        assert "measured with care" not in text
        assert "learning_rate" not in text
        for password in pod.rendered.passwords.values():
            assert password not in text
