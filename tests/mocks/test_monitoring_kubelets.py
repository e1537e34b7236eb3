"""A stack that asks kubelets: what is made for it, and what is not without it."""

import json
from typing import Any

import pulumi
import pytest
from support import components, samples
from support.manifests import manifest, manifests, pod_templates
from support.monitor import Monitor, run

CLUSTER_ROLE = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
CLUSTER_BINDING = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"
KUBELETS = {"cidrs": ["192.0.2.64/26"]}


def built(**changes: Any) -> Monitor:
    return run(lambda: components.monitoring(**{"kubelets": KUBELETS, **changes}))


def config(monitor: Monitor) -> dict[str, Any]:
    found = manifest(monitor.named("watch-prometheus-config"))
    return json.loads(found["data"]["prometheus.yml"])


def test_one_right_for_the_whole_cluster_is_that_of_prometheus_to_find_and_read_kubelets() -> None:
    monitor = built()
    binding = manifest(monitor.one(CLUSTER_BINDING))
    role = manifest(monitor.named("watch-prometheus-kubelets"))
    assert binding["roleRef"]["kind"] == "ClusterRole"
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    account = pod_templates(monitor)["watch-prometheus"]["spec"]["serviceAccountName"]
    (subject,) = binding["subjects"]
    assert (subject["name"], subject["namespace"]) == (account, "monitoring-space")
    resources = [resource for rule in role["rules"] for resource in rule["resources"]]
    assert resources == ["nodes", "nodes/metrics"]


def test_the_token_and_the_authority_are_where_the_pod_has_them() -> None:
    monitor = built()
    assert pod_templates(monitor)["watch-prometheus"]["spec"]["automountServiceAccountToken"]
    (job,) = [one for one in config(monitor)["scrape_configs"] if "kubelet" in one["job_name"]]
    directory = "/var/run/secrets/kubernetes.io/serviceaccount"
    assert job["authorization"]["credentials_file"] == f"{directory}/token"
    assert job["tls_config"]["ca_file"] == f"{directory}/ca.crt"


def test_the_network_rule_is_told_beside_the_rule() -> None:
    policy = manifest(built().named("watch-prometheus-policy"))
    said = policy["metadata"]["annotations"]["hoheit/allows"]
    assert "to 192.0.2.64/26 port 10250: ask kubelets about volumes" in said
    ways = [rule for rule in policy["spec"]["egress"] if rule["ports"][0]["port"] == 10250]
    (way,) = ways
    assert [peer["ipBlock"]["cidr"] for peer in way["to"]] == ["192.0.2.64/26"]


def test_without_kubelets_there_is_no_job_no_right_no_rule_and_a_sentence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    monitor = built(kubelets=None)
    assert monitor.of_type(CLUSTER_BINDING) == []
    left = str([one for one in manifests(monitor) if one["kind"] != "Namespace"])
    assert "kubelet" not in left.lower()
    assert "10250" not in left
    assert "kubelets: not given, so nobody is told that a volume gets full" in caplog.text


def test_with_kubelets_the_rules_are_there_and_the_sentence_is_not(
    caplog: pytest.LogCaptureFixture,
) -> None:
    rules = manifest(built().named("watch-prometheus-rules"))["data"]["rules.yml"]
    assert rules.count('"alert": "KubePersistentVolumeFillingUp"') == 2
    assert rules.count('"alert": "KubePersistentVolumeInodesFillingUp"') == 2
    assert "kubelets: not given" not in caplog.text


def test_that_the_stacks_own_volumes_are_left_out_is_said(
    caplog: pytest.LogCaptureFixture,
) -> None:
    built(kubelets={**KUBELETS, "namespaces": ["models", "monitoring-space"]})
    assert "kubelets.namespaces" not in caplog.text
    built(kubelets={**KUBELETS, "namespaces": ["models"]})
    assert "kubelets.namespaces leaves out monitoring-space: there is no alert" in caplog.text


def test_a_service_may_be_called_kubelet_where_none_is_asked() -> None:
    targets = (samples.scrape_target(job="kubelet"),)
    assert built(kubelets=None, targets=targets).named("watch-prometheus")
    with pytest.raises(pulumi.RunError, match="'kubelet' is a job of the stack itself"):
        built(targets=targets)


def test_other_kubelets_are_another_pod() -> None:
    before, after = (
        pod_templates(built(kubelets={**KUBELETS, **changes}))["watch-prometheus"]["metadata"]
        for changes in ({}, {"node_selector": {"kubernetes.io/os": "linux"}})
    )
    assert before["annotations"] != after["annotations"]


def test_the_register_names_kubelets_where_the_nodes_are() -> None:
    made: list[Any] = []

    def program() -> None:
        on = components.watched_cluster(
            location=samples.declared_location(),
            node_location=samples.declared_location(country="FI"),
        )
        made.append(components.monitoring(on=on, kubelets=KUBELETS))

    run(program)
    (found,) = [one for one in made[0].egress if one.recipient == "kubelets"]
    assert (found.host, found.port) == ("192.0.2.64/26", 10250)
    assert found.location.country.value == "FI"


def test_with_an_operator_kubelets_are_refused_with_whose_they_are() -> None:
    with pytest.raises(pulumi.RunError) as refused:
        built(
            mode="operator",
            operator={"labels": {"release": "x"}, "prometheus": {"namespace": "observability"}},
        )
    assert "kubelets: the operator's own Prometheus" in str(refused.value)
