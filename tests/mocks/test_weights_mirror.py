"""The Job that brings weights from a hub: the only pod that may reach it."""

from typing import Any

import pulumi
import pytest
from hoheit import ObjectServer, WeightsMirror
from support import components, samples
from support.manifests import manifest, pod_templates
from support.monitor import Monitor, run
from support.served import JOB, POLICY, waits_for


def made(**changes: Any) -> Monitor:
    return run(lambda: components.mirror(**changes))


def container(monitor: Monitor) -> dict[str, Any]:
    (template,) = pod_templates(monitor).values()
    (found,) = template["spec"]["containers"]
    return found


def test_the_job_asks_for_no_gpu_and_for_no_gpu_node() -> None:
    monitor = made()
    (template,) = pod_templates(monitor).values()
    assert "nvidia.com/gpu" not in str(template)
    assert "nodeSelector" not in template["spec"]


def test_the_job_is_told_repository_revision_files_and_place() -> None:
    assert container(made())["args"] == [
        "--repository=TheBloke/Mistral-7B-v0.1-AWQ",
        f"--revision={samples.COMMIT}",
        *(f"--allow={pattern}" for pattern in samples.hub_weights().files),
        "--endpoint=https://objects.example.internal",
        "--region=us-east-1",
        "--bucket=models",
        f"--prefix=models/TheBloke/Mistral-7B-v0.1-AWQ/{samples.COMMIT}",
        "--room-gib=5",
    ]


def test_a_bounded_bucket_is_added_up_before_anything_is_copied() -> None:
    bounded = made(object_store=samples.object_store(quota_gib=500))
    assert "--quota-gib=500" in container(bounded)["args"]
    assert "quota" not in str(container(made())["args"])


def test_the_bucket_of_an_object_server_is_as_large_as_its_volume() -> None:
    def program() -> None:
        on = components.volume_cluster()
        models = components.space("consumer", on=on)
        args = components.object_server_args(on, consumers=(models,), volume_gib=20)
        store = ObjectServer("objects", args).object_store(models)
        components.mirror(on=on, object_store=store)

    (job,) = [pod for name, pod in pod_templates(run(program)).items() if name == "weights-job"]
    assert "--quota-gib=20" in job["spec"]["containers"][0]["args"]


def test_reviewed_code_comes_along_and_no_other() -> None:
    review = {"revision": samples.COMMIT, "reviewed_by": "ml team", "reviewed_on": "2026-11-02"}
    told = container(made(weights=samples.hub_weights(trusted_code=review)))["args"]
    assert {"--allow=*.py", "--allow-code"} <= set(told)
    assert not {"--allow=*.py", "--allow-code"} & set(container(made())["args"])


def test_a_pickle_that_was_asked_for_is_accepted_with_its_digest() -> None:
    weights = samples.hub_weights(
        files=("*.json", "pytorch_model.bin"),
        allow_pickles=True,
        digests={"pytorch_model.bin": samples.DIGEST},
    )
    told = container(made(weights=weights))["args"]
    assert {"--allow-pickle", f"--digest=pytorch_model.bin={samples.DIGEST}"} <= set(told)
    assert "--allow-pickle" not in container(made())["args"]


def test_every_digest_is_handed_to_the_one_who_checks_it() -> None:
    weights = samples.hub_weights(
        digests={"b.safetensors": samples.DIGEST, "a.json": samples.DIGEST},
        manifest_digest=samples.DIGEST,
    )
    told = [one for one in container(made(weights=weights))["args"] if "digest" in one]
    assert told == [
        f"--digest=a.json={samples.DIGEST}",
        f"--digest=b.safetensors={samples.DIGEST}",
        f"--manifest-digest={samples.DIGEST}",
    ]


def test_the_hub_is_the_stated_one_and_hears_nothing_about_the_user() -> None:
    monitor = made(hub=samples.hub(endpoint="https://hub.example.internal"))
    environment = {entry["name"]: entry.get("value") for entry in container(monitor)["env"]}
    assert environment["HF_ENDPOINT"] == "https://hub.example.internal"
    assert environment["HF_HUB_DISABLE_TELEMETRY"] == "1"


def test_the_token_of_a_gated_repository_comes_from_its_secret() -> None:
    monitor = made(hub=samples.hub(token_secret=pulumi.Output.from_input("hub-token")))
    environment = {entry["name"]: entry for entry in container(monitor)["env"]}
    assert environment["HF_TOKEN"]["valueFrom"] == {
        "secretKeyRef": {"name": "hub-token", "key": "HF_TOKEN"}
    }
    assert "HF_TOKEN" not in str(container(made())["env"])


def test_the_authority_of_a_private_store_is_mounted_where_the_fetcher_looks() -> None:
    monitor = made(object_store=samples.object_store(ca_config_map="authority"))
    environment = {entry["name"]: entry.get("value") for entry in container(monitor)["env"]}
    (mount,) = [one for one in container(monitor)["volumeMounts"] if one["name"] == "authority"]
    assert environment["AWS_CA_BUNDLE"] == f"{mount['mountPath']}/ca.crt"
    assert mount["readOnly"] is True
    (template,) = pod_templates(monitor).values()
    assert {"name": "authority", "configMap": {"name": "authority"}} in template["spec"]["volumes"]
    assert "authority" not in str(container(made()))


def test_the_credentials_are_those_of_the_named_secret_or_of_the_pods_identity() -> None:
    def referred(monitor: Monitor) -> dict[str, Any]:
        env = container(monitor)["env"]
        return {one["name"]: one["valueFrom"]["secretKeyRef"] for one in env if "valueFrom" in one}

    assert {reference["name"] for reference in referred(made()).values()} == {
        "object-store-credentials"
    }
    assert referred(made(object_store=samples.object_store(credentials_secret=None))) == {}


def test_the_name_of_the_secret_may_be_an_output() -> None:
    def program() -> None:
        late = pulumi.Output.from_input("late-secret")
        components.mirror(object_store=samples.object_store(credentials_secret=late))

    assert "late-secret" in str(container(run(program))["env"])


def test_the_policy_selects_the_pods_of_the_job_and_lets_nobody_in() -> None:
    monitor = made()
    (template,) = pod_templates(monitor).values()
    spec = manifest(monitor.one(POLICY))["spec"]
    assert spec["podSelector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
    assert spec["ingress"] == []
    assert len(spec["egress"]) == 3


def test_a_failed_fetch_is_tried_again_but_not_for_ever() -> None:
    spec = manifest(made().one(JOB))["spec"]
    assert 0 < spec["backoffLimit"] < 20
    assert spec["template"]["spec"]["restartPolicy"] == "OnFailure"


@pytest.mark.parametrize(("size_gib", "seconds"), [(1, 7200), (140.625, 7200), (1000, 51200)])
def test_a_fetch_may_take_two_hours_or_a_second_for_every_20_mib(
    size_gib: float, seconds: int
) -> None:
    job = made(weights=samples.hub_weights(size_gib=size_gib)).one(JOB)
    assert manifest(job)["spec"]["activeDeadlineSeconds"] == seconds
    assert job.request.customTimeouts.create == f"{seconds + 600}s"


def test_the_pods_of_the_job_are_named_after_their_program() -> None:
    (template,) = pod_templates(made()).values()
    labels = template["metadata"]["labels"]
    assert labels["app.kubernetes.io/name"] == "weights-fetcher"
    assert labels["app.kubernetes.io/instance"] == "weights"


def test_the_job_waits_for_the_cluster() -> None:
    assert "lab-provider" in waits_for(made().one(JOB))


def test_a_mirror_names_what_it_keeps_and_whom_it_contacts() -> None:
    mirrors: list[WeightsMirror] = []
    monitor = run(lambda: mirrors.append(components.mirror()))
    (mirror,) = mirrors
    (kept,) = mirror.stores
    assert mirror.prefix in kept.name
    recipients = [contact.recipient for contact in mirror.egress]
    assert recipients == ["image registry", "model hub", "object store, bucket models"]
    (told,) = [values for urn, values in monitor.outputs if "WeightsMirror::" in urn]
    assert told["prefix"] == mirror.prefix
    assert [one["name"] for one in told["stores"]] == [kept.name]
    assert [one["recipient"] for one in told["egress"]] == recipients


@pytest.mark.parametrize("name", ["Weights", "a" * 49, "1a", ""])
def test_a_name_that_leaves_no_room_for_its_children_is_refused(name: str) -> None:
    with pytest.raises(pulumi.RunError, match=rf"WeightsMirror '{name}' is not valid:\n  name: "):
        run(lambda: components.mirror(name))


def test_weights_that_are_no_repository_are_not_mirrored() -> None:
    def program() -> None:
        args = components.mapping(components.mirror_args(components.cluster()))
        weights = samples.stored_weights("s3://models/x")
        WeightsMirror("w", {**args, "weights": weights})  # pyright: ignore[reportArgumentType]

    with pytest.raises(pulumi.RunError, match="weights: only a repository of a hub or an image"):
        run(program)
