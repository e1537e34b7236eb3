"""Who is let in: by login, by host name, by page, and by port."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest
from serving.mlflow.rendered import HEALTH, METRICS, MLFLOW, NAME, NAMESPACE

if TYPE_CHECKING:
    from collections.abc import Callable

    from serving.mlflow.processes import Pod

SEARCH = "/api/2.0/mlflow/experiments/search"
SERVICE = f"{NAME}.{NAMESPACE}.svc.cluster.local"
REFUSED = (413, 400)
"""HAProxy itself finds a length that no machine can count to a bad request."""
NAMES = [NAME, f"{NAME}.{NAMESPACE}", f"{NAME}.{NAMESPACE}.svc", SERVICE]


def login(pod: Pod) -> dict[str, str]:
    secret = pod.rendered.secret("admin")
    account = f"{secret['username']}:{secret['password']}"
    return {"Authorization": f"Basic {base64.b64encode(account.encode()).decode()}"}


@pytest.mark.parametrize("password", ["", "wrongPassword0123456789"])
def test_a_client_without_the_password_is_refused(pod: Pod, password: str) -> None:
    answer = pod.client("refused", password=password)
    assert answer["status"] == 401


@pytest.mark.parametrize("name", [*NAMES, "localhost", "127.0.0.1"])
def test_the_names_of_the_service_and_of_a_port_forward_are_accepted(pod: Pod, name: str) -> None:
    host = {"Host": pod.rendered.host(name)}
    answer = pod.ask(f"{SEARCH}?max_results=1", headers={**login(pod), **host})
    assert answer.status == 200, answer


@pytest.mark.parametrize("host", ["evil.example:5000", "10.1.2.3:5000", SERVICE, "mlflow:80"])
def test_any_other_host_is_refused_even_with_the_password(pod: Pod, host: str) -> None:
    answer = pod.ask(f"{SEARCH}?max_results=1", headers={**login(pod), "Host": host})
    assert (answer.status, "Invalid Host" in answer.body) == (403, True)


def test_a_declared_host_name_is_accepted(pod: Pod, make: Callable[..., Pod]) -> None:
    declared = make(allowed_hosts=("mlflow.example.internal",))
    command = declared.rendered.command("server", "mlflow")
    hosts = command.environment["MLFLOW_SERVER_ALLOWED_HOSTS"].split(",")
    assert "mlflow.example.internal" in hosts
    assert "mlflow.example.internal" not in pod.rendered.command("server", "mlflow").environment[
        "MLFLOW_SERVER_ALLOWED_HOSTS"
    ].split(",")


def test_the_kubelet_asks_by_address_without_a_login(pod: Pod) -> None:
    for host in ("10.1.2.3:8082", "[fd00::7]:8082"):
        assert pod.ask("/health", port=HEALTH, headers={"Host": host}).status == 200
        assert pod.ask("/gateway", port=HEALTH, headers={"Host": host}).status == 200


@pytest.mark.parametrize("path", ["/", SEARCH, "/metrics", "/version"])
def test_the_health_port_answers_nothing_else(pod: Pod, path: str) -> None:
    assert pod.ask(path, port=HEALTH, headers=login(pod)).status == 404


def test_the_page_of_the_server_itself_may_change_something(pod: Pod) -> None:
    for name in NAMES:
        host = pod.rendered.host(name)
        answer = create_experiment(pod, host, f"http://{host}", f"by page {name}")
        assert answer == 200


def test_the_page_of_somebody_else_may_not(pod: Pod) -> None:
    assert create_experiment(pod, pod.rendered.host(), "https://evil.example", "by evil") == 403


def create_experiment(pod: Pod, host: str, origin: str, name: str) -> int:
    headers = {**login(pod), "Host": host, "Origin": origin, "Content-Type": "application/json"}
    body = f'{{"name": "{name}"}}'.encode()
    path = "/api/2.0/mlflow/experiments/create"
    return pod.ask(path, method="POST", headers=headers, body=body).status


@pytest.mark.parametrize(
    "path", ["/metrics", "//metrics", "/metrics/", "/%6detrics", "/METRICS", "/%2Fmetrics"]
)
def test_the_api_port_has_no_metrics_not_even_for_the_administrator(pod: Pod, path: str) -> None:
    answer = pod.ask(path, headers={**login(pod), "Host": pod.rendered.host()})
    assert answer.status == 404
    assert "mlflow_http_request" not in answer.body


def test_prometheus_reads_metrics_without_a_login_and_by_address(pod: Pod) -> None:
    search = pod.ask(f"{SEARCH}?max_results=1", headers={**login(pod), "Host": pod.rendered.host()})
    assert search.status == 200
    answer = pod.metrics()
    assert answer.status == 200
    assert "mlflow_http_request_duration_seconds_bucket" in answer.body


def test_prometheus_reads_the_metrics_of_the_gateway(pod: Pod) -> None:
    answer = pod.ask("/gateway/metrics", port=METRICS)
    assert answer.status == 200
    assert "haproxy_process_uptime_seconds" in answer.body


@pytest.mark.parametrize("path", ["/", SEARCH, "/metrics/", "/version", "/health"])
def test_the_metrics_port_lends_its_login_to_nothing_else(pod: Pod, path: str) -> None:
    assert pod.ask(path, port=METRICS).status == 404
    assert pod.ask(path, port=METRICS, method="POST", body=b"{}").status == 404


def test_mlflow_gives_its_metrics_to_administrators_alone(pod: Pod) -> None:
    """Why the account behind the metrics port is one."""
    headers = {"Host": pod.rendered.host(), "Content-Type": "application/json", **login(pod)}
    body = b'{"username": "ada", "password": "adaPassword0123456789"}'
    users = "/api/2.0/mlflow/users/create"
    assert pod.ask(users, method="POST", headers=headers, body=body).status == 200
    account = base64.b64encode(b"ada:adaPassword0123456789").decode()
    ada = {"Host": pod.rendered.host(), "Authorization": f"Basic {account}"}
    assert pod.ask(f"{SEARCH}?max_results=1", headers=ada).status == 200
    assert pod.ask("/metrics", port=MLFLOW, headers=ada).status == 403


def test_a_body_has_to_state_its_length(pod: Pod) -> None:
    headers = {**login(pod), "Host": pod.rendered.host(), "Transfer-Encoding": "chunked"}
    answer = pod.ask("/api/2.0/mlflow/experiments/create", method="POST", headers=headers)
    assert answer.status == 411


@pytest.mark.parametrize("size", [5 * 1024**3 + 1, 2**32 * 5, 2**63, 2**70])
def test_a_file_larger_than_declared_is_refused_before_it_is_sent(pod: Pod, size: int) -> None:
    headers = {**login(pod), "Host": pod.rendered.host(), "Content-Length": str(size)}
    path = "/api/2.0/mlflow-artifacts/artifacts/0/large"
    assert pod.ask(path, method="PUT", headers=headers).status in REFUSED


def test_telemetry_is_off_by_each_switch_alone(pod: Pod) -> None:
    switches = ("MLFLOW_DISABLE_TELEMETRY", "DO_NOT_TRACK")
    assert pod.telemetry() == {"disabled": True, "client": False}
    for other in switches:
        assert pod.telemetry(other)["disabled"]
    assert not pod.telemetry(*switches)["disabled"]
