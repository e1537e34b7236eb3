"""Admission policies on open NetworkPolicies, the node's network, and listeners of Gateways."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hoheit_policy.admission import admission_policies
from support import residency as r
from support.admission import CARRIERS, carrier, manifest, said_by_rules, said_by_server
from support.admission_cases import GOOD_POD, HTTPS, WORLD, main, pod, rules
from support.admission_installed import install, remove, warning
from support.lab import Lab
from support.waiting import until

NAMESPACE = "apps"
HALVES = [{"ipBlock": {"cidr": cidr}} for cidr in ("0.0.0.0/1", "128.0.0.0/1")]
SIXES = [{"ipBlock": {"cidr": cidr}} for cidr in ("::/1", "8000::/1")]
EVERY_PORT = [{"port": 1, "endPort": 65535}]

OPEN: dict[str, dict[str, Any]] = {
    "nobody-named": {"egress": [{}]},
    "ingress": {"ingress": [{}]},
    "every-namespace": {"egress": [{"to": [{"namespaceSelector": {}}]}]},
    "every-pod": {"ingress": [{"from": [{"namespaceSelector": {}, "podSelector": {}}]}]},
    "world": {"egress": [{"to": [WORLD]}]},
    "every-port": {"egress": [{"to": [WORLD], "ports": EVERY_PORT}]},
    "protocol-only": {"egress": [{"to": [WORLD], "ports": [{"protocol": "TCP"}]}]},
    "halves": {"egress": [{"to": HALVES}]},
    "halves-of-six": {"egress": [{"to": SIXES}]},
}
CLOSED: dict[str, dict[str, Any]] = {
    "nothing": {"policyTypes": ["Ingress", "Egress"]},
    "one-port": {"egress": [{"to": [WORLD], "ports": [HTTPS]}]},
    "some-namespaces": {
        "ingress": [{"from": [{"namespaceSelector": {"matchLabels": {"a": "b"}}}]}]
    },
    "some-pods": {
        "ingress": [
            {"from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"a": "b"}}}]}
        ]
    },
    "one-half": {"ingress": [{"from": HALVES[:1]}]},
}
GATEWAYS = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {
        "name": "gateways.gateway.networking.k8s.io",
        "annotations": {"api-approved.kubernetes.io": "unapproved, for tests"},
    },
    "spec": {
        "group": "gateway.networking.k8s.io",
        "scope": "Namespaced",
        "names": {"kind": "Gateway", "plural": "gateways", "singular": "gateway"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "x-kubernetes-preserve-unknown-fields": True,
                    }
                },
            }
        ],
    },
}


@pytest.fixture(scope="module")
def guarded(lab: Lab) -> Iterator[Lab]:
    lab.kubectl("create", "namespace", NAMESPACE)
    lab.apply(GATEWAYS)
    install(lab, admission_policies(r.view()))
    yield lab
    remove(lab)
    lab.kubectl("delete", "crd", "gateways.gateway.networking.k8s.io")
    lab.kubectl("delete", "namespace", NAMESPACE)


def created(lab: Lab, given: dict[str, Any]) -> str:
    """The words with which an object is refused, or nothing."""
    command = ("kubectl", "create", "--dry-run=server", "-f", "-")
    done = lab.run(*command, stdin=json.dumps(given), check=False)
    return done.stderr if done.returncode else ""


@pytest.fixture(scope="module")
def said(lab: Lab, guarded: Lab) -> dict[str, set[str]]:
    """What policies that only warn say of open rules, of which EGR-01 refuses some as well."""
    install(lab, warning(admission_policies(r.view())))
    found = said_by_server(guarded, [rules(name, **spec) for name, spec in OPEN.items()])
    install(lab, admission_policies(r.view()))
    return found


@pytest.mark.parametrize("name", OPEN)
def test_a_policy_that_undoes_a_default_deny_is_refused_as_the_rule_refuses_it(
    said: dict[str, set[str]], name: str
) -> None:
    own = r.kubernetes("networking.k8s.io/v1:NetworkPolicy", rules(name, **OPEN[name]), name)
    (found,) = [
        one
        for one in r.judged("NET-03", r.workload(pod(main())), own)
        if one.path == f"namespace {NAMESPACE}"
    ]
    text = f"NET-03 {found.verdict} NetworkPolicy {name} {found.path}: {found.message}"
    assert "which undoes the default deny" in text
    assert {one for one in said[name] if one.startswith("NET-03")} == {text}


@pytest.mark.parametrize("name", CLOSED)
def test_a_policy_that_leaves_something_closed_passes(guarded: Lab, name: str) -> None:
    assert created(guarded, rules(name, **CLOSED[name])) == ""


@pytest.mark.parametrize("kind", CARRIERS)
def test_a_pod_on_the_network_of_its_node_is_refused_in_every_kind(guarded: Lab, kind: str) -> None:
    shown = created(guarded, carrier(kind, "beside", {**GOOD_POD, "hostNetwork": True}))
    assert "hostNetwork: namespace apps: a pod on the node's network passes by every" in shown


@pytest.mark.parametrize(("protocol", "verdict"), [("HTTP", "FAIL"), ("HTTPS", "UNKNOWN")])
def test_listeners_of_gateways_are_refused_in_the_words_of_the_rule(
    guarded: Lab, protocol: str, verdict: str
) -> None:
    listener = {"name": "a", "port": 80, "protocol": protocol}
    given = manifest("Gateway", "front", spec={"listeners": [listener]})
    (text,) = said_by_rules(given, ["NET-07"])
    assert text.startswith(f"NET-07 {verdict} Gateway front spec.listeners[0].protocol")
    until(lambda: text in created(guarded, given))
