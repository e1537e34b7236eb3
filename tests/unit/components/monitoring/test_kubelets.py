"""Kubelets as targets: what is refused, how they are asked, and what is kept of the answer."""

import re
from typing import Any

import pytest
from hoheit import InvalidArgsError, KubeletSettings, MonitoringSettings, Peer, Phase
from hoheit._monitoring.kubelets import KUBELET_SERIES, kubelet_rules, kubelet_scrape_config
from hoheit._monitoring.needs import Neighbours
from hoheit._monitoring.stores import stack_recipients
from hoheit.network import ClusterNetwork
from support.samples import declared_location, scrape_target

ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
API_SERVER = Peer.model_validate({"cidrs": ["192.0.2.10/32"], "port": 6443})


def settings(**fields: Any) -> KubeletSettings:
    return KubeletSettings(**{"cidrs": ["10.0.0.0/16", "192.0.2.7/32"], **fields})


def scraped(**fields: Any) -> dict[str, Any]:
    return kubelet_scrape_config(settings(**fields))


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "kubelets.cidrs: required"),
        ({"cidrs": []}, "kubelets.cidrs: "),
        (
            {"cidrs": ["0.0.0.0/0"]},
            "kubelets.cidrs[0]: 0.0.0.0/0 is every address; name the nodes'",
        ),
        ({"cidrs": ["10.0.0.0/16", "::/0"]}, "kubelets.cidrs[1]: ::/0 is every address"),
        ({"cidrs": ["0.0.0.0/1", "128.0.0.0/1"]}, "kubelets.cidrs: together they are 0.0.0.0/0"),
        ({"cidrs": ["10.0.0.1/16"]}, "kubelets.cidrs[0]"),
        ({"cidrs": ["node-1"]}, "kubelets.cidrs[0]"),
        ({"cidrs": ["10.0.0.0/16"], "node_selector": {"role": "a b"}}, "kubelets.node_selector"),
        ({"cidrs": ["10.0.0.0/16"], "node_selector": {"-role": "gpu"}}, "kubelets.node_selector"),
        ({"cidrs": ["10.0.0.0/16"], "namespaces": ["a|b"]}, "kubelets.namespaces[0]"),
        ({"cidrs": ["10.0.0.0/16"], "insecure": True}, "kubelets.insecure: unknown field"),
    ],
)
def test_what_names_no_nodes_is_refused_by_its_path(fields: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidArgsError) as refused:
        MonitoringSettings(kubelets=fields)
    assert said in str(refused.value)


def test_kubelets_are_asked_with_the_token_of_the_account_over_verified_tls() -> None:
    found = scraped()
    assert (found["scheme"], found["metrics_path"]) == ("https", "/metrics")
    assert found["authorization"]["credentials_file"] == f"{ACCOUNT}/token"
    assert found["tls_config"] == {"ca_file": f"{ACCOUNT}/ca.crt"}


def test_certificates_go_unverified_only_where_somebody_says_so() -> None:
    assert scraped(verify_certificates=False)["tls_config"] == {"insecure_skip_verify": True}


def test_the_token_follows_no_redirect() -> None:
    assert scraped()["follow_redirects"] is False


def test_the_api_server_is_asked_for_the_nodes_of_the_selector_only() -> None:
    (every,) = scraped()["kubernetes_sd_configs"]
    assert every == {"role": "node"}
    (some,) = scraped(node_selector={"b": "2", "a/x": "1"})["kubernetes_sd_configs"]
    assert some["selectors"] == [{"role": "node", "label": "a/x=1,b=2"}]


def kept(found: dict[str, Any], **labels: str) -> bool:
    return all(
        re.fullmatch(step["regex"], labels[step["source_labels"][0]])
        for step in found["metric_relabel_configs"]
    )


def test_of_all_that_a_kubelet_tells_only_volumes_of_claims_are_kept() -> None:
    found = scraped()
    assert {step["action"] for step in found["metric_relabel_configs"]} == {"keep"}
    assert len(KUBELET_SERIES) == 6
    for name in KUBELET_SERIES:
        assert kept(found, __name__=name, namespace="anywhere")
    for name in (
        *("kubelet_running_pods", "kubelet_volume_stats_pod_used_bytes", "up_time"),
        *("kubelet_volume_stats_inodes_of_another_kind", "x_kubelet_volume_stats_inodes"),
    ):
        assert not kept(found, __name__=name, namespace="anywhere")


def test_only_volumes_of_the_named_namespaces_are_kept() -> None:
    found = scraped(namespaces=["models", "mlflow"])
    name = "kubelet_volume_stats_inodes"
    assert kept(found, __name__=name, namespace="models")
    assert kept(found, __name__=name, namespace="mlflow")
    for other in ("mlflow-two", "other", ""):
        assert not kept(found, __name__=name, namespace=other)


def test_a_series_says_which_node_told_it_and_keeps_the_claims_namespace() -> None:
    labels = {
        step["target_label"]: step.get("replacement", step.get("source_labels"))
        for step in scraped()["relabel_configs"]
    }
    assert labels == {
        "node": ["__meta_kubernetes_node_name"],
        "job": "kubelet",
        "exporter": "kubelet",
    }


def test_the_rights_are_to_find_nodes_and_to_read_their_metrics() -> None:
    rights = {
        (resource, verb)
        for rule in kubelet_rules()
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert rights == {
        *((("nodes", verb)) for verb in ("list", "watch")),
        ("nodes/metrics", "get"),
    }


def test_prometheus_may_reach_the_named_addresses_on_the_kubelets_port_only() -> None:
    around = Neighbours(stack="watch", namespace="monitoring")
    without = around.prometheus_egress([scrape_target()], ClusterNetwork(), API_SERVER)
    needs = around.prometheus_egress([scrape_target()], ClusterNetwork(), API_SERVER, settings())
    (new,) = [need for need in needs if need not in without]
    assert (new.purpose, new.pod_port, new.protocols) == (
        "ask kubelets about volumes",
        10250,
        ("TCP",),
    )
    assert [str(cidr) for cidr in new.peer.cidrs] == ["10.0.0.0/16", "192.0.2.7/32"]


def test_kubelets_are_recipients_where_the_nodes_are() -> None:
    control_plane, nodes = (
        declared_location(country=country).location() for country in ("DE", "FI")
    )
    found = stack_recipients(
        "watch",
        [],
        api_server=API_SERVER,
        control_plane=control_plane,
        kubelets=settings(),
        nodes=nodes,
    )
    assert [(one.recipient, one.host, one.port, one.when) for one in found] == [
        ("Kubernetes API server", "192.0.2.10", 6443, Phase.RUN),
        ("kubelets", "10.0.0.0/16", 10250, Phase.RUN),
        ("kubelets", "192.0.2.7", 10250, Phase.RUN),
    ]
    assert [one.location for one in found] == [control_plane, nodes, nodes]
