"""Every Kubernetes object of every variant: valid, restricted, complete."""

from typing import Any

import kubernetes_validate  # pyright: ignore[reportMissingTypeStubs]
import pytest
from hoheit.images import IMAGE_FIELDS, ImageReference
from hoheit_facts import IMAGES, TELEMETRY, switches_off
from support import samples
from support.manifests import containers, manifests, pod_templates
from support.monitor import Monitor, run
from support.pod_security import violations
from support.variants import VARIANTS

KUBERNETES = "1.37"
SWITCHES = {switch.env for switch in TELEMETRY}
"""One of them is about public keys."""
MONITORING = {"prometheus", "alertmanager", "grafana", "kube-state-metrics", "dcgm-exporter"}
every_variant = pytest.mark.parametrize("variant", VARIANTS)


@pytest.fixture(scope="module")
def runs() -> dict[str, Monitor]:
    return {name: run(program) for name, program in VARIANTS.items()}


@every_variant
def test_every_object_is_what_kubernetes_expects(variant: str, runs: dict[str, Monitor]) -> None:
    found = manifests(runs[variant])
    assert found
    for one in found:
        # Not of Kubernetes: `test_monitoring_operator` has the operator's own schema.
        if not one["apiVersion"].startswith("monitoring.coreos.com/"):
            kubernetes_validate.validate(one, KUBERNETES, strict=True)


@every_variant
def test_every_pod_is_restricted(variant: str, runs: dict[str, Monitor]) -> None:
    pods = pod_templates(runs[variant])
    assert pods
    for template in pods.values():
        assert violations(template["spec"]) == []


@every_variant
def test_only_pods_that_watch_objects_get_a_token_for_the_api_server(
    variant: str, runs: dict[str, Monitor]
) -> None:
    for template in pod_templates(runs[variant]).values():
        names = {one["name"] for one in template["spec"]["containers"]}
        watches = bool(names & {"prometheus", "kube-state-metrics"})
        assert template["spec"]["automountServiceAccountToken"] is watches
    accounts = [one for one in manifests(runs[variant]) if one["kind"] == "ServiceAccount"]
    assert not any(one["automountServiceAccountToken"] for one in accounts)


@every_variant
def test_every_container_has_requests_a_limit_of_memory_and_a_full_image(
    variant: str, runs: dict[str, Monitor]
) -> None:
    for template in pod_templates(runs[variant]).values():
        for one in containers(template["spec"]):
            assert {"cpu", "memory"} <= one["resources"]["requests"].keys()
            assert one["resources"]["limits"]["memory"]
            assert ImageReference.parse(one["image"])
            assert one["command"]
            assert one["securityContext"]["readOnlyRootFilesystem"] is True


@every_variant
def test_every_container_that_serves_has_its_probes(variant: str, runs: dict[str, Monitor]) -> None:
    for template in pod_templates(runs[variant]).values():
        serving = {one["name"]: one for one in containers(template["spec"])}
        for name in {"gateway", "vllm", "mlflow", "postgres", "versitygw"} & serving.keys():
            assert {"startupProbe", "livenessProbe"} <= serving[name].keys()
        for name in MONITORING & serving.keys():
            assert {"startupProbe", "livenessProbe", "readinessProbe"} <= serving[name].keys()
        if "gateway" in serving:
            assert "readinessProbe" in serving["gateway"]


@every_variant
def test_every_mount_has_its_volume_and_every_volume_a_mount(
    variant: str, runs: dict[str, Monitor]
) -> None:
    for template in pod_templates(runs[variant]).values():
        pod = template["spec"]
        mounted = {mount["name"] for one in containers(pod) for mount in one["volumeMounts"]}
        assert mounted == {volume["name"] for volume in pod.get("volumes", [])}


@every_variant
def test_every_port_that_is_named_somewhere_exists(variant: str, runs: dict[str, Monitor]) -> None:
    pods = pod_templates(runs[variant]).values()
    names = {
        port["name"]
        for template in pods
        for one in containers(template["spec"])
        for port in one.get("ports", [])
    }
    for service in [one for one in manifests(runs[variant]) if one["kind"] == "Service"]:
        assert {port["targetPort"] for port in service["spec"]["ports"]} <= names


@every_variant
def test_every_probe_asks_a_port_that_a_container_listens_on(
    variant: str, runs: dict[str, Monitor]
) -> None:
    for template in pod_templates(runs[variant]).values():
        found = list(containers(template["spec"]))
        listened = {port["containerPort"] for one in found for port in one.get("ports", [])}
        probes = [probe for one in found for kind, probe in one.items() if kind.endswith("Probe")]
        asked = {probe["httpGet"]["port"] for probe in probes if "exec" not in probe}
        assert asked <= listened


@every_variant
def test_every_policy_says_which_need_each_rule_serves(
    variant: str, runs: dict[str, Monitor]
) -> None:
    policies = [one for one in manifests(runs[variant]) if one["kind"] == "NetworkPolicy"]
    assert policies
    for policy in policies:
        spec = policy["spec"]
        rules = [*spec.get("ingress", []), *spec.get("egress", [])]
        told = policy["metadata"]["annotations"]["hoheit/allows"]
        assert len(told.splitlines()) == (len(rules) or (1 if told else 0))
        assert set(spec["policyTypes"]) == {"Ingress", "Egress"}


@every_variant
def test_every_workload_has_a_policy_of_its_own(variant: str, runs: dict[str, Monitor]) -> None:
    selected = [
        one["spec"]["podSelector"].get("matchLabels", {}).items()
        for one in manifests(runs[variant])
        if one["kind"] == "NetworkPolicy"
    ]
    for template in pod_templates(runs[variant]).values():
        labels = template["metadata"]["labels"].items()
        assert [labels_of for labels_of in selected if labels_of and labels_of <= labels]


@every_variant
def test_no_selector_selects_the_pods_of_another_workload(
    variant: str, runs: dict[str, Monitor]
) -> None:
    pods = {name: one["metadata"]["labels"] for name, one in pod_templates(runs[variant]).items()}
    for one in manifests(runs[variant]):
        selector = one.get("spec", {}).get("selector")
        if not selector:
            continue
        wanted = selector.get("matchLabels", selector).items()
        assert len([name for name, labels in pods.items() if wanted <= labels.items()]) == 1


@every_variant
def test_environment_variables_hold_no_secret_but_refer_to_one(
    variant: str, runs: dict[str, Monitor]
) -> None:
    for template in pod_templates(runs[variant]).values():
        for one in containers(template["spec"]):
            for entry in one.get("env", []):
                named = any(word in entry["name"] for word in ("KEY", "SECRET", "TOKEN"))
                if named and entry["name"] not in SWITCHES:
                    assert set(entry) == {"name", "valueFrom"}
                    assert entry["valueFrom"]["secretKeyRef"]["key"]


ROLES = {samples.images().reference(field): field.replace("_", "-") for field in IMAGE_FIELDS}
"""Image reference to its name in the catalogue."""


def variables(container: dict[str, Any]) -> dict[str, Any]:
    return {one["name"]: one.get("value") for one in container.get("env", [])}


def running(pod: dict[str, Any]) -> list[dict[str, Any]]:
    """Every container but the one that hands over files of an image of the operator's own."""
    return [
        one
        for one in containers(pod)
        if (one["image"], one["command"][0]) != (samples.WEIGHTS_IMAGE, "cp")
    ]


@every_variant
def test_every_container_is_silent_with_every_switch_of_the_software_in_it(
    variant: str, runs: dict[str, Monitor]
) -> None:
    for template in pod_templates(runs[variant]).values():
        for one in running(template["spec"]):
            wanted = switches_off(IMAGES[ROLES[one["image"]]].software)
            assert wanted.items() <= variables(one).items(), one["name"]


def test_every_image_with_something_to_silence_is_among_the_variants(
    runs: dict[str, Monitor],
) -> None:
    seen = {
        ROLES[one["image"]]
        for monitor in runs.values()
        for template in pod_templates(monitor).values()
        for one in running(template["spec"])
    }
    # The device plugin is no restricted pod, and has tests of its own; it has nothing to silence.
    assert seen == set(IMAGES) - {"device-plugin"}
    assert switches_off(IMAGES["device-plugin"].software) == {}
