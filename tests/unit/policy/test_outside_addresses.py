"""NET-09: addresses that look like a part of the cluster."""

from typing import Any

import pytest
from hoheit_policy import Gap, Resource, Verdict
from support import residency as r


def carriers(host: Any) -> dict[str, Resource]:
    """Everything that can hold an address."""

    def pod(**spec: Any) -> Resource:
        return r.workload(r.pod(r.container(), **spec))

    def runs(**fields: Any) -> Resource:
        return r.workload(r.pod(r.container(**fields)))

    def disk(**spec: Any) -> Resource:
        return r.kubernetes("core/v1:PersistentVolume", {"spec": spec})

    hooks = {"webhooks": [{"clientConfig": {"url": host}}]}
    registration = "admissionregistration.k8s.io/v1"
    slices = "discovery.k8s.io/v1:EndpointSlice"
    addresses = {"endpoints": [{"addresses": [host]}]}
    item = {"kind": "EndpointSlice", "apiVersion": "discovery.k8s.io/v1", **addresses}
    return {
        "endpoint slice": r.kubernetes(slices, addresses),
        "patch": r.kubernetes(f"{slices}Patch", addresses),
        "list": r.kubernetes("core/v1:List", {"items": [item]}),
        "endpoints": r.kubernetes(
            "core/v1:Endpoints", {"subsets": [{"addresses": [{"ip": host}]}]}
        ),
        "hosts file": pod(hostAliases=[{"ip": host, "hostnames": ["objects.example.com"]}]),
        "resolver": pod(dnsConfig={"nameservers": [host]}),
        "volume": pod(volumes=[{"nfs": {"server": host, "path": "/"}}]),
        "probe": runs(livenessProbe={"httpGet": {"host": host, "port": 443}}),
        "hook": runs(lifecycle={"postStart": {"tcpSocket": {"host": host, "port": 1}}}),
        "disk": disk(nfs={"server": host}),
        "iscsi": disk(iscsi={"targetPortal": host}),
        "csi": disk(csi={"driver": "nfs.csi.k8s.io", "volumeAttributes": {"server": host}}),
        "webhook": r.kubernetes(f"{registration}:ValidatingWebhookConfiguration", hooks),
        "mutating webhook": r.kubernetes(f"{registration}:MutatingWebhookConfiguration", hooks),
    }


@pytest.mark.parametrize(
    ("host", "verdict"),
    [
        ("203.0.113.9", Verdict.FAIL),
        ("store.example.org", Verdict.FAIL),
        ("10.0.0.9", Verdict.UNKNOWN),
        ("objects.example.com", Verdict.PASS),
        ("127.0.0.1", Verdict.PASS),
        ("db.apps.svc", Verdict.PASS),
        (Gap.UNKNOWN, Verdict.UNKNOWN),
        (Gap.SECRET, Verdict.UNKNOWN),
        (7, Verdict.UNKNOWN),
    ],
)
def test_an_address_is_of_the_cluster_or_declared(host: Any, verdict: Verdict) -> None:
    for where, resource in carriers(host).items():
        assert r.worst("NET-09", resource) is verdict, where


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("forward . 8.8.8.8 1.1.1.1", Verdict.FAIL),
        ("forward . tls://9.9.9.9 {", Verdict.FAIL),
        ("forward . /etc/resolv.conf", Verdict.NOT_APPLICABLE),
        ("forward . 10.0.0.2", Verdict.UNKNOWN),
        ("cache 30", Verdict.NOT_APPLICABLE),
    ],
)
def test_a_resolver_of_the_cluster_is_declared(line: str, verdict: Verdict) -> None:
    data = {"Corefile": f".:53 {{\n    {line}\n}}"}
    assert r.worst("NET-09", r.kubernetes("core/v1:ConfigMap", {"data": data})) is verdict


def test_pods_without_addresses_of_their_own_are_not_in_question() -> None:
    assert r.worst("NET-09", r.workload(r.pod(r.container()))) is Verdict.NOT_APPLICABLE
