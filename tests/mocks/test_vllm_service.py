"""One model behind one Service: what is made, where, and in which order."""

from typing import Any

import pulumi
from hoheit import DataClass, OnDestroy, Phase, VllmService
from hoheit_facts import ENGINE
from support import components, samples
from support.manifests import containers, manifest, manifests, pod_templates
from support.monitor import run
from support.served import (
    DEPLOYMENT,
    JOB,
    PDB,
    SECRET,
    SERVICE,
    built,
    deployment,
    outputs,
    server,
    volume,
    waits_for,
)


def test_required_arguments_make_a_service_without_budget_or_load_balancer() -> None:
    monitor = built()
    assert len(monitor.of_type(PDB)) == 0
    assert manifest(monitor.one(SERVICE))["spec"]["type"] == "ClusterIP"
    assert manifest(monitor.one(SERVICE))["metadata"]["name"] == "mistral"


def test_the_url_is_known_in_preview_and_names_service_namespace_and_port() -> None:
    assert outputs(namespace="team")["url"] == "http://mistral.team.svc.cluster.local:8080/v1"


def test_the_url_ends_in_the_domain_of_the_cluster() -> None:
    on: dict[str, Any] = {"network": {"domain": "lab.internal"}}

    def program() -> None:
        components.service(on=components.pool(on=components.cluster(**on)))

    (found,) = [values for urn, values in run(program).outputs if "VllmService::" in urn]
    assert found["url"] == "http://mistral.models.svc.lab.internal:8080/v1"


def test_the_namespace_may_be_an_output_of_another_resource() -> None:
    def program() -> None:
        components.service(namespace=components.space("team").namespace)

    monitor = run(program)
    for found in manifests(monitor):
        if found["kind"] not in ("Node", "Namespace"):
            assert found["metadata"]["namespace"] == "team"


def test_the_outputs_hold_the_plan_and_the_registers_as_plain_data() -> None:
    found = outputs()
    assert found["modelNames"] == ["mistral"]
    assert found["plan"]["device"] == "L4"
    assert {store["data_class"] for store in found["stores"]} >= {"prompts", "weights", "logs"}
    assert [egress["host"] for egress in found["egress"]]


def test_the_registers_of_a_service_include_those_of_its_mirror() -> None:
    made: list[VllmService] = []
    run(lambda: made.append(components.service()))
    (service,) = made
    assert [one.on_destroy for one in service.stores if one.data_class is DataClass.WEIGHTS] == [
        OnDestroy.DELETE,
        OnDestroy.RETAIN,
    ]
    phases = {one.recipient: one.when for one in service.egress}
    assert phases["model hub"] is Phase.BUILD
    assert [one["recipient"] for one in outputs()["egress"]] == [
        one.recipient for one in service.egress
    ]


def test_a_service_that_is_fed_by_nobody_has_no_register_of_a_mirror() -> None:
    found = outputs(weights=samples.stored_weights("s3://models/mistral/v1"), hub=None)
    assert "model hub" not in [one["recipient"] for one in found["egress"]]
    assert "retain" not in [one["on_destroy"] for one in found["stores"]]


def test_both_scrape_targets_select_the_pods_and_a_port_of_the_deployment() -> None:
    made: list[VllmService] = []
    monitor = run(lambda: made.append(components.service()))
    labels = deployment(monitor)["spec"]["template"]["metadata"]["labels"]
    ports = {port["name"] for one in containers(server(monitor)) for port in one.get("ports", [])}
    (targets,) = [service.scrape for service in made]
    assert [(target.exporter, target.path) for target in targets] == [
        ("vllm", "/metrics"),
        ("haproxy", "/gateway/metrics"),
    ]
    for target in targets:
        assert target.selector.items() <= labels.items()
        assert target.port_name in ports
        assert target.namespace == "models"


def test_the_version_of_an_exporter_is_told_where_it_is_known() -> None:
    made: list[VllmService] = []
    run(lambda: made.append(components.service()))
    ((engine, gateway),) = [service.scrape for service in made]
    assert (engine.exporter_version, gateway.exporter_version) == (ENGINE.version, None)


def test_pods_are_named_after_their_program_and_their_service() -> None:
    spec = deployment(built())["spec"]
    selector = {"app.kubernetes.io/name": "vllm", "app.kubernetes.io/instance": "mistral"}
    assert spec["selector"]["matchLabels"] == selector
    assert selector.items() <= spec["template"]["metadata"]["labels"].items()


def test_the_authority_of_a_private_store_is_there_for_the_container_that_pulls() -> None:
    store = samples.object_store(ca_config_map=pulumi.Output.from_input("authority"))
    monitor = built(object_store=store)
    assert volume(monitor, "authority")["configMap"] == {"name": "authority"}
    mounting = [
        one["name"]
        for one in containers(server(monitor))
        if "authority" in str(one["volumeMounts"])
    ]
    assert mounting == ["weights"]


def test_the_token_of_the_hub_reaches_no_server() -> None:
    monitor = built(hub=samples.hub(token_secret="hub-token"))
    assert "hub-token" not in str(server(monitor))


def test_pods_go_to_the_pool_and_tolerate_its_taint() -> None:
    pod = server(built())
    assert pod["nodeSelector"] == {"hoheit/pool": "l4"}
    assert pod["tolerations"] == [
        {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
    ]


def test_the_runtime_class_is_that_of_the_cluster() -> None:
    def program(capabilities: dict[str, Any]) -> None:
        on = components.cluster(capabilities={"simulated": True, **capabilities})
        components.service(on=components.pool(on=on))

    named = run(lambda: program({"gpu_runtime_class": "nvidia"}))
    assert server(named)["runtimeClassName"] == "nvidia"
    assert "runtimeClassName" not in server(run(lambda: program({})))


def test_the_mirror_of_the_cluster_holds_every_image_even_weights() -> None:
    oci = f"oci://registry.example.internal/models/mistral@{samples.DIGEST}"

    def program() -> None:
        on = components.pool(on=components.cluster(image_mirror="mirror.example.internal/all"))
        components.service("hub", on=on)
        components.service(
            "oci", on=on, weights=samples.stored_weights(oci), object_store=None, hub=None
        )
        components.mirror("alone", on=on.cluster)  # pyright: ignore[reportArgumentType]

    monitor = run(program)
    pods = [template["spec"] for template in pod_templates(monitor).values()]
    images = [one["image"] for pod in pods for one in containers(pod)]
    images += [
        one["image"]["reference"] for pod in pods for one in pod["volumes"] if "image" in one
    ]
    assert len(images) == 3 + 1 + 2 + 1 + 1
    for image in images:
        assert image.startswith("mirror.example.internal/all/")
        assert image.count("mirror.example.internal") == 1


# In which order


def test_pods_wait_for_nodes_weights_and_policy_and_clients_for_pods() -> None:
    monitor = built()
    needed = {"lab-provider", "l4-node-0", "l4-node-1", "mistral-weights-job", "mistral-policy"}
    assert needed <= waits_for(monitor.one(DEPLOYMENT))
    assert "mistral-server" in waits_for(monitor.one(SERVICE))


def test_the_job_that_brings_the_weights_waits_for_its_policy() -> None:
    assert "mistral-weights-policy" in waits_for(built().one(JOB))


def test_nodes_wait_for_the_cluster() -> None:
    assert "lab-provider" in waits_for(built().named("l4-node-0"))


def test_everything_of_a_namespace_waits_until_it_is_closed() -> None:
    def program() -> None:
        components.service(namespace=components.space("team").namespace)

    monitor = run(program)
    for found in monitor.registered:
        if found.type in (DEPLOYMENT, JOB, SECRET, SERVICE):
            assert "team-default-deny" in waits_for(found)
