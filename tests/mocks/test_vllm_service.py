"""One model behind one Service: what is made, where, and in which order."""

from typing import Any

from hoheit import VllmService
from support import components, samples
from support.manifests import SECRET_MARK, containers, manifest, manifests, pod_templates
from support.monitor import run
from support.served import (
    DEPLOYMENT,
    GENERATED,
    JOB,
    PDB,
    SECRET,
    SERVICE,
    built,
    deployment,
    outputs,
    server,
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
    assert found["plan"]["gpu"] == "L4"
    assert {store["data_class"] for store in found["stores"]} >= {"prompts", "weights", "logs"}
    assert [egress["host"] for egress in found["egress"]]


def test_the_scrape_target_selects_the_pods_of_the_deployment() -> None:
    made: list[VllmService] = []
    monitor = run(lambda: made.append(components.service()))
    labels = deployment(monitor)["spec"]["template"]["metadata"]["labels"]
    (target,) = [service.scrape for service in made]
    assert target.selector.items() <= labels.items()
    ports = {port["name"] for one in containers(server(monitor)) for port in one.get("ports", [])}
    assert target.port_name in ports


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
    assert {"l4-node-0", "l4-node-1", "mistral-weights-job", "mistral-policy"} <= waits_for(
        monitor.one(DEPLOYMENT)
    )
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


def test_the_api_key_is_a_secret_from_its_generation_to_the_cluster() -> None:
    monitor = built()
    password = monitor.one("random:index/randomPassword:RandomPassword")
    assert "result" in password.request.additionalSecretOutputs
    secret = monitor.one(SECRET)
    assert SECRET_MARK in secret.inputs["stringData"]
    assert manifest(secret)["stringData"] == {"api-key": GENERATED}
    for found in monitor.registered:
        if found is not secret:
            assert GENERATED not in str(found.inputs)
    assert GENERATED not in str(monitor.outputs)


def test_a_new_key_is_a_new_secret_and_so_a_new_pod() -> None:
    monitor = built()
    assert monitor.one(SECRET).inputs["immutable"] is True
    assert "name" not in monitor.one(SECRET).inputs["metadata"]
    names = {
        entry["valueFrom"]["secretKeyRef"]["name"]
        for one in containers(server(monitor))
        for entry in one["env"]
        if entry["name"] in ("VLLM_API_KEY", "HOHEIT_API_KEY")
    }
    assert names == {"mistral-api-key-abc12"} == {outputs()["apiKeySecret"]}
