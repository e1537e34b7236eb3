"""LOC-11 and LOC-12: which cluster a program changes, and where that is."""

from typing import Any

import pytest
from hoheit_policy import Gap, Resource, Verdict
from support import residency as r

EKS = "https://A1B2.gr7.{}.eks.amazonaws.com"
AT_HOME = {"clusters": {r.CLUSTER: r.cluster()}}
NOBODY: dict[str, Any] = {"clusters": {}}


def provider(**inputs: Any) -> Resource:
    return r.other("pulumi:providers:kubernetes", inputs)


def leads_to(server: str, **fields: Any) -> Resource:
    return provider(kubeconfig=r.kubeconfig(server, **fields), clusterIdentifier=r.CLUSTER)


@pytest.mark.parametrize(
    ("server", "undeclared", "declared"),
    [
        (EKS.format("eu-central-1"), Verdict.PASS, Verdict.PASS),
        (EKS.format("us-east-1"), Verdict.FAIL, Verdict.FAIL),
        (EKS.format("eu-west-1"), Verdict.PASS, Verdict.FAIL),
        (EKS.format("moon-1"), Verdict.FAIL, Verdict.FAIL),
        (EKS.format("US-EAST-1") + ".:443", Verdict.FAIL, Verdict.FAIL),
        (EKS.format("eu-central-1") + ".evil.example.org", Verdict.FAIL, Verdict.PASS),
        ("https://eu-central-1@A1.gr7.us-east-1.eks.amazonaws.com", Verdict.FAIL, Verdict.FAIL),
        ("https://127.0.0.1:6443", Verdict.FAIL, Verdict.PASS),
        ("https://api.internal:6443", Verdict.FAIL, Verdict.PASS),
        ("https://[x", Verdict.FAIL, Verdict.PASS),
    ],
)
def test_the_host_of_the_api_server_says_where_a_cluster_is_before_anybody_declares_it(
    server: str, undeclared: Verdict, declared: Verdict
) -> None:
    assert r.worst("LOC-11", leads_to(server), **NOBODY) is undeclared
    assert r.worst("LOC-11", leads_to(server), **AT_HOME) is declared


@pytest.mark.parametrize(
    ("type_", "field"),
    [
        ("server:Server", "ipv4Address"),
        ("loadBalancer:LoadBalancer", "ipv4"),
        ("floatingIp:FloatingIp", "ipAddress"),
    ],
)
def test_an_address_in_hetzner_cloud_says_where_a_cluster_is(type_: str, field: str) -> None:
    def owner(code: str) -> Resource:
        place = "homeLocation" if "floating" in type_ else "location"
        outputs = {field: "203.0.113.7"}
        return r.other(f"hcloud:index/{type_}", {place: code}, outputs=outputs)

    found = leads_to("https://203.0.113.7:6443")
    assert r.worst("LOC-11", found, owner("fsn1"), **NOBODY) is Verdict.PASS
    assert r.worst("LOC-11", found, owner("ash"), **NOBODY) is Verdict.FAIL
    assert r.worst("LOC-11", found, owner("hel1"), **AT_HOME) is Verdict.FAIL


def test_the_host_answers_for_a_cluster_that_nobody_declares_in_the_rules_on_places_too() -> None:
    for rule in ("LOC-01", "LOC-02", "GOV-04"):
        found = provider(kubeconfig=r.kubeconfig(EKS.format("eu-central-1")))
        assert r.worst(rule, found, **NOBODY) is Verdict.PASS
    abroad = provider(kubeconfig=r.kubeconfig(EKS.format("us-east-1")))
    assert r.worst("LOC-01", abroad, **NOBODY) is Verdict.FAIL


def test_a_proxy_in_between_may_lead_anywhere() -> None:
    found = leads_to(EKS.format("eu-central-1"), **{"proxy-url": "http://proxy.example.org"})
    assert r.worst("LOC-11", found, **NOBODY) is not Verdict.PASS


def test_the_cluster_counts_that_the_provider_picks_out_of_a_kubeconfig() -> None:
    text = """
current-context: home
contexts:
- {name: home, context: {cluster: home}}
- {name: away, context: {cluster: away}}
clusters:
- {name: home, cluster: {server: "https://A.gr7.eu-central-1.eks.amazonaws.com"}}
- {name: away, cluster: {server: "https://B.gr7.us-east-1.eks.amazonaws.com"}}
"""
    assert r.worst("LOC-11", provider(kubeconfig=text), **NOBODY) is Verdict.PASS
    for choice in ({"context": "away"}, {"cluster": "away"}):
        assert r.worst("LOC-11", provider(kubeconfig=text, **choice), **NOBODY) is Verdict.FAIL
    for choice in ({"context": "gone"}, {"cluster": "gone"}, {"cluster": Gap.UNKNOWN}):
        found = r.worst("LOC-11", provider(kubeconfig=text, **choice), **NOBODY)
        assert found is not Verdict.PASS
    twice = text + '- {name: home, cluster: {server: "https://b.us-east-1.eks.amazonaws.com"}}\n'
    assert r.worst("LOC-11", provider(kubeconfig=twice), **NOBODY) is not Verdict.PASS


@pytest.mark.parametrize("rule", ["LOC-11", "LOC-12"])
@pytest.mark.parametrize("server", ["https://evil.example.org", EKS.format("us-east-1"), "x"])
def test_no_secret_of_a_kubeconfig_is_printed(rule: str, server: str) -> None:
    found = r.judged(rule, leads_to(server), **AT_HOME)
    assert found
    assert not [one for one in found if "hunter2" in one.message]


@pytest.mark.parametrize("given", [Gap.SECRET, Gap.UNKNOWN, 7, "/home/me/.kube/config", "a: [", {}])
def test_a_kubeconfig_that_cannot_be_read_leaves_the_cluster_to_its_declaration(
    given: Any,
) -> None:
    assert r.worst("LOC-11", provider(kubeconfig=given), **NOBODY) is not Verdict.PASS
    declared = provider(kubeconfig=given, clusterIdentifier=r.CLUSTER)
    assert r.worst("LOC-11", declared, **AT_HOME) is Verdict.PASS


@pytest.mark.parametrize(
    ("inputs", "verdict"),
    [
        ({}, Verdict.FAIL),
        ({"clusterIdentifier": r.CLUSTER}, Verdict.FAIL),
        ({"kubeconfig": ""}, Verdict.FAIL),
        ({"kubeconfig": "~/.kube/config"}, Verdict.UNKNOWN),
        ({"kubeconfig": r.kubeconfig("https://10.0.0.1")}, Verdict.PASS),
        ({"kubeconfig": Gap.UNKNOWN}, Verdict.UNKNOWN),
        ({"kubeconfig": Gap.SECRET}, Verdict.UNKNOWN),
        ({"kubeconfig": Gap.SECRET, "clusterIdentifier": r.CLUSTER}, Verdict.PASS),
        ({"context": r.CLUSTER}, Verdict.PASS),
        ({"context": "lab", "clusterIdentifier": r.CLUSTER}, Verdict.PASS),
        ({"context": "lab"}, Verdict.UNKNOWN),
        ({"context": Gap.UNKNOWN, "clusterIdentifier": r.CLUSTER}, Verdict.UNKNOWN),
    ],
)
def test_the_program_says_which_cluster_it_changes(inputs: Any, verdict: Verdict) -> None:
    assert r.worst("LOC-12", provider(**inputs), **AT_HOME) is verdict


def test_a_resource_without_a_provider_goes_where_the_current_context_leads() -> None:
    found = r.kubernetes("core/v1:ConfigMap", {}, provider=None)
    assert r.worst("LOC-12", found) is Verdict.FAIL
    assert r.worst("LOC-12", r.kubernetes("core/v1:ConfigMap", {})) is Verdict.NOT_APPLICABLE
