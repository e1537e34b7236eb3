"""The router in front of several replicas: when there is one, what it is told, who reaches it."""

from typing import Any

import pulumi
import pytest
from hoheit import Peer, VllmService
from hoheit_facts import IMAGES
from support import components
from support.manifests import manifest, pod_templates
from support.monitor import Monitor, run
from support.served import DEPLOYMENT, SECRET, SERVICE, built, outputs, server, waits_for

CLIENT = Peer(namespace="apps")
SCRAPER = Peer(namespace="monitoring", pod_labels={"app": "prometheus"})
ROUTERS = {"app.kubernetes.io/name": "vllm-router", "app.kubernetes.io/instance": "mistral"}
SERVERS = {"app.kubernetes.io/name": "vllm", "app.kubernetes.io/instance": "mistral"}


def router(monitor: Monitor) -> dict[str, Any]:
    """Return the router's container."""
    (found,) = router_pod(monitor)["containers"]
    return found


def router_pod(monitor: Monitor) -> dict[str, Any]:
    return manifest(monitor.named("mistral-router"))["spec"]["template"]["spec"]


def gateway(monitor: Monitor) -> dict[str, Any]:
    (found,) = router_pod(monitor)["initContainers"]
    return found


def config(monitor: Monitor, role: str = "router-gateway") -> str:
    return manifest(monitor.named(f"mistral-{role}"))["data"]["haproxy.cfg"]


def policy(monitor: Monitor, role: str) -> dict[str, Any]:
    return manifest(monitor.named(f"mistral-{role}"))["spec"]


@pytest.mark.parametrize(
    ("changes", "routed"),
    [
        ({}, False),
        ({"replicas": 2}, True),
        ({"replicas": 1, "router": {"mode": "on"}}, True),
        ({"replicas": 2, "router": {"mode": "off"}}, False),
    ],
)
def test_there_is_a_router_from_two_replicas_on_or_as_told(
    changes: dict[str, Any], *, routed: bool
) -> None:
    monitor = built(**changes)
    assert len(monitor.of_type(DEPLOYMENT)) == (2 if routed else 1)
    service = manifest(monitor.named_type(SERVICE, "mistral-service"))
    assert service["spec"]["selector"] == (ROUTERS if routed else SERVERS)


def test_clients_come_to_routers_and_wait_for_them() -> None:
    monitor = built(replicas=2)
    assert "mistral-router" in waits_for(monitor.named("mistral-service"))


def test_a_router_does_not_wait_for_servers_which_may_be_none() -> None:
    assert "mistral-server" not in waits_for(built(replicas=2).named("mistral-router"))


def test_servers_are_found_by_a_service_without_an_address_of_its_own() -> None:
    monitor = built(replicas=2)
    found = manifest(monitor.named("mistral-servers"))
    assert found["spec"]["clusterIP"] == "None"
    assert found["spec"]["selector"] == SERVERS
    host = f"{found['metadata']['name']}.${{POD_NAMESPACE}}.svc.cluster.local:8080"
    assert f'"{host}"' in config(monitor)
    (namespace,) = [one for one in gateway(monitor)["env"] if one["name"] == "POD_NAMESPACE"]
    assert namespace["valueFrom"] == {"fieldRef": {"fieldPath": "metadata.namespace"}}


def test_the_router_knows_a_slot_for_every_pod_that_there_can_be() -> None:
    def program() -> None:
        components.service(on=components.pool(nodes=3), replicas=2, surge=1)

    monitor = run(program)
    args = router(monitor)["args"]
    assert args[args.index("--worker-urls") + 1 :] == [
        f"http://127.0.0.1:{port}" for port in (9001, 9002, 9003)
    ]
    assert "bind 127.0.0.1:9001-9003 " in config(monitor)
    assert "server-template server 1-3 " in config(monitor)


def test_the_router_listens_on_loopback_alone() -> None:
    args = router(built(replicas=2))["args"]
    assert {"--host=127.0.0.1", "--prometheus-host=127.0.0.1"} <= set(args)
    assert "ports" not in router(built(replicas=2))


def test_servers_turn_prompts_into_tokens_only_for_a_router_that_asks_for_them() -> None:
    asked = built(replicas=2)
    (engine,) = server(asked)["containers"]
    assert "--policy=cache_aware" in router(asked)["args"]
    assert "--enable-scale-out" in engine["args"]
    assert "/v1/completions/render" in config(asked, "gateway")
    assert "/render" not in config(asked)

    for monitor in (built(), built(replicas=2, router={"policy": "round_robin"})):
        (engine,) = server(monitor)["containers"]
        assert "--enable-scale-out" not in engine["args"]
        assert "/render" not in config(monitor, "gateway")


def test_clients_reach_the_router_and_the_router_alone_reaches_servers() -> None:
    monitor = built(replicas=2, clients=(CLIENT,), scrapers=(SCRAPER,))
    called, scraped = policy(monitor, "router-policy")["ingress"]
    assert "apps" in str(called)
    assert [one["port"] for one in called["ports"]] == [8080]
    assert [one["port"] for one in scraped["ports"]] == [8081]

    servers = policy(monitor, "policy")
    assert "apps" not in str(servers)
    assert [one["port"] for rule in servers["ingress"] for one in rule["ports"]] == [
        8081,
        8080,
        8082,
    ]
    for rule in servers["ingress"][1:]:
        assert rule["from"] == [{"podSelector": {"matchLabels": ROUTERS}}]


def test_a_router_contacts_dns_and_servers_and_nobody_else() -> None:
    dns, *rest = policy(built(replicas=2), "router-policy")["egress"]
    assert {one["port"] for one in dns["ports"]} == {53}
    assert [rule["to"] for rule in rest] == [[{"podSelector": {"matchLabels": SERVERS}}]] * 2
    assert [one["port"] for rule in rest for one in rule["ports"]] == [8080, 8082]


def test_a_router_has_a_key_of_its_own_that_servers_accept() -> None:
    monitor = built(replicas=2)
    secret = manifest(monitor.named_type(SECRET, "mistral-router-key"))
    assert secret["immutable"] is True
    assert secret["stringData"]["api-keys.map"].endswith(" router\n")
    mounted = {
        name: one["secret"]
        for name, template in pod_templates(monitor).items()
        for one in template["spec"]["volumes"]
        if one["name"] == "api-keys"
    }
    assert {name: one["secretName"] for name, one in mounted.items()} == {
        "mistral-server": "mistral-router-key-abc12",
        "mistral-router": "mistral-accepted-keys",
    }
    # The key itself is no file in a server pod.
    items = [{"key": "api-keys.map", "path": "api-keys.map"}]
    assert [one["items"] for one in mounted.values()] == [items, items]


def test_router_pods_need_no_gpu_node_and_no_account_with_rights() -> None:
    pod = router_pod(built(replicas=2))
    assert "nvidia.com/gpu" not in str(pod)
    assert {"nodeSelector", "tolerations"}.isdisjoint(pod)
    assert pod["automountServiceAccountToken"] is False


def test_two_routers_may_not_be_evicted_at_once_and_one_may() -> None:
    def budgets(count: int) -> list[str]:
        monitor = built(replicas=2, router={"replicas": count})
        return [one.name for one in monitor.registered if "disruption" in one.name]

    assert "mistral-router-disruption-budget" in budgets(2)
    assert "mistral-router-disruption-budget" not in budgets(1)


def test_a_new_router_comes_before_an_old_one_goes() -> None:
    spec = manifest(built(replicas=2).named("mistral-router"))["spec"]
    assert spec["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


def test_metrics_of_routers_are_scraped_as_those_of_servers_are() -> None:
    made: list[VllmService] = []
    run(lambda: made.append(components.service(replicas=2)))
    ((_, _, routers, gateways),) = [service.scrape for service in made]
    version = str(IMAGES["router"].reference).rpartition(":v")[2]
    assert (routers.exporter, routers.exporter_version) == ("vllm-router", version)
    assert (gateways.exporter, gateways.path) == ("haproxy", "/gateway/metrics")
    assert routers.selector == gateways.selector == ROUTERS
    assert {routers.job, gateways.job} == {"mistral-router"}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"router": {"mode": "sometimes"}}, "router.mode: "),
        ({"router": {"policy": "kv_aware"}}, "router.policy: "),
        ({"router": {"replicas": 0}}, "router.replicas: "),
        ({"replicas": 2, "images": components.samples.images(router=None)}, "images.router: "),
    ],
)
def test_a_router_that_cannot_be_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(pulumi.RunError) as refused:
        built(**changes)
    assert said in str(refused.value)


def test_the_register_tells_that_routers_hold_beginnings_of_prompts() -> None:
    def held(**changes: Any) -> list[str]:
        stores = outputs(**changes)["stores"]
        return [one["name"] for one in stores if one["data_class"] == "prompts"]

    assert held() == ["mistral: requests and answers"]
    assert held(replicas=2) == [*held(), "mistral: beginnings of requests"]
