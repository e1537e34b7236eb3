"""How a model service is rolled out, reached and fed with weights."""

from typing import Any

import pytest
from hoheit import Peer
from support import samples
from support.manifests import manifest, pod_templates
from support.served import DEPLOYMENT, JOB, PDB, POLICY, built, deployment, server, volume


def changed_hash(**changes: Any) -> str:
    template = deployment(built(**changes))["spec"]["template"]
    return template["metadata"]["annotations"]["hoheit/config-hash"]


@pytest.mark.parametrize(
    "changes",
    [
        {"served_model_name": "other"},
        {"engine": samples.engine(max_num_seqs=8)},
        {"routes": ("/v1/completions",)},
        {"max_body_mib": 16},
        {"idle_timeout_seconds": 60},
        {"drain_seconds": 60},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_changed_setting_is_a_changed_pod(changes: dict[str, Any]) -> None:
    assert changed_hash(**changes) != changed_hash()


def test_a_change_that_is_no_setting_of_the_pod_leaves_pods_alone() -> None:
    assert changed_hash(clients=(Peer(namespace="apps"),)) == changed_hash()


def test_without_surge_an_old_pod_makes_room_first() -> None:
    strategy = deployment(built())["spec"]["strategy"]
    assert strategy == {
        "type": "RollingUpdate",
        "rollingUpdate": {"maxSurge": 0, "maxUnavailable": 1},
    }


def test_with_surge_no_answer_is_lost_for_want_of_a_pod() -> None:
    strategy = deployment(built(surge=1))["spec"]["strategy"]
    assert strategy["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}


@pytest.mark.parametrize(("replicas", "budgets"), [(1, 0), (2, 1)])
def test_a_disruption_budget_is_made_from_two_replicas_on(replicas: int, budgets: int) -> None:
    monitor = built(replicas=replicas)
    found = [one for one in monitor.of_type(PDB) if one.name == "mistral-disruption-budget"]
    assert len(found) == budgets
    for budget in found:
        spec = manifest(budget)["spec"]
        assert spec["maxUnavailable"] == 1
        labels = deployment(monitor)["spec"]["template"]["metadata"]["labels"]
        assert spec["selector"]["matchLabels"].items() <= labels.items()


def test_the_engine_gives_a_rollout_more_time_than_one_start_takes() -> None:
    monitor = built(replicas=2, startup_budget_seconds=600)
    deadline = deployment(monitor)["spec"]["progressDeadlineSeconds"]
    assert deadline > 600
    timeouts = monitor.named("mistral-server").request.customTimeouts
    assert timeouts.create == timeouts.update == f"{2 * deadline}s"


def test_a_pod_that_is_deleted_gets_its_grace_period_and_five_minutes() -> None:
    monitor = built(drain_seconds=1200)
    grace = server(monitor)["terminationGracePeriodSeconds"]
    assert grace > 1200
    assert monitor.one(DEPLOYMENT).request.customTimeouts.delete == f"{grace + 300}s"


def test_only_declared_callers_get_in_and_only_the_store_is_reached() -> None:
    monitor = built(clients=(Peer(namespace="apps"),))
    spec = manifest(monitor.named("mistral-policy"))["spec"]
    ((caller,),) = [rule["from"] for rule in spec["ingress"]]
    assert caller["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"] == "apps"
    assert len(spec["egress"]) == 2
    assert "ipBlock" not in str(spec["egress"])


def test_weights_of_a_hub_are_fetched_by_a_job_and_pulled_by_pods() -> None:
    monitor = built()
    assert len(monitor.of_type(JOB)) == 1
    assert volume(monitor, "weights") == {"name": "weights", "emptyDir": {"sizeLimit": "5Gi"}}
    assert "ipBlock" in str(manifest(monitor.named("mistral-weights-policy")))
    job, pull = (template["spec"] for template in pod_templates(monitor).values())
    assert _argument(job["containers"][0], "prefix") == _argument(
        pull["initContainers"][0], "prefix"
    )


def _argument(container: dict[str, Any], name: str) -> str:
    (found,) = [one for one in container["args"] if one.startswith(f"--{name}=")]
    return found


def test_weights_of_s3_are_pulled_by_pods_and_no_job_or_hub_rule_is_made() -> None:
    monitor = built(weights=samples.stored_weights("s3://models/mistral/v1"), hub=None)
    assert monitor.of_type(JOB) == []
    assert "ipBlock" not in str([manifest(found) for found in monitor.of_type(POLICY)])
    pull = server(monitor)["initContainers"][0]
    assert _argument(pull, "prefix") == "--prefix=mistral/v1"
    assert _argument(pull, "destination") == "--destination=/models/v1"


@pytest.mark.parametrize(
    ("uri", "mounted"),
    [
        (
            "pvc://claim/mistral",
            {"persistentVolumeClaim": {"claimName": "claim", "readOnly": True}},
        ),
        (
            f"oci://registry.example.internal/m@{samples.DIGEST}",
            {"image": {"reference": f"registry.example.internal/m@{samples.DIGEST}"}},
        ),
    ],
    ids=["pvc", "oci"],
)
def test_weights_that_are_mounted_are_pulled_by_nobody(uri: str, mounted: dict[str, Any]) -> None:
    monitor = built(weights=samples.stored_weights(uri), hub=None, object_store=None)
    assert volume(monitor, "weights") == {"name": "weights", **mounted}
    assert [one["name"] for one in server(monitor)["initContainers"]] == ["gateway"]
    assert monitor.of_type(JOB) == []
    assert manifest(monitor.one(POLICY))["spec"]["egress"] == []


def test_the_engine_cannot_write_to_the_weights() -> None:
    (engine,) = server(built())["containers"]
    (mount,) = [one for one in engine["volumeMounts"] if one["name"] == "weights"]
    assert mount["readOnly"] is True
