"""GPU nodes, and the one way to get onto them."""

import json
from typing import Any

import pulumi
import pytest
from hoheit import GpuNodePool, SourceKind
from hoheit.driver import Claim, Room
from support import components, samples
from support.manifests import kubernetes, manifests
from support.monitor import Monitor, run

POD = Room(gpus=1, cpu_millicores=1000, memory_mib=1000, disk_gib=10)


def made(**changes: Any) -> tuple[Monitor, GpuNodePool]:
    pools: list[GpuNodePool] = []
    monitor = run(lambda: pools.append(components.pool(**changes)))
    return monitor, pools[0]


def labelled(**changes: Any) -> tuple[Monitor, GpuNodePool]:
    pools: list[GpuNodePool] = []

    def program() -> None:
        on = components.cluster(capabilities={})
        args = {"cluster": on, "spec": samples.labelled_nodes(**changes)}
        pools.append(GpuNodePool("l4", args))  # pyright: ignore[reportArgumentType]

    return run(program), pools[0]


def test_labelled_nodes_are_described_and_nothing_is_created() -> None:
    monitor, pool = labelled()
    assert kubernetes(monitor) == []
    assert pool.node_selector == {"node.example.internal/pool": "l4"}
    assert (pool.shape.gpu.name, pool.shape.max_nodes) == ("L4", 2)


def test_workloads_on_labelled_nodes_wait_for_the_cluster() -> None:
    _, pool = labelled()
    assert pool.ready == (pool.cluster.ready,)


def test_simulated_nodes_carry_taint_labels_and_the_capacity_that_the_pool_promises() -> None:
    monitor, pool = made(gpus_per_node=4)
    nodes = manifests(monitor)
    assert [node["metadata"]["name"] for node in nodes] == ["l4-0", "l4-1"]
    for node in nodes:
        assert node["spec"]["taints"] == [
            {"key": "nvidia.com/gpu", "value": "present", "effect": "NoSchedule"}
        ]
        assert pool.node_selector.items() <= node["metadata"]["labels"].items()
        assert node["metadata"]["annotations"]["kwok.x-k8s.io/node"] == "fake"
        capacity = json.loads(node["metadata"]["annotations"]["hoheit-lab/capacity"])
        assert capacity == {
            **{"cpu": "4000m", "memory": "14000Mi", "ephemeral-storage": "100Gi"},
            **{"pods": "110", "nvidia.com/gpu": "4"},
        }


def test_workloads_on_simulated_nodes_wait_for_every_one_of_them() -> None:
    monitor, pool = made(nodes=3)
    assert len(pool.ready) == 3 == len(kubernetes(monitor))


def test_two_pools_select_different_nodes() -> None:
    pools: list[GpuNodePool] = []

    def program() -> None:
        on = components.cluster()
        pools.extend(components.pool(name, on=on) for name in ("l4", "l4-1"))

    names = [node["metadata"]["name"] for node in manifests(run(program))]
    assert len(names) == len(set(names)) == 4
    assert pools[0].node_selector != pools[1].node_selector


def test_simulated_nodes_are_refused_where_the_cluster_is_not_called_simulated() -> None:
    with pytest.raises(pulumi.RunError, match=r"GpuNodePool 'l4': simulated nodes in a cluster"):
        run(lambda: components.pool(on=components.cluster(capabilities={})))


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"kind": "labelled"}, "  gpu: required, but not given"),
        ({"kind": "robot"}, "'labelled', 'simulated'"),
        ({"nodes": 1}, "kind"),
        ({"kind": "eks"}, "  kind: no 'eks'; known: 'labelled', 'simulated', 'cpu'"),
        (["l4"], "GpuNodePool 'l4': spec: should be LabelledNodes, SimulatedNodes or CpuNodes"),
        (None, "GpuNodePool 'l4': spec: should be LabelledNodes, SimulatedNodes or CpuNodes"),
    ],
)
def test_nodes_that_the_driver_does_not_know_are_refused(spec: object, said: str) -> None:
    def program() -> None:
        GpuNodePool("l4", {"cluster": components.cluster(), "spec": spec})  # pyright: ignore[reportArgumentType]

    with pytest.raises(pulumi.RunError) as refused:
        run(program)
    assert said in str(refused.value)


def test_an_unknown_field_of_a_node_gets_a_suggestion() -> None:
    spec = {**components.mapping(samples.simulated_nodes()), "memory": 5}

    def program() -> None:
        GpuNodePool("l4", {"cluster": components.cluster(), "spec": spec})  # pyright: ignore[reportArgumentType]

    with pytest.raises(
        pulumi.RunError, match=r"  memory: unknown field; did you mean 'memory_mib'"
    ):
        run(program)


def test_a_pool_on_something_that_is_no_cluster_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match="cluster"):
        run(lambda: GpuNodePool("l4", {"cluster": 5, "spec": {}}))  # pyright: ignore[reportArgumentType]


def test_a_node_is_as_large_as_the_pool_says_and_no_claim_changes_that() -> None:
    _, pool = made()
    pool.claim("first", Claim(pod=POD, replicas=1))
    before = pool.shape
    pool.claim("second", Claim(pod=POD, replicas=1))
    assert pool.shape == before


def test_a_claim_that_was_refused_takes_no_room() -> None:
    _, pool = made()
    pool.claim("first", Claim(pod=POD, replicas=1))
    with pytest.raises(pulumi.RunError):
        pool.claim("second", Claim(pod=POD, replicas=2))
    pool.claim("third", Claim(pod=POD, replicas=1))


def test_a_name_that_has_its_room_already_is_refused() -> None:
    _, pool = made()
    pool.claim("first", Claim(pod=POD, replicas=1))
    with pytest.raises(pulumi.RunError, match=r"GpuNodePool 'l4': a service 'first' has its room"):
        pool.claim("first", Claim(pod=POD, replicas=1))
    pool.claim("second", Claim(pod=POD, replicas=1))


def test_a_claim_that_is_none_is_refused() -> None:
    _, pool = made()
    with pytest.raises(pulumi.RunError, match=r"GpuNodePool 'l4': claim of 'x': should be a Claim"):
        pool.claim("x", None)  # pyright: ignore[reportArgumentType]


def test_a_name_that_no_label_could_carry_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match=r"GpuNodePool 'L4' is not valid:\n  name: "):
        run(lambda: components.pool("L4"))


def test_the_location_of_nodes_is_unknown_until_somebody_declares_it() -> None:
    _, silent = labelled()
    assert silent.location.country.source.kind is SourceKind.UNKNOWN
    _, told = labelled(location=samples.declared_location(country="FI"))
    assert told.location.country.value == "FI"
    assert [store.location for store in told.stores] == [told.location]


def test_simulated_slices_are_a_resource_of_the_node_and_labels_say_so() -> None:
    monitor, pool = made(gpu="A100-80GB", mig={"profile": "1g.10gb", "per_gpu": 7})
    assert pool.shape.gpus == 7
    for node in manifests(monitor):
        capacity = json.loads(node["metadata"]["annotations"]["hoheit-lab/capacity"])
        assert capacity["nvidia.com/mig-1g.10gb"] == "7"
        assert "nvidia.com/gpu" not in capacity
        assert node["metadata"]["labels"]["nvidia.com/mig.strategy"] == "mixed"


def test_a_pool_that_grows_tells_its_autoscaler_what_a_node_would_be() -> None:
    _, pool = labelled(min_nodes=0, gpus_per_node=4)
    prefix = "k8s.io/cluster-autoscaler/node-template"
    assert pool.autoscaler_tags[f"{prefix}/resources/nvidia.com/gpu"] == "4"
    assert pool.autoscaler_tags[f"{prefix}/label/node.example.internal/pool"] == "l4"
    assert pool.autoscaler_tags[f"{prefix}/taint/nvidia.com/gpu"] == "present:NoSchedule"


def test_a_pool_of_fixed_size_has_nothing_to_tell() -> None:
    _, pool = labelled()
    assert pool.autoscaler_tags == {}


@pytest.mark.parametrize(("keeps_running", "told"), [(True, 1), (False, 0)])
def test_a_service_that_always_runs_on_a_pool_that_may_be_empty_is_told(
    keeps_running: bool, told: int, caplog: pytest.LogCaptureFixture
) -> None:
    def program() -> None:
        on = components.cluster(capabilities={})
        args = {"cluster": on, "spec": samples.labelled_nodes(min_nodes=0)}
        pool = GpuNodePool("l4", args)  # pyright: ignore[reportArgumentType]
        pool.claim("chat", Claim(pod=POD, replicas=1, keeps_running=keeps_running))

    run(program)
    assert caplog.text.count("'chat' always runs, so its nodes stay") == told


def test_a_pod_of_ones_own_is_placed_by_the_pool() -> None:
    _, pool = labelled()
    container = {"name": "job", "resources": {"limits": {"nvidia.com/gpu": "1"}}}
    spec: Any = pool.place({"containers": [container]})  # pyright: ignore[reportArgumentType]
    assert spec["node_selector"] == pool.node_selector
    assert spec["tolerations"] == pool.tolerations


def test_a_pod_with_half_a_gpu_is_refused_by_the_pools_name() -> None:
    _, pool = labelled()
    container = {"name": "job", "resources": {"limits": {"nvidia.com/gpu": "0.5"}}}
    with pytest.raises(pulumi.RunError, match=r"^GpuNodePool 'l4': containers\[0\]"):
        pool.place({"containers": [container]})  # pyright: ignore[reportArgumentType]


def plugged(**changes: Any) -> tuple[Monitor, GpuNodePool]:
    pools: list[GpuNodePool] = []

    def program() -> None:
        args = {
            "cluster": components.cluster(),
            "spec": samples.labelled_nodes(**changes),
            "device_plugin": {"namespace": "gpu"},
            "images": samples.images(),
        }
        pools.append(GpuNodePool("l4", args))  # pyright: ignore[reportArgumentType]

    return run(program), pools[0]


def test_a_device_plugin_runs_on_the_pools_nodes_and_workloads_wait_for_it() -> None:
    monitor, pool = plugged(time_slices=2)
    (daemon,) = [one for one in manifests(monitor) if one["kind"] == "DaemonSet"]
    pod = daemon["spec"]["template"]["spec"]
    assert pod["nodeSelector"] == pool.node_selector
    assert pod["tolerations"] == pool.tolerations
    assert len(pool.ready) == 2


def test_its_namespace_is_closed_and_admits_what_it_needs() -> None:
    monitor, _ = plugged()
    made_objects = manifests(monitor)
    (namespace,) = [one for one in made_objects if one["kind"] == "Namespace"]
    level = "pod-security.kubernetes.io/enforce"
    assert namespace["metadata"]["labels"][level] == "privileged"
    (policy,) = [one for one in made_objects if one["kind"] == "NetworkPolicy"]
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert "egress" not in policy["spec"]


def test_another_way_of_sharing_is_another_pod() -> None:
    def annotation(**changes: Any) -> str:
        monitor, _ = plugged(**changes)
        (daemon,) = [one for one in manifests(monitor) if one["kind"] == "DaemonSet"]
        return daemon["spec"]["template"]["metadata"]["annotations"]["hoheit/config-hash"]

    assert annotation(time_slices=2) != annotation(time_slices=3)


def test_a_device_plugin_for_nodes_without_gpu_is_refused() -> None:
    def program() -> None:
        args = {
            "cluster": components.cluster(),
            "spec": samples.cpu_nodes(),
            "device_plugin": {"namespace": "gpu"},
            "images": samples.images(),
        }
        GpuNodePool("cpu", args)  # pyright: ignore[reportArgumentType]

    with pytest.raises(pulumi.RunError, match="the nodes have no GPU; leave it out"):
        run(program)
