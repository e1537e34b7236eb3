"""Network rules: closed by default, one annotated rule for each declared need."""

import re
from collections.abc import Sequence
from typing import Any

import pytest
from hoheit import ClusterNetwork, InvalidArgsError, Peer
from hoheit._network_policy import Need, allow, default_deny, describe, name_service
from hoheit._service_needs import mirror_egress, server_egress, service_ingress
from hoheit.network import check_not_everybody
from hypothesis import given
from hypothesis import strategies as st
from support.samples import hub, object_store, settings, stored_weights

APPS = Peer(namespace="apps", pod_labels={"app": "chat"})
OUTSIDE = Peer.model_validate(
    {"cidrs": ["0.0.0.0/0", "198.51.100.0/24"], "except_cidrs": ["10.0.0.0/8"]}
)


def need(peer: Peer, port: int = 443, **changes: Any) -> Need:
    return Need(purpose="fetch", peer=peer, port=port, **changes)


def rules(
    pods: dict[str, str], *, ingress: Sequence[Need] = (), egress: Sequence[Need] = ()
) -> dict[str, Any]:
    return {**allow(pods, ingress=ingress, egress=egress)}


def test_the_default_selects_every_pod_and_allows_nothing_in_either_direction() -> None:
    assert default_deny() == {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]}


@given(st.lists(st.sampled_from([APPS, OUTSIDE]), max_size=3))
def test_a_workload_stays_isolated_in_both_directions_whatever_it_needs(peers: list[Peer]) -> None:
    policy = rules({"app": "x"}, egress=[need(peer) for peer in peers])
    assert policy["policy_types"] == ["Ingress", "Egress"]
    assert policy["pod_selector"] == {"match_labels": {"app": "x"}}
    assert policy["ingress"] == []
    assert len(policy["egress"]) == len(peers)


def test_no_rule_is_open_to_everybody_or_on_every_port() -> None:
    policy = rules({}, ingress=[need(APPS)], egress=[need(OUTSIDE)])
    assert all(rule["from_"] and rule["ports"] for rule in policy["ingress"])
    assert all(rule["to"] and rule["ports"] for rule in policy["egress"])


def test_pods_are_selected_by_namespace_and_labels_in_one_peer() -> None:
    rule = rules({}, ingress=[need(APPS, 8080)])["ingress"][0]
    assert rule["from_"] == [
        {
            "namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": "apps"}},
            "pod_selector": {"match_labels": {"app": "chat"}},
        }
    ]


def test_each_range_carries_only_the_holes_that_lie_in_it() -> None:
    rule = rules({}, egress=[need(OUTSIDE)])["egress"][0]
    assert rule["to"] == [
        {"ip_block": {"cidr": "0.0.0.0/0", "except_": ["10.0.0.0/8"]}},
        {"ip_block": {"cidr": "198.51.100.0/24", "except_": []}},
    ]


def test_dns_is_allowed_on_udp_and_on_tcp() -> None:
    rule = rules({}, egress=[name_service(ClusterNetwork())])["egress"][0]
    assert rule["ports"] == [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]


def test_the_rule_opens_the_port_of_the_pods_and_not_of_the_service_before_them() -> None:
    store = object_store(
        endpoint="https://objects.example.internal", peer=Peer(namespace="objects", port=8443)
    )
    *_, rule = rules({}, egress=mirror_egress(store, hub(), ClusterNetwork()))["egress"]
    assert rule["ports"] == [{"port": 8443, "protocol": "TCP"}]


def test_the_rule_of_a_hub_opens_the_port_of_its_endpoint() -> None:
    mirror = hub(endpoint="https://hub.example.internal:8443/artifactory/api/hf")
    needs = mirror_egress(object_store(), mirror, ClusterNetwork())
    assert [found.pod_port for found in needs if found.peer == mirror.peer] == [8443]


def test_every_rule_is_described_with_its_purpose_in_the_order_of_the_rules() -> None:
    text = describe([need(APPS, 8080)], [name_service(ClusterNetwork()), need(OUTSIDE)])
    assert text.splitlines() == [
        "from pods app=chat in namespace apps to port 8080: fetch",
        "to pods k8s-app=kube-dns in namespace kube-system port 53: DNS",
        "to 0.0.0.0/0, 198.51.100.0/24 except 10.0.0.0/8 port 443: fetch",
    ]


def test_a_server_that_pulls_may_reach_dns_and_the_object_store_only() -> None:
    needs = server_egress(settings(), object_store(), ClusterNetwork())
    assert [found.purpose for found in needs] == ["DNS", "copy the weights before start"]


@pytest.mark.parametrize("uri", ["pvc://claim/x", f"oci://a.example/b@sha256:{'0' * 64}"])
def test_a_server_that_pulls_nothing_may_reach_nobody(uri: str) -> None:
    asked = settings(weights=stored_weights(uri))
    assert server_egress(asked, object_store(), ClusterNetwork()) == []


def test_only_the_job_that_brings_the_weights_may_reach_the_hub() -> None:
    store, outside = object_store(), hub()
    assert outside.peer in [found.peer for found in mirror_egress(store, outside, ClusterNetwork())]
    server = server_egress(settings(), store, ClusterNetwork())
    assert outside.peer not in [found.peer for found in server]


def test_clients_get_the_api_and_scrapers_the_metrics_and_neither_the_other() -> None:
    scraper = Peer(namespace="monitoring")
    needs = service_ingress(settings(clients=(APPS,), scrapers=(scraper,)))
    assert {(found.peer.namespace, found.pod_port) for found in needs} == {
        ("apps", 8080),
        ("monitoring", 8081),
    }


def test_nobody_may_call_a_model_unless_declared() -> None:
    assert service_ingress(settings()) == []


@pytest.mark.parametrize("field", ["clients", "scrapers"])
def test_a_caller_cannot_open_another_port_than_the_gateways(field: str) -> None:
    with pytest.raises(InvalidArgsError, match=rf"{field}\[1\]\.port: leave it out"):
        settings(**{field: (APPS, Peer(namespace="apps", port=8000))})


@pytest.mark.parametrize(
    ("given_peer", "said"),
    [
        ({}, "name either the pods"),
        ({"pod_labels": {"a": "b"}}, "name either the pods"),
        ({"namespace": "a", "cidrs": ["10.0.0.0/8"]}, "name either the pods"),
        ({"cidrs": ["10.0.0.0/8"], "pod_labels": {"a": "b"}}, "pod_labels go with namespace"),
        ({"cidrs": ["10.0.0.0/8"], "except_cidrs": ["192.168.0.0/16"]}, "outside: 192.168.0.0/16"),
        ({"cidrs": ["10.0.0.0/8"], "except_cidrs": ["10.0.0.0/7"]}, "outside|not a valid"),
        ({"cidrs": ["0.0.0.0/0"], "except_cidrs": ["fd00::/8"]}, "outside: fd00::/8"),
        ({"namespace": "a", "except_cidrs": ["10.0.0.0/8"]}, "outside: 10.0.0.0/8"),
        ({"cidrs": ["10.0.0.1/8"]}, "cidrs"),
        ({"namespace": ""}, "namespace"),
        ({"namespace": "Apps"}, "namespace"),
        ({"namespace": "a", "port": 0}, "port"),
        ({"namespace": "a", "port": 65536}, "port"),
    ],
)
def test_a_peer_that_means_nobody_or_everybody_by_accident_is_refused(
    given_peer: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidArgsError, match=said):
        Peer(**given_peer)


def test_a_label_of_pods_that_kubernetes_does_not_have_is_refused() -> None:
    with pytest.raises(InvalidArgsError, match=r"a label's key is a name of at most 63 letters"):
        Peer(namespace="keda", pod_labels={"a b": "c"})


@pytest.mark.parametrize(
    ("cidrs", "said"),
    [
        (["192.0.2.0/24", "0.0.0.0/0"], "api.cidrs[1]: 0.0.0.0/0 is every address; name it"),
        (["::/0"], "api.cidrs[0]: ::/0 is every address; name it"),
        (["0.0.0.0/1", "::1/128", "128.0.0.0/1"], "api.cidrs: together they are 0.0.0.0/0, every"),
        (["::/1", "8000::/2", "c000::/2"], "api.cidrs: together they are ::/0, every address"),
    ],
)
def test_ranges_that_are_everybody_are_refused_alone_and_together(
    cidrs: list[str], said: str
) -> None:
    ranges = Peer.model_validate({"cidrs": cidrs}).cidrs
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        check_not_everybody("api.cidrs", ranges, "name it")


@pytest.mark.parametrize(
    "cidrs", [["0.0.0.0/1", "8000::/1"], ["0.0.0.0/1", "128.0.0.0/2"], ["192.0.2.1/32"] * 2]
)
def test_ranges_that_leave_somebody_out_are_not_everybody(cidrs: list[str]) -> None:
    check_not_everybody("cidrs", Peer.model_validate({"cidrs": cidrs}).cidrs, "name it")
