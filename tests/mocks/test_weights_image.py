"""Weights that come in an image: the Job that reaches no hub."""

import json
from pathlib import Path
from typing import Any

import pulumi
import pytest
import yaml
from hoheit import VllmService, WeightsMirror
from support import components, samples
from support.documents import yaml_blocks
from support.manifests import manifest, pod_templates
from support.monitor import Monitor, run, stack_environment
from support.served import JOB, POLICY, built, outputs, refusal, server

MODEL_IMAGES = Path(__file__).parents[2] / "model_images"
SMALL_MODEL = json.loads((MODEL_IMAGES / "small-model" / "unit" / "config.json").read_text("utf-8"))
DIGITS = samples.DIGEST.removeprefix("sha256:")
PREFIX = f"models/models/mistral/{DIGITS}/model"


def made(**changes: Any) -> Monitor:
    return run(
        lambda: components.mirror(**{"weights": samples.image_weights(), "hub": None, **changes})
    )


def pod(monitor: Monitor) -> dict[str, Any]:
    (template,) = pod_templates(monitor).values()
    return template["spec"]


def test_the_image_hands_its_files_over_and_the_fetcher_keeps_them() -> None:
    found = pod(made())
    (unpack,) = found["initContainers"]
    (mirror,) = found["containers"]
    assert unpack["image"] == samples.WEIGHTS_IMAGE
    assert unpack["command"] == ["cp", "-RLf", "/model/.", "/unpacked"]
    assert mirror["args"][:3] == [
        "--repository=models/mistral",
        f"--revision={samples.DIGEST}",
        "--directory=/unpacked",
    ]
    assert f"--prefix={PREFIX}" in mirror["args"]
    mounts = {one["name"]: one for one in mirror["volumeMounts"]}
    assert mounts["unpacked"] == {"name": "unpacked", "mountPath": "/unpacked", "readOnly": True}
    assert unpack["volumeMounts"] == [{"name": "unpacked", "mountPath": "/unpacked"}]


def test_the_files_are_taken_from_where_they_lie_in_the_image() -> None:
    elsewhere = samples.image_weights(image_path="/models/large")
    (unpack,) = pod(made(weights=elsewhere))["initContainers"]
    assert "/models/large/." in unpack["command"]


def test_a_node_with_room_for_the_files_is_chosen() -> None:
    found = pod(made(weights=samples.image_weights(size_gib=10)))
    (unpack,) = found["initContainers"]
    assert unpack["resources"]["requests"]["ephemeral-storage"] == "11Gi"
    (volume,) = [one for one in found["volumes"] if one["name"] == "unpacked"]
    assert volume["emptyDir"] == {"sizeLimit": "11Gi"}


def test_a_mirror_of_the_registry_serves_the_image_and_the_bucket_keeps_its_place() -> None:
    def program() -> None:
        on = components.cluster(image_mirror="mirror.example.internal")
        components.mirror(on=on, weights=samples.image_weights(), hub=None)

    found = pod(run(program))
    (unpack,) = found["initContainers"]
    assert unpack["image"] == f"mirror.example.internal/{samples.WEIGHTS_IMAGE}"
    assert f"--prefix={PREFIX}" in found["containers"][0]["args"]


def test_nobody_but_the_store_is_reached() -> None:
    monitor = made()
    spec = manifest(monitor.one(POLICY))["spec"]
    assert len(spec["egress"]) == 2
    assert "0.0.0.0/0" not in str(spec)
    assert "HF_ENDPOINT" not in str(pod(monitor))
    assert "HF_TOKEN" not in str(pod(monitor))


def test_the_register_names_registries_and_store_and_no_hub() -> None:
    mirrors: list[WeightsMirror] = []
    run(lambda: mirrors.append(components.mirror(weights=samples.image_weights(), hub=None)))
    (mirror,) = mirrors
    assert [(one.recipient, one.purpose) for one in mirror.egress] == [
        ("image registry", "the weights-fetcher image, pulled by the node"),
        ("image registry", "the weights, in an image, pulled by the node"),
        ("object store, bucket models", "keep the weights of models/mistral"),
    ]
    (kept,) = mirror.stores
    assert kept.name == f"weights below {PREFIX}"


def test_a_service_takes_them_from_the_store_as_any_other_and_needs_no_hub() -> None:
    monitor = built(weights=samples.image_weights(), hub=None)
    assert monitor.one(JOB).name == "mistral-weights-job"
    (pull,) = [one for one in server(monitor)["initContainers"] if one["name"] == "weights"]
    assert f"--prefix={PREFIX}" in pull["args"]
    assert "--destination=/models/mistral" in pull["args"]
    assert samples.WEIGHTS_IMAGE not in str(server(monitor))


def test_a_hub_that_other_models_need_is_not_opened_for_this_one() -> None:
    monitor = built(weights=samples.image_weights())
    (job,) = [spec for name, spec in pod_templates(monitor).items() if name.endswith("-job")]
    assert "HF_ENDPOINT" not in str(job)
    told = outputs(weights=samples.image_weights())["egress"]
    assert "model hub" not in {one["recipient"] for one in told}


def test_the_plan_is_known_from_the_facts_that_are_given() -> None:
    assert outputs(weights=samples.image_weights(), hub=None)["plan"]["kv_cache"] is not None


def test_without_an_object_store_there_is_nowhere_to_bring_them() -> None:
    said = refusal(weights=samples.image_weights(), hub=None, object_store=None)
    assert "weights: server pods take these from object_store, which is missing" in said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"weights": samples.hub_weights(), "hub": None},
            "hub: required, because weights.repository is fetched from it",
        ),
        (
            {"weights": samples.image_weights(), "hub": samples.hub()},
            "hub: weights.image comes from a registry; leave hub out",
        ),
    ],
)
def test_a_hub_is_given_where_it_is_needed_and_nowhere_else(
    changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(pulumi.RunError, match=said):
        made(**changes)


def test_the_documented_weights_are_brought_and_served() -> None:
    (block,) = [one for one in yaml_blocks("components/weights.md") if "image_path" in one]
    weights = yaml.safe_load(block)["weights"]
    monitor = run(lambda: small({**weights, "config": SMALL_MODEL}))
    (pull,) = [one for one in server(monitor)["initContainers"] if one["name"] == "weights"]
    digits = weights["image"].rpartition(":")[2]
    assert f"--prefix=models/hoheit/small-model/{digits}/model" in pull["args"]


def test_the_plan_of_the_small_model_is_known_from_the_facts_that_its_stack_gives() -> None:
    stated = stack_environment("local-real")["models"]["small"]["weights"]
    assert stated["config"].items() <= SMALL_MODEL.items()
    made: list[VllmService] = []
    locked = {**stated, "image": f"{stated['image']}@{samples.DIGEST}"}
    run(lambda: made.append(small(locked)))
    plan = made[0].plan
    assert plan.kv_tokens
    assert (plan.unknown, plan.warnings) == ((), ())


def small(weights: dict[str, Any]) -> VllmService:
    engine = samples.engine(max_model_len=1024, cpu_kv_cache_gib=1)
    cpu = {**samples.cpu_service(), "engine": engine}
    return components.service(on=components.cpu_pool(), weights=weights, hub=None, **cpu)


def test_one_image_for_two_services_is_brought_by_each_to_one_place() -> None:
    def program() -> None:
        pool = components.pool(nodes=2)
        for name in ("one", "two"):
            args = components.service_args(pool, weights=samples.image_weights(), hub=None)
            VllmService(name, args)

    jobs = [pod for name, pod in pod_templates(run(program)).items() if name.endswith("-job")]
    told = [job["spec"]["containers"][0]["args"] for job in jobs]
    assert len(told) == 2
    assert told[0] == told[1]
