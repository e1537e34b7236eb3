"""NET-03, NET-07 and EGR-01: what may come in, what may go out, and who enforces it."""

from typing import Any

import pytest
from hoheit_policy import Gap, Resource, Verdict
from support import residency as r

DENY = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def policy(spec: Any, namespace: Any = "apps", name: str = "policy") -> Resource:
    body = {"metadata": {"namespace": namespace}, "spec": spec}
    return r.kubernetes("networking.k8s.io/v1:NetworkPolicy", body, name)


def work(namespace: Any = "apps", **spec: Any) -> Resource:
    return r.workload(r.pod(r.container(), **spec), namespace=namespace)


def test_a_namespace_with_workloads_denies_by_default() -> None:
    assert r.worst("NET-03", work(), policy(DENY)) is Verdict.PASS
    assert r.worst("NET-03", work()) is Verdict.FAIL


@pytest.mark.parametrize(
    "spec",
    [
        {**DENY, "podSelector": {"matchLabels": {"app": "nothing"}}},
        {**DENY, "podSelector": {"matchExpressions": [{"key": "a", "operator": "Exists"}]}},
        {**DENY, "policyTypes": ["Ingress"]},
        {**DENY, "egress": [{"to": [{"podSelector": {}}]}]},
        {"policyTypes": ["Ingress", "Egress"]},
    ],
)
def test_a_policy_that_does_less_is_no_default_deny(spec: dict[str, Any]) -> None:
    assert r.worst("NET-03", work(), policy(spec)) is Verdict.FAIL


def test_the_policy_of_another_namespace_does_not_help() -> None:
    assert r.worst("NET-03", work(), policy(DENY, "other")) is Verdict.FAIL


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_a_rule_for_everybody_undoes_the_default_deny(direction: str) -> None:
    open_ = policy({"podSelector": {}, direction: [{}]}, name="open")
    assert r.worst("NET-03", work(), policy(DENY), open_) is Verdict.FAIL


def beside_deny(**spec: Any) -> Verdict:
    """The verdict on a namespace with a default deny and one more policy."""
    return r.worst("NET-03", work(), policy(DENY), policy({"podSelector": {}, **spec}, name="more"))


def halves(*cidrs: str) -> list[Any]:
    return [{"ipBlock": {"cidr": cidr}} for cidr in cidrs]


PRIVATE = {"cidr": "0.0.0.0/0", "except": ["10.0.0.0/8"]}
FRONT = {"matchLabels": {"app": "front"}}


@pytest.mark.parametrize(
    ("peers", "verdict"),
    [
        (halves("0.0.0.0/0"), Verdict.FAIL),
        (halves("::/0"), Verdict.FAIL),
        (halves("0.0.0.0/1", "128.0.0.0/1"), Verdict.FAIL),
        ([{"ipBlock": PRIVATE}], Verdict.FAIL),
        ([{"namespaceSelector": {}}], Verdict.FAIL),
        ([{"namespaceSelector": {"matchLabels": {}}, "podSelector": {}}], Verdict.FAIL),
        (halves("192.0.2.0/24", "everywhere"), Verdict.UNKNOWN),
        ("everybody", Verdict.UNKNOWN),
        (halves("192.0.2.0/24"), Verdict.PASS),
        ([{"namespaceSelector": {}, "podSelector": FRONT}], Verdict.PASS),
        ([{"namespaceSelector": FRONT}], Verdict.PASS),
        ([{"podSelector": {}}], Verdict.PASS),
    ],
)
@pytest.mark.parametrize(("direction", "field"), [("ingress", "from"), ("egress", "to")])
def test_peers_that_are_everybody_undo_the_default_deny(
    direction: str, field: str, peers: Any, verdict: Verdict
) -> None:
    assert beside_deny(**{direction: [{field: peers}]}) is verdict


@pytest.mark.parametrize(
    ("ports", "verdict"),
    [
        ([{"protocol": "TCP"}], Verdict.FAIL),
        ([{"port": 1, "endPort": 65535}], Verdict.FAIL),
        ([{"port": 443}, {"protocol": "UDP"}], Verdict.FAIL),
        ([{"port": 1024, "endPort": 65535}], Verdict.PASS),
        ([{"port": 443}], Verdict.PASS),
        ([{"port": "https"}], Verdict.PASS),
    ],
)
def test_everybody_may_call_a_port_that_is_named(ports: Any, verdict: Verdict) -> None:
    assert beside_deny(ingress=[{"from": halves("0.0.0.0/0"), "ports": ports}]) is verdict


@pytest.mark.parametrize(
    ("declared", "verdict"),
    [
        ({"network_policy": "none"}, Verdict.FAIL),
        ({"network_policy": "unknown"}, Verdict.UNKNOWN),
        ({"simulated": True}, Verdict.UNKNOWN),
        ({}, Verdict.PASS),
    ],
)
def test_the_declared_cni_has_to_enforce(declared: dict[str, Any], verdict: Verdict) -> None:
    clusters = {r.CLUSTER: r.cluster(**declared)}
    assert r.worst("NET-03", work(), policy(DENY), clusters=clusters) is verdict


def test_a_cluster_that_nobody_declared_is_unknown() -> None:
    assert r.worst("NET-03", work(), policy(DENY), clusters={}) is Verdict.UNKNOWN


def test_a_pod_on_the_network_of_its_node_passes_by_every_policy() -> None:
    assert r.worst("NET-03", work(hostNetwork=True), policy(DENY)) is Verdict.FAIL


@pytest.mark.parametrize(
    "token",
    [
        "cilium.io/v2:CiliumNetworkPolicy",
        "cilium.io/v2:CiliumClusterwideNetworkPolicy",
        "cilium.io/v2:CiliumClusterwideNetworkPolicyPatch",
        "projectcalico.org/v3:GlobalNetworkPolicy",
        "projectcalico.org/v3:NetworkPolicy",
        "policy.networking.k8s.io/v1alpha1:AdminNetworkPolicy",
        "policy.networking.k8s.io/v1alpha1:BaselineAdminNetworkPolicy",
        "policy.networking.k8s.io/v1alpha2:ClusterNetworkPolicy",
    ],
)
def test_policies_of_another_kind_are_unknown_also_beside_a_default_deny(token: str) -> None:
    other = r.kubernetes(token, {"spec": DENY})
    assert r.worst("NET-03", work(), other) is Verdict.UNKNOWN
    assert r.worst("NET-03", work(), policy(DENY), other) is Verdict.UNKNOWN


def test_a_list_of_network_policies_is_read_by_what_its_items_are() -> None:
    def listed(api: str) -> Resource:
        item = {"apiVersion": api, "kind": "NetworkPolicy", "spec": DENY}
        body = {"items": [{**item, "metadata": {"namespace": "apps"}}]}
        return r.kubernetes("core/v1:List", body, "list")

    assert r.worst("NET-03", work(), listed("networking.k8s.io/v1")) is Verdict.PASS
    assert r.worst("NET-03", work(), listed("projectcalico.org/v3")) is Verdict.UNKNOWN


def test_a_namespace_that_is_not_known_yet_is_unknown() -> None:
    assert r.worst("NET-03", work(Gap.UNKNOWN), policy(DENY)) is Verdict.UNKNOWN
    lost = policy(DENY, Gap.UNKNOWN, "lost")
    assert r.worst("NET-03", work(), lost) is Verdict.UNKNOWN
    assert r.worst("NET-03", work(), policy(DENY), lost) is Verdict.UNKNOWN


AWS = "service.beta.kubernetes.io/aws-load-balancer"
HETZNER = "load-balancer.hetzner.cloud"


@pytest.mark.parametrize(
    ("spec", "annotations", "verdict"),
    [
        ({}, {}, Verdict.PASS),
        ({"type": "ClusterIP"}, {}, Verdict.PASS),
        ({"type": "NodePort"}, {}, Verdict.FAIL),
        ({"type": "LoadBalancer"}, {}, Verdict.FAIL),
        ({"type": "LoadBalancer"}, {f"{AWS}-scheme": "internal"}, Verdict.PASS),
        ({"type": "LoadBalancer"}, {f"{AWS}-scheme": "internet-facing"}, Verdict.FAIL),
        ({"type": "LoadBalancer"}, {f"{AWS}-internal": "true"}, Verdict.PASS),
        ({"type": "LoadBalancer"}, {f"{HETZNER}/disable-public-network": "true"}, Verdict.PASS),
        ({"type": "LoadBalancer"}, {f"{HETZNER}/use-private-ip": "true"}, Verdict.FAIL),
        (
            {"type": "LoadBalancer"},
            {"alb.ingress.kubernetes.io/scheme": "internal"},
            Verdict.FAIL,
        ),
        ({"type": "LoadBalancer"}, {f"{AWS}-ssl-cert": "arn:aws:acm:x"}, Verdict.UNKNOWN),
        ({"type": "LoadBalancer"}, Gap.UNKNOWN, Verdict.UNKNOWN),
        ({"type": Gap.UNKNOWN}, {}, Verdict.UNKNOWN),
        ({"type": "ClusterIP", "externalIPs": ["198.51.100.7"]}, {}, Verdict.FAIL),
        (Gap.UNKNOWN, {}, Verdict.UNKNOWN),
    ],
)
def test_what_a_service_exposes(spec: Any, annotations: Any, verdict: Verdict) -> None:
    service = r.kubernetes(
        "core/v1:Service", {"metadata": {"annotations": annotations}, "spec": spec}
    )
    assert r.worst("NET-07", service) is verdict


@pytest.mark.parametrize(
    ("spec", "annotations", "verdict"),
    [
        ({}, {}, Verdict.FAIL),
        ({"tls": []}, {}, Verdict.FAIL),
        ({"tls": [{"hosts": ["a.example.com"]}]}, {}, Verdict.UNKNOWN),
        (
            {"tls": [{"hosts": ["a.example.com"]}]},
            {"nginx.ingress.kubernetes.io/auth-url": "https://login.example.com"},
            Verdict.PASS,
        ),
        ({}, {"nginx.ingress.kubernetes.io/auth-type": "basic"}, Verdict.FAIL),
        ({}, {"alb.ingress.kubernetes.io/scheme": "internal"}, Verdict.PASS),
        ({}, {f"{HETZNER}/disable-public-network": "true"}, Verdict.FAIL),
        ({}, {f"{AWS}-scheme": "internal"}, Verdict.FAIL),
    ],
)
def test_what_an_ingress_exposes(spec: Any, annotations: Any, verdict: Verdict) -> None:
    body = {"metadata": {"annotations": annotations}, "spec": spec}
    ingress = r.kubernetes("networking.k8s.io/v1:Ingress", body)
    assert r.worst("NET-07", ingress) is verdict


@pytest.mark.parametrize("field", ["containers", "initContainers"])
@pytest.mark.parametrize(
    ("ports", "verdict"),
    [
        ([{"containerPort": 80}, {"containerPort": 81, "hostPort": 81}], Verdict.FAIL),
        ([{"containerPort": 80, "hostPort": 0}], Verdict.NOT_APPLICABLE),
        ([{"containerPort": 80}], Verdict.NOT_APPLICABLE),
        ([{"containerPort": 80, "hostPort": Gap.UNKNOWN}], Verdict.UNKNOWN),
        ([Gap.UNKNOWN], Verdict.UNKNOWN),
        (Gap.UNKNOWN, Verdict.UNKNOWN),
    ],
)
def test_a_port_that_a_container_takes_of_its_node_is_exposed(
    field: str, ports: Any, verdict: Verdict
) -> None:
    pod = {"containers": [], field: [r.container(ports=ports)]}
    assert r.worst("NET-07", r.workload(pod)) is verdict
    assert r.worst("NET-07", r.workload(pod, "apps/v1:DaemonSet")) is verdict


def test_a_container_that_cannot_be_read_may_take_a_port_of_its_node() -> None:
    assert r.worst("NET-07", r.workload(Gap.UNKNOWN)) is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("protocol", "verdict"), [("HTTP", Verdict.FAIL), ("HTTPS", Verdict.UNKNOWN)]
)
def test_what_a_gateway_exposes(protocol: str, verdict: Verdict) -> None:
    body = {"spec": {"listeners": [{"protocol": protocol}]}}
    gateway = r.kubernetes("gateway.networking.k8s.io/v1:Gateway", body)
    assert r.worst("NET-07", gateway) is verdict


def leads_to(peer: Any, *ports: Any) -> Resource:
    rule = {"to": [peer], "ports": [{"port": port, "protocol": "TCP"} for port in ports]}
    return policy({"podSelector": {}, "egress": [rule]})


WORLD = {"ipBlock": {"cidr": "0.0.0.0/0"}}


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (leads_to(WORLD, 443), Verdict.PASS),
        (leads_to(WORLD, 8443), Verdict.FAIL),
        (leads_to(WORLD), Verdict.FAIL),
        (leads_to(WORLD, "https"), Verdict.FAIL),
        (leads_to({"ipBlock": {"cidr": "0.0.0.0/1"}}, 8443), Verdict.FAIL),
        (leads_to({"ipBlock": {"cidr": "10.1.0.0/16"}}, 8443), Verdict.UNKNOWN),
        (leads_to({"ipBlock": {"cidr": Gap.UNKNOWN}}, 443), Verdict.UNKNOWN),
        (leads_to({"namespaceSelector": {}}, 8443), Verdict.NOT_APPLICABLE),
        (policy({"egress": [{"ports": [{"port": 8443}]}]}), Verdict.FAIL),
        (policy({"egress": Gap.UNKNOWN}), Verdict.UNKNOWN),
    ],
)
def test_a_rule_out_of_the_cluster_serves_a_declared_recipient(
    found: Resource, verdict: Verdict
) -> None:
    assert r.worst("EGR-01", found) is verdict


def test_what_a_component_registers_is_declared() -> None:
    contact = {"host": "hub.example.org", "port": 8443, "when": "start"}
    found = leads_to(WORLD, 8443)
    assert r.worst("EGR-01", found, r.component(egress=[contact])) is Verdict.PASS
    inside = {"host": "db.apps.svc", "port": 8443, "when": "run"}
    assert r.worst("EGR-01", found, r.component(egress=[inside])) is Verdict.FAIL


def names(text: Any, field: str = "args") -> Resource:
    fields = {"env": [{"name": "URL", "value": text}]} if field == "env" else {field: [text]}
    return r.workload(r.pod(r.container(**fields)))


def test_a_variable_that_names_who_may_call_names_no_recipient() -> None:
    origins = {"name": "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS", "value": "https://ui.example.org"}
    pod = r.workload(r.pod(r.container(env=[origins])))
    assert r.worst("EGR-01", pod) is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("field", ["args", "command", "env"])
@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("https://objects.example.com/bucket", Verdict.PASS),
        ("https://api.openai.com/v1", Verdict.FAIL),
        ("--url=http://mine.openai.azure.com", Verdict.FAIL),
        ("https://elsewhere.example.org", Verdict.FAIL),
        ("https://user:p@ss@elsewhere.example.org/x", Verdict.FAIL),
        ("postgresql://db.apps.svc.cluster.local:5432/x", Verdict.NOT_APPLICABLE),
        ("http://127.0.0.1:8000", Verdict.NOT_APPLICABLE),
        ("http://evil.svc.example.org", Verdict.FAIL),
        ("https://objects.example.com\\@evil.example.org/", Verdict.UNKNOWN),
        ("https://objects.example.com\t@evil.example.org/", Verdict.UNKNOWN),
        ("https://objects.example.com\n:x@evil.example.org/", Verdict.UNKNOWN),
        ("https://objects.example.com%2eevil.example.org/", Verdict.UNKNOWN),
        ("https://objects.example.com:443@evil.example.org./", Verdict.FAIL),
        ("http://0x08080808/", Verdict.FAIL),
        ("http://010.8.8.8/", Verdict.FAIL),
        ("http://[::ffff:8.8.8.8]/", Verdict.FAIL),
        ("http://134744072/", Verdict.FAIL),
        ("https://bücher.example.org/", Verdict.FAIL),
        ("https://api\u3002openai\u3002com/v1", Verdict.FAIL),
        ("https://\uff41pi\uff0eopenai\uff0ecom/v1", Verdict.FAIL),
        ("HTTPS://API.OPENAI.COM", Verdict.FAIL),
        ("https://{{ .host }}/v1", Verdict.UNKNOWN),
        ("https://objects.example.com,https://elsewhere.example.org", Verdict.FAIL),
        ("http://[2001:db8::1]/", Verdict.FAIL),
        ("https://elsewhere.example.org#@objects.example.com/", Verdict.FAIL),
        ("s3://bucket/prefix", Verdict.NOT_APPLICABLE),
        ("https://$(HOST)/v1", Verdict.UNKNOWN),
        (Gap.UNKNOWN, Verdict.UNKNOWN),
        (Gap.SECRET, Verdict.UNKNOWN),
    ],
)
def test_a_host_in_a_container_is_declared(field: str, text: Any, verdict: Verdict) -> None:
    assert r.worst("EGR-01", names(text, field)) is verdict


@pytest.mark.parametrize(
    ("name", "text", "verdict"),
    [
        ("DB_HOST", "db.example.org", Verdict.FAIL),
        ("db_host", "db.example.org:5432", Verdict.FAIL),
        ("LogServer", "203.0.113.7", Verdict.FAIL),
        ("S3_ENDPOINT", "s3.example.org/bucket", Verdict.FAIL),
        ("S3_ENDPOINT", "objects.example.com", Verdict.PASS),
        ("DB_HOST", "db.apps.svc.cluster.local", Verdict.NOT_APPLICABLE),
        ("DB_HOST", "127.0.0.1", Verdict.NOT_APPLICABLE),
        ("MODE", "db.example.org", Verdict.NOT_APPLICABLE),
        ("DB_HOST", "db", Verdict.NOT_APPLICABLE),
        ("SQL_SERVER", "17.11", Verdict.NOT_APPLICABLE),
    ],
)
def test_a_host_without_a_scheme_is_known_by_the_name_of_its_variable(
    name: str, text: str, verdict: Verdict
) -> None:
    found = r.workload(r.pod(r.container(env=[{"name": name, "value": text}])))
    assert r.worst("EGR-01", found) is verdict


@pytest.mark.parametrize(
    ("key", "text", "verdict"),
    [
        ("auth-url", "https://login.example.org", Verdict.FAIL),
        ("auth-url", "https://objects.example.com/login", Verdict.PASS),
        ("mirror-target", "https://copy.example.org$request_uri", Verdict.UNKNOWN),
        ("mirror-target", "copy.example.org", Verdict.FAIL),
        ("configuration-snippet", "proxy_pass https://copy.example.org;", Verdict.UNKNOWN),
        ("configuration-snippet", "proxy_pass https://api.openai.com;", Verdict.FAIL),
        ("rewrite-target", "/$1", Verdict.NOT_APPLICABLE),
        ("auth-url", Gap.SECRET, Verdict.UNKNOWN),
    ],
)
def test_an_ingress_may_copy_requests_elsewhere(key: str, text: Any, verdict: Verdict) -> None:
    annotations = {f"nginx.ingress.kubernetes.io/{key}": text}
    ingress = r.kubernetes(
        "networking.k8s.io/v1:Ingress", {"metadata": {"annotations": annotations}}
    )
    assert r.worst("EGR-01", ingress) is verdict


def test_a_service_of_the_stack_may_be_called_by_name_and_namespace() -> None:
    def service(spec: dict[str, Any], namespace: Any = "data") -> Resource:
        metadata = {"name": "db", "namespace": namespace}
        return r.kubernetes("core/v1:Service", {"metadata": metadata, "spec": spec}, "db")

    caller = names("postgresql://db.data:5432/x")
    assert r.worst("EGR-01", caller) is Verdict.FAIL
    assert r.worst("EGR-01", caller, service({})) is Verdict.NOT_APPLICABLE
    assert r.worst("EGR-01", caller, service({}, "other")) is Verdict.FAIL
    outside = {"type": "ExternalName", "externalName": "db.example.org"}
    assert r.worst("EGR-01", caller, service(outside)) is Verdict.FAIL


def test_a_service_may_be_called_by_the_domain_of_a_declared_cluster() -> None:
    own = {r.CLUSTER: r.cluster(domain="Platform.example.net")}
    inside = names("postgresql://db.apps.svc.platform.example.net:5432/x")
    assert r.worst("EGR-01", inside) is Verdict.FAIL
    assert r.worst("EGR-01", inside, clusters=own) is Verdict.NOT_APPLICABLE
    for text in ("https://www.platform.example.net", "https://db.apps.svc.example.net"):
        assert r.worst("EGR-01", names(text), clusters=own) is Verdict.FAIL


def test_a_service_by_the_domain_of_its_cluster_is_no_recipient_outside() -> None:
    own = {r.CLUSTER: r.cluster(domain="platform.example.net")}
    contact = {"host": "db.apps.svc.platform.example.net", "port": 8443, "when": "run"}
    found = (leads_to(WORLD, 8443), r.component(egress=[contact]))
    assert r.worst("EGR-01", *found) is Verdict.PASS
    assert r.worst("EGR-01", *found, clusters=own) is Verdict.FAIL


def test_a_login_in_a_url_is_not_printed() -> None:
    text = r.messages("EGR-01", names("https://me:p@ss-word@elsewhere.example.org/x"))
    assert "elsewhere.example.org" in text
    assert "ss-word" not in text


def test_a_declared_model_api_is_a_recipient_like_any_other() -> None:
    endpoints = {"api.mistral.ai": r.location("FR", "FR")}
    assert r.worst("EGR-01", names("https://api.mistral.ai/v1"), endpoints=endpoints) is (
        Verdict.PASS
    )


def test_a_host_in_a_config_map_may_be_a_comment_but_a_model_api_may_not() -> None:
    def config(text: str) -> Resource:
        return r.kubernetes("core/v1:ConfigMap", {"data": {"file": text}})

    assert r.worst("EGR-01", config("# see https://docs.example.org")) is Verdict.UNKNOWN
    assert r.worst("EGR-01", config("base: https://api.openai.com")) is Verdict.FAIL


def test_an_external_name_is_a_recipient() -> None:
    spec = {"type": "ExternalName", "externalName": "api.anthropic.com"}
    assert r.worst("EGR-01", r.kubernetes("core/v1:Service", {"spec": spec})) is Verdict.FAIL


def test_where_nobody_declares_recipients_nothing_is_certain() -> None:
    assert r.worst("EGR-01", leads_to(WORLD, 443), endpoints=None) is Verdict.UNKNOWN
    assert r.worst("EGR-01", leads_to(WORLD, 443), endpoints={}) is Verdict.FAIL
