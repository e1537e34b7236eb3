"""TEL-07: where Prometheus sends samples."""

import json
from typing import Any

import pytest
from hoheit_policy import Gap, Resource, Verdict
from support import residency as r

PROMETHEUS = "monitoring.coreos.com/v1:Prometheus"


def written(entries: Any) -> dict[str, Resource]:
    """The same remote writes in everything that can hold them."""
    spec = {"spec": {"remoteWrite": entries}}
    values = {"prometheus": {"prometheusSpec": {"remoteWrite": entries}}}
    item = {"apiVersion": "monitoring.coreos.com/v1", "kind": "Prometheus", **spec}
    return {
        "custom resource": r.kubernetes(PROMETHEUS, spec),
        "agent": r.kubernetes("monitoring.coreos.com/v1alpha1:PrometheusAgent", spec),
        "chart": r.kubernetes("helm.sh/v3:Release", {"values": values}),
        "list": r.kubernetes("core/v1:List", {"items": [item]}),
    }


def configured(text: str) -> Resource:
    return r.kubernetes("core/v1:ConfigMap", {"data": {"prometheus.yml": text}})


@pytest.mark.parametrize(
    ("entries", "verdict"),
    [
        ([{"url": "https://objects.example.com/write"}], Verdict.PASS),
        ([{"url": "http://mimir.metrics.svc/write"}], Verdict.PASS),
        ([{"url": "https://metrics.example.org/write"}], Verdict.FAIL),
        ([{"url": "https://objects.example.com@metrics.example.org"}], Verdict.FAIL),
        ([{"url": "https://aps-workspaces.us-east-1.amazonaws.com/x"}], Verdict.FAIL),
        ([{"url": "https://aps-workspaces.eu-central-1.amazonaws.com/x"}], Verdict.PASS),
        ([{"url": Gap.UNKNOWN}], Verdict.UNKNOWN),
        ([{"url": Gap.SECRET}], Verdict.UNKNOWN),
        ([{}], Verdict.FAIL),
        ([Gap.UNKNOWN], Verdict.UNKNOWN),
        (Gap.UNKNOWN, Verdict.UNKNOWN),
        ("x", Verdict.UNKNOWN),
        ([{"url": "http://mimir.metrics.svc", "proxyUrl": "http://p.example.org"}], Verdict.FAIL),
        ([], Verdict.NOT_APPLICABLE),
    ],
)
def test_the_host_of_a_remote_write_decides(entries: Any, verdict: Verdict) -> None:
    for where, resource in written(entries).items():
        assert r.worst("TEL-07", resource) is verdict, where


def test_a_remote_write_in_a_configuration_is_read() -> None:
    abroad = "remote_write:\n- url: https://metrics.example.org/write\n"
    assert r.worst("TEL-07", configured(abroad)) is Verdict.FAIL
    assert r.worst("TEL-07", configured(f"global: {{}}\n{abroad}")) is Verdict.FAIL
    inside = json.dumps({"remote_write": [{"url": "http://mimir.metrics.svc/write"}]})
    assert r.worst("TEL-07", configured(inside)) is Verdict.PASS
    assert r.worst("TEL-07", configured("# remote_write is off\nglobal: {}")) is (
        Verdict.NOT_APPLICABLE
    )


def test_a_configuration_that_cannot_be_read_never_passes() -> None:
    assert r.worst("TEL-07", configured("remote_write: [\n- url: {{ .x }}")) is not Verdict.PASS
    found = r.worst("TEL-07", configured("remote_write: {{ .hosts }}"))
    assert found in (Verdict.FAIL, Verdict.UNKNOWN)
