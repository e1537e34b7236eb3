"""Hosts in any field of a Kubernetes object, in the forms that programs read."""

import base64
from typing import Any

import pytest
from hoheit_policy import Gap, Resource, Verdict, report
from support import residency as r

ABROAD = "logs.example.net"
API = "api.openai.com"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def verdicts(one: Resource, *others: Resource, **declared: Any) -> set[tuple[Verdict, str]]:
    found = report(r.view(one, *others, **declared)).findings
    return {(x.verdict, x.path) for x in found if x.rule == "EGR-02" and x.resource == one.urn}


def pod(**spec: Any) -> Resource:
    return r.kubernetes("core/v1:Pod", {"metadata": {"namespace": "a"}, "spec": spec})


def container(**fields: Any) -> Resource:
    return pod(containers=[{"name": "c", "image": "x", **fields}])


def variable(name: str, value: Any) -> Resource:
    return container(env=[{"name": name, "value": value}])


FIELDS = [
    container(lifecycle={"postStart": {"exec": {"command": ["curl", f"https://{ABROAD}"]}}}),
    r.kubernetes("core/v1:Secret", {"stringData": {"url": f"https://{ABROAD}/"}}),
    r.kubernetes("core/v1:Secret", {"data": {"url": encoded(f"https://{ABROAD}/")}}),
    r.kubernetes("core/v1:ConfigMap", {"binaryData": {"a": encoded(f"x https://{ABROAD}/")}}),
    variable("X", f"https%3A%2F%2F{ABROAD}"),
    variable("X", encoded(f"https://{ABROAD}")),
    variable("X", f"{ABROAD}:443"),
    variable("X", f"//{ABROAD}/x"),
    container(args=[f"--otlp-traces-endpoint={ABROAD}:4317"]),
    r.kubernetes("core/v1:Service", {"metadata": {"annotations": {"x": f"https://{ABROAD}"}}}),
]


@pytest.mark.parametrize("one", FIELDS, ids=range(len(FIELDS)))
def test_a_host_that_nobody_declared_is_unknown_wherever_it_stands(one: Resource) -> None:
    assert {verdict for verdict, _ in verdicts(one)} == {Verdict.UNKNOWN}


def test_a_public_service_that_a_table_knows_is_left_to_other_rules() -> None:
    assert verdicts(variable("X", encoded(f"https://{API}/v1"))) == set()


@pytest.mark.parametrize(
    "one",
    [
        variable("X", "a.svc.cluster.local:80"),
        variable("DB_HOST", "db.a.svc"),
        variable("X", "10.0.0.7:5432"),
        variable("FILE", "prometheus.yml"),
        variable("VERSION", "0.32.0"),
        container(lifecycle={"postStart": {"exec": {"command": ["curl", "http://localhost"]}}}),
    ],
    ids=range(6),
)
def test_hosts_of_the_cluster_private_addresses_and_names_of_files_are_not_asked(
    one: Resource,
) -> None:
    assert verdicts(one) == set()


def test_a_declared_host_passes() -> None:
    found = verdicts(variable("X", "objects.example.com:443"))
    assert {verdict for verdict, _ in found} == {Verdict.PASS}


def test_what_another_rule_asks_about_is_said_once() -> None:
    assert verdicts(variable("X", f"https://{ABROAD}")) == set()


@pytest.mark.parametrize("gap", [Gap.UNKNOWN, Gap.SECRET, Gap.WRONG])
def test_a_field_for_a_host_that_cannot_be_read_is_unknown(gap: Any) -> None:
    one = container(livenessProbe={"httpGet": {"host": gap}})
    path = "spec.containers[0].livenessProbe.httpGet.host"
    assert verdicts(one) == {(Verdict.UNKNOWN, path)}
