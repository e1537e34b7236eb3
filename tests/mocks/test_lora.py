"""A service with LoRA adapters: what is made for them, and what its pods and clients see."""

from collections.abc import Sequence
from typing import Any

import pulumi
import pytest
from hoheit import GpuNodePool, GpuNodePoolArgs, InputStr, ObjectStoreGrant, WorkloadIdentity
from hoheit._lora import adapter_argument, adapter_key, adapter_path
from hoheit_infra import ExistingCluster
from support import components, samples
from support.documents import python_block
from support.manifests import manifest, pod_templates
from support.monitor import Monitor, run, run_source
from support.pod_security import violations
from support.samples import adapter
from support.served import (
    DEPLOYMENT,
    JOB,
    POLICY,
    built,
    deployment,
    outputs,
    refusal,
    server,
    volume,
    waits_for,
)

LEGAL = adapter()
SERVED = "TheBloke/Mistral-7B-v0.1-AWQ"
CLAIMED: dict[str, Any] = {"repository": None, "revision": None, "uri": "pvc://tuned/legal"}


def on_a_claim(**changes: Any) -> dict[str, Any]:
    """A service that copies nothing out of an object store."""
    weights = samples.stored_weights("pvc://claim/mistral", copy_of=SERVED)
    return {"weights": weights, "hub": None, "object_store": None, **changes}


def container(monitor: Monitor, name: str) -> dict[str, Any]:
    pod = server(monitor)
    (found,) = [one for one in (*pod["initContainers"], *pod["containers"]) if one["name"] == name]
    return found


def test_a_mirror_of_its_own_brings_each_adapter_of_a_hub_and_servers_wait_for_it() -> None:
    monitor = built(adapters=(LEGAL,))
    mirror = f"mistral-{adapter_key(LEGAL)}-job"
    assert {found.name for found in monitor.of_type(JOB)} == {"mistral-weights-job", mirror}
    told = pod_templates(monitor)[mirror]["spec"]["containers"][0]["args"]
    assert "--repository=example/legal-adapter" in told
    assert f"--digest=adapter_model.safetensors={samples.DIGEST}" in told
    assert mirror in waits_for(monitor.one(DEPLOYMENT))


def test_adapters_come_after_the_weights_and_before_the_engine() -> None:
    names = [one["name"] for one in server(built(adapters=(LEGAL,)))["initContainers"]]
    assert names == ["weights", "adapters", "gateway"]


def test_the_init_container_is_told_where_to_copy_from_and_what_to_compare() -> None:
    found = container(built(adapters=(LEGAL,)), "adapters")
    assert found["command"] == ["weights-fetcher", "adapters"]
    assert found["args"] == [
        "--endpoint=https://objects.example.internal",
        "--region=us-east-1",
        "--bucket=models",
        adapter_argument(LEGAL, samples.object_store()),
    ]
    secrets = [one["valueFrom"]["secretKeyRef"] for one in found["env"] if "valueFrom" in one]
    assert {one["name"] for one in secrets} == {"object-store-credentials"}


def test_the_engine_loads_what_the_init_container_copied_and_cannot_change_it() -> None:
    monitor = built(adapters=(LEGAL,))
    arguments = container(monitor, "vllm")["args"]
    module = arguments[arguments.index("--lora-modules") + 1]
    assert module == f"legal={adapter_path(LEGAL)}"
    assert "--max-lora-rank=16" in arguments
    # The engine takes every word up to the next flag for an adapter.
    assert arguments[arguments.index("--lora-modules") + 2].startswith("--")
    mounts = {
        name: [one for one in container(monitor, name)["volumeMounts"] if one["name"] == "adapters"]
        for name in ("adapters", "vllm")
    }
    assert [one["readOnly"] for one in mounts["adapters"]] == [False]
    assert [one["readOnly"] for one in mounts["vllm"]] == [True]
    assert {one["mountPath"] for both in mounts.values() for one in both} == {"/adapters"}
    assert volume(monitor, "adapters")["emptyDir"] == {"sizeLimit": "1Gi"}


def test_a_server_without_adapters_has_no_container_and_no_volume_for_them() -> None:
    assert "adapter" not in str(server(built()))
    assert "lora" not in str(server(built()))


@pytest.mark.parametrize(
    "changed",
    [
        (),
        (LEGAL, adapter(name="tax")),
        (adapter(weights_digest="sha256:" + "cd" * 32),),
        (adapter(rank=32),),
    ],
    ids=["removed", "added", "trained anew", "of another rank"],
)
def test_another_list_of_adapters_is_a_rolling_change(changed: tuple[Any, ...]) -> None:
    def configuration(adapters: tuple[Any, ...]) -> str:
        template = deployment(built(adapters=adapters))["spec"]["template"]
        return template["metadata"]["annotations"]["hoheit/config-hash"]

    assert configuration(changed) != configuration((LEGAL,))


def test_clients_see_adapters_as_models_and_readiness_waits_for_each() -> None:
    made: list[Any] = []
    run(lambda: made.append(components.service(adapters=(LEGAL, adapter(name="tax")))))
    (service,) = made
    assert service.model_names == ("mistral", "legal", "tax")
    found = outputs(adapters=(adapter(prompt_template="[INST] ... [/INST]"),))
    assert found["modelNames"] == ["mistral", "legal"]
    (told,) = found["adapters"]
    assert (told["base"], told["prompt_template"]) == (LEGAL.base, "[INST] ... [/INST]")


def test_an_adapter_of_a_claim_takes_no_store_no_egress_and_no_credentials() -> None:
    monitor = built(**on_a_claim(adapters=(adapter(**CLAIMED),)))
    assert [one["name"] for one in server(monitor)["initContainers"]] == ["adapters", "gateway"]
    found = container(monitor, "adapters")
    assert [one for one in found["args"] if not one.startswith("--adapter=")] == []
    assert "AWS" not in str(found["env"])
    assert manifest(monitor.one(POLICY))["spec"]["egress"] == []
    key = adapter_key(adapter(**CLAIMED))
    claim = {"claimName": "tuned", "readOnly": True}
    assert volume(monitor, f"adapter-{key}")["persistentVolumeClaim"] == claim


def test_an_adapter_of_the_store_lets_a_server_on_a_claim_reach_the_store() -> None:
    stored = adapter(repository=None, revision=None, uri="s3://models/adapters/legal/v1")
    monitor = built(**on_a_claim(adapters=(stored,), object_store=samples.object_store()))
    assert len(manifest(monitor.one(POLICY))["spec"]["egress"]) == 2
    told = outputs(**on_a_claim(adapters=(stored,), object_store=samples.object_store()))
    assert "object store, bucket models" in [one["recipient"] for one in told["egress"]]
    assert "mistral: adapters of the pod" in [one["name"] for one in told["stores"]]


@pytest.mark.parametrize("given", [LEGAL, adapter(**CLAIMED)], ids=["copied", "claimed"])
def test_a_pod_with_adapters_passes_the_restricted_standard(given: Any) -> None:
    assert violations(server(built(adapters=(given,)))) == []


def test_servers_may_read_each_adapter_and_nothing_beside_it() -> None:
    asked: dict[str, list[ObjectStoreGrant]] = {}

    class Cloud(ExistingCluster):
        def workload_identity(
            self,
            name: str,  # noqa: ARG002 - the contract's name
            *,
            namespace: InputStr,  # noqa: ARG002 - the contract's name
            account: str,
            grants: Sequence[ObjectStoreGrant],
            opts: pulumi.ResourceOptions,  # noqa: ARG002 - the contract's name
        ) -> WorkloadIdentity:
            asked[account] = list(grants)
            return WorkloadIdentity()

    def program() -> None:
        cloud = Cloud("lab", samples.cluster())
        pool = GpuNodePool("l4", GpuNodePoolArgs(cluster=cloud, spec=samples.simulated_nodes()))
        components.service(on=pool, adapters=(LEGAL,))

    run(program)
    assert [(one.prefix, one.access) for one in asked["mistral-server"]] == [
        (f"models/{SERVED}/{samples.COMMIT}", "read"),
        (f"models/example/legal-adapter/{samples.COMMIT}", "read"),
    ]


def test_an_adapter_of_another_base_is_refused_before_anything_is_made() -> None:
    said = refusal(adapters=(adapter(base="other/base", compatible_with=()),))
    assert f"adapters[0].base: trained on other/base, and {SERVED} is served" in said


def test_the_documented_program_runs_as_it_stands() -> None:
    monitor = run_source(python_block("components/weights.md"))
    pods = {name: one["spec"] for name, one in pod_templates(monitor).items()}
    assert [one["name"] for one in pods["mistral-server"]["initContainers"]][:2] == [
        "weights",
        "adapters",
    ]
    assert "persistentVolumeClaim" in pods["mistral-server"]["volumes"][0]
    assert all(violations(pod) == [] for pod in pods.values())
