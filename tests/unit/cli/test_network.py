"""Name servers and API server against what network rules take for them."""

from typing import Any

import pytest
import yaml
from hoheit import ClusterNetwork, Peer
from hoheit_cli.checks.network import check_api_server, check_dns
from hoheit_cli.finding import Finding, Unread, Verdict

Object = dict[str, Any]
DNS = ClusterNetwork().dns


def pod(namespace: str = "kube-system", **labels: str) -> Object:
    named = {name.replace("_", "-"): value for name, value in labels.items()}
    return {"metadata": {"name": "a", "namespace": namespace, "labels": named}}


def endpoints(*addresses: str, port: int = 6443) -> list[Object]:
    ready = [{"addresses": [address]} for address in addresses]
    return [{"endpoints": ready, "ports": [{"port": port}]}]


def api(stated: dict[str, Any] | None, slices: list[Object], *, needed: bool = True) -> Finding:
    peer = Peer.model_validate(stated) if stated else None
    (found,) = check_api_server(peer, slices, needed=needed, simulated=False)
    return found


@pytest.mark.parametrize(
    ("there", "verdict"),
    [
        (pod(k8s_app="kube-dns"), Verdict.OK),
        (pod(k8s_app="coredns"), Verdict.MISSING),
        (pod("dns", k8s_app="kube-dns"), Verdict.MISSING),
        ({"metadata": {"name": "a", "namespace": "kube-system"}}, Verdict.MISSING),
    ],
)
def test_name_servers_are_the_pods_of_the_stated_labels_and_namespace(
    there: Object, verdict: Verdict
) -> None:
    (found,) = check_dns(DNS, [there], simulated=False)
    assert found.verdict is verdict


def test_in_a_simulated_cluster_nobody_asks_a_name_server() -> None:
    (found,) = check_dns(DNS, [], simulated=True)
    assert found.verdict is Verdict.OK
    assert "nothing runs in a simulated cluster" in found.seen


def test_a_cache_on_the_nodes_is_told() -> None:
    pods = [pod(k8s_app="kube-dns"), pod(k8s_app="node-local-dns")]
    _, cache = check_dns(DNS, pods, simulated=False)
    assert (cache.verdict, cache.subject) == (
        Verdict.UNKNOWN,
        "cluster.network.dns: NodeLocal DNSCache",
    )


def test_name_servers_outside_the_cluster_are_not_asked() -> None:
    (found,) = check_dns(Peer.model_validate({"cidrs": ["192.0.2.0/24"]}), [], simulated=False)
    assert found.verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("stated", "verdict"),
    [
        ({"cidrs": ["192.0.2.0/24"], "port": 6443}, Verdict.OK),
        ({"cidrs": ["192.0.2.1/32", "192.0.2.2/32"], "port": 6443}, Verdict.OK),
        ({"cidrs": ["192.0.2.1/32"], "port": 6443}, Verdict.DIFFERS),
        ({"cidrs": ["192.0.2.0/24"], "port": 443}, Verdict.DIFFERS),
        ({"cidrs": ["192.0.2.0/24"]}, Verdict.DIFFERS),
        (None, Verdict.MISSING),
    ],
)
def test_the_stated_api_server_covers_every_endpoint_and_its_port(
    stated: dict[str, Any] | None, verdict: Verdict
) -> None:
    found = api(stated, endpoints("192.0.2.2", "192.0.2.1"))
    assert found.verdict is verdict
    if verdict is not Verdict.OK:
        assert found.way_out == (
            "state api_server: {cidrs: [192.0.2.1/32, 192.0.2.2/32], port: 6443}"
        )


def test_what_is_to_be_pasted_is_a_peer() -> None:
    text = api(None, endpoints("192.0.2.1", "2001:db8::1")).way_out.removeprefix("state ")
    stated = yaml.safe_load(text)["api_server"]
    assert api(stated, endpoints("192.0.2.1", "2001:db8::1")).verdict is Verdict.OK


def test_an_api_server_that_nobody_needs_may_stay_unstated() -> None:
    assert api(None, endpoints("192.0.2.1"), needed=False).verdict is Verdict.OK


def test_no_pod_of_a_simulated_cluster_asks_an_api_server_so_another_one_is_no_fault() -> None:
    stated = Peer.model_validate({"cidrs": ["127.0.0.1/32"], "port": 6443})
    (found,) = check_api_server(stated, endpoints("192.0.2.1"), needed=True, simulated=True)
    assert found.verdict is Verdict.UNKNOWN
    assert "not covered: 192.0.2.1:6443" in found.seen


def test_an_api_server_without_endpoints_stays_unknown() -> None:
    assert api({"cidrs": ["192.0.2.0/24"]}, []).verdict is Verdict.UNKNOWN
    assert api(None, [{"endpoints": None, "ports": None}]).verdict is Verdict.UNKNOWN


def test_what_may_not_be_read_is_unknown() -> None:
    unread = Unread(why="forbidden")
    found = [
        *check_dns(DNS, unread, simulated=False),
        *check_api_server(None, unread, needed=True, simulated=False),
    ]
    assert [one.verdict for one in found] == [Verdict.UNKNOWN] * 2
