"""A model service that scales by its queue: what is made for it, and what is left alone."""

from typing import Any

import pulumi
import pytest
from cloudcoil.models.keda.v1alpha1 import ScaledObject
from hoheit import VllmService, prometheus_url
from support import components, samples
from support.manifests import kubernetes, manifest, manifests
from support.monitor import Monitor, run
from support.served import PDB

SCALED_OBJECT = "kubernetes:keda.sh/v1alpha1:ScaledObject"
HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
KEDA: dict[str, Any] = {"keda": {"namespace": "keda", "pod_labels": {"app": "keda-operator"}}}
ADAPTER: dict[str, Any] = {"requests_waiting_metric": "vllm_num_requests_waiting"}
URL = "http://monitoring-prometheus.monitoring.svc.cluster.local:9090"


def program(
    scaling: dict[str, Any] | None, capabilities: dict[str, Any], nodes: int = 4, **changes: Any
) -> VllmService:
    on = components.cluster(capabilities={"simulated": True, **capabilities})
    given = {"autoscaling": {"prometheus_url": URL, **scaling}} if scaling else {}
    return components.service(on=components.pool(on=on, nodes=nodes), **given, **changes)


def scaled(
    scaling: dict[str, Any] | None = None,
    capabilities: dict[str, Any] | None = None,
    **changes: Any,
) -> Monitor:
    asked = {"max_replicas": 4} if scaling is None else scaling
    offered = KEDA if capabilities is None else capabilities
    return run(lambda: program(asked, offered, **changes))


def servers(monitor: Monitor) -> dict[str, Any]:
    return manifest(monitor.named("mistral-server"))


def refusal(scaling: dict[str, Any], capabilities: dict[str, Any], **changes: Any) -> str:
    with pytest.raises(pulumi.RunError) as refused:
        scaled(scaling, capabilities, **changes)
    return str(refused.value)


# What is made


def test_kedas_own_schema_knows_everything_that_is_said_to_it() -> None:
    found = manifest(scaled({"min_replicas": 0, "max_replicas": 4}).one(SCALED_OBJECT))
    # Since KEDA 2.17; the schema at hand is that of 2.16.
    assert found["spec"]["fallback"].pop("behavior") == "currentReplicasIfHigher"
    kept = ScaledObject.model_validate(found).model_dump(
        mode="json", by_alias=True, exclude_none=True, exclude_unset=True
    )
    assert kept["spec"] == found["spec"]


def test_what_is_scaled_is_the_deployment_of_the_servers() -> None:
    monitor = scaled()
    target = manifest(monitor.one(SCALED_OBJECT))["spec"]["scaleTargetRef"]
    assert target["name"] == servers(monitor)["metadata"]["name"]
    assert monitor.of_type(HPA) == []


def test_queries_name_the_namespace_also_where_it_is_an_output() -> None:
    def inside() -> None:
        on = components.cluster(capabilities={"simulated": True, **KEDA})
        components.service(
            on=components.pool(on=on, nodes=4),
            namespace=components.space("team", on=on).namespace,
            autoscaling={"max_replicas": 4, "prometheus_url": URL},
        )

    (trigger,) = manifest(run(inside).one(SCALED_OBJECT))["spec"]["triggers"]
    assert 'namespace="team", job="mistral"' in trigger["metadata"]["query"]


def test_an_adapter_scales_where_there_is_no_keda() -> None:
    monitor = scaled(capabilities=ADAPTER)
    spec = manifest(monitor.one(HPA))["spec"]
    assert spec["metrics"][0]["pods"]["metric"]["name"] == "vllm_num_requests_waiting"
    assert spec["scaleTargetRef"]["name"] == servers(monitor)["metadata"]["name"]
    assert monitor.of_type(SCALED_OBJECT) == []


def test_nothing_scales_a_service_whose_replicas_are_fixed() -> None:
    monitor = run(lambda: program(None, KEDA, replicas=2))
    assert monitor.of_type(SCALED_OBJECT) == monitor.of_type(HPA) == []
    assert servers(monitor)["spec"]["replicas"] == 2


# What is left alone, and what is kept free


@pytest.mark.parametrize("offered", [KEDA, ADAPTER], ids=["keda", "adapter"])
def test_the_number_of_pods_is_nothing_that_an_update_could_undo(offered: dict[str, Any]) -> None:
    assert "replicas" not in servers(scaled(capabilities=offered))["spec"]


def test_every_pod_that_there_can_be_is_claimed_those_of_a_rolling_change_included() -> None:
    run(lambda: program({"max_replicas": 3}, KEDA, nodes=4, surge=1))
    said = refusal({"max_replicas": 4}, KEDA, nodes=4, surge=1)
    assert "'mistral' 5 pods of 1 GPU" in said


def test_evictions_are_one_at_a_time_whenever_there_can_be_two() -> None:
    (budget,) = scaled({"max_replicas": 2}).of_type(PDB)[:1]
    assert manifest(budget)["spec"]["maxUnavailable"] == 1
    alone = scaled({"min_replicas": 0, "max_replicas": 1})
    names = [one.name for one in alone.of_type(PDB)]
    assert "mistral-disruption-budget" not in names


def test_two_rollouts_in_a_row_say_the_very_same() -> None:
    first, second = ({one.name: one.inputs for one in kubernetes(scaled())} for _ in range(2))
    assert first == second


# Who may ask whom


def test_the_operator_is_let_to_prometheus_by_a_rule_that_says_why() -> None:
    def watched() -> None:
        capabilities = {"simulated": True, "storage_classes": [{"name": "standard"}], **KEDA}
        on = components.watched_cluster(capabilities=capabilities)
        service = components.service(
            on=components.pool(on=on, nodes=4),
            autoscaling={"max_replicas": 4, "prometheus_url": URL},
        )
        components.monitoring("monitoring", on=on, targets=service.scrape)

    monitor = run(watched)
    policy = manifest(monitor.named("monitoring-prometheus-policy"))
    peers = [peer for rule in policy["spec"]["ingress"] for peer in rule["from"]]
    assert {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "keda"}},
        "podSelector": {"matchLabels": {"app": "keda-operator"}},
    } in peers
    assert "scale by metrics" in policy["metadata"]["annotations"]["hoheit/allows"]


def test_nobody_but_grafana_is_let_to_prometheus_when_nothing_scales() -> None:
    policy = manifest(run(components.monitoring).named("watch-prometheus-policy"))
    assert len(policy["spec"]["ingress"]) == 1


def test_the_address_of_a_stacks_prometheus_is_known_before_there_is_one() -> None:
    def watched() -> None:
        on = components.watched_cluster()
        components.monitoring("monitoring", on=on, space=components.space("monitoring", on=on))

    monitor = run(watched)
    (told,) = [values for urn, values in monitor.outputs if "MonitoringStack::" in urn]
    assert told["prometheusUrl"] == prometheus_url("monitoring", "monitoring", "cluster.local")


# What cannot be


@pytest.mark.parametrize(
    ("scaling", "capabilities", "said"),
    [
        ({"max_replicas": 4}, {}, "autoscaling: the cluster states nobody who scales"),
        ({"min_replicas": 0, "max_replicas": 4}, ADAPTER, "autoscaling.min_replicas: 0 needs KEDA"),
        ({"max_replicas": 4, "prometheus_url": None}, KEDA, "autoscaling.prometheus_url: required"),
    ],
)
def test_what_the_cluster_cannot_do_is_refused_before_the_first_object(
    scaling: dict[str, Any], capabilities: dict[str, Any], said: str
) -> None:
    assert refusal(scaling, capabilities).startswith(f"VllmService 'mistral': {said}")


def test_zero_without_the_router_is_refused() -> None:
    said = refusal({"min_replicas": 0, "max_replicas": 4}, KEDA, router={"mode": "off"})
    assert "autoscaling.min_replicas: 0 needs the router" in said


def test_replicas_beside_autoscaling_are_refused() -> None:
    assert "replicas: 2, but autoscaling decides" in refusal({"max_replicas": 4}, KEDA, replicas=2)


# What outlives pods


def shared_storage(**changes: Any) -> dict[str, Any]:
    shared = {"name": "shared", "read_write_many": True}
    return {"storage_classes": [shared], "compile_cache_storage_class": "shared", **changes}


def test_compiled_kernels_have_a_volume_that_all_pods_share() -> None:
    monitor = run(lambda: program(None, shared_storage()))
    claim = manifest(monitor.one(CLAIM))
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    assert claim["spec"]["storageClassName"] == "shared"
    volumes = servers(monitor)["spec"]["template"]["spec"]["volumes"]
    (mounted,) = [one for one in volumes if one["name"] == "compiled"]
    assert mounted["persistentVolumeClaim"]["claimName"] == claim["metadata"]["name"]


def test_the_volume_is_in_the_register_as_shared_storage() -> None:
    made: list[VllmService] = []
    run(lambda: made.append(program(None, shared_storage())))
    (entry,) = [one for one in made[0].stores if "kept for the next pod" in one.name]
    assert "shared" in entry.medium


def test_another_model_or_image_gets_an_empty_volume_and_the_same_one_keeps_its_own() -> None:
    def name(**changes: Any) -> str:
        monitor = run(lambda: program(None, shared_storage(), **changes))
        return manifest(monitor.one(CLAIM))["metadata"]["name"]

    assert name() == name()
    other = samples.hub_weights(revision="1" * 40)
    newer = samples.images(vllm="registry.example.internal/vllm:v0.32.0")
    assert len({name(), name(weights=other), name(images=newer)}) == 3


def test_without_shared_storage_there_is_no_claim() -> None:
    monitor = run(lambda: program(None, {}))
    assert monitor.of_type(CLAIM) == []
    assert "PersistentVolumeClaim" not in {one["kind"] for one in manifests(monitor)}


def test_a_class_that_many_nodes_cannot_write_to_is_refused() -> None:
    single = {"name": "shared", "read_write_many": False}
    with pytest.raises(pulumi.RunError, match=r"compile_cache_storage_class: 'shared', but pods"):
        run(lambda: program(None, shared_storage(storage_classes=[single])))
