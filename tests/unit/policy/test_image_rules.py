"""IMG-01 and TEL-01: what containers run, and whether it is told to be silent."""

from typing import Any

import pytest
from hoheit_facts import IMAGES, KNOWN_IMAGES, arguments_off, switches_off
from hoheit_policy import Gap, Verdict
from hoheit_policy.images import read_image, software_of
from support import residency as r

VLLM = "registry.example.com/docker.io/vllm/vllm-openai:v0.32.0"


def env(values: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value} for name, value in values.items()]


def silent() -> list[dict[str, Any]]:
    return env(switches_off(IMAGES["vllm"].software))


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("nginx", "docker.io/library/nginx"),
        ("nginx:1.29", "docker.io/library/nginx"),
        ("vllm/vllm-openai:v1", "docker.io/vllm/vllm-openai"),
        ("index.docker.io/nginx", "docker.io/library/nginx"),
        ("localhost/x:1", "localhost/x"),
        ("registry:5000/a/b:1", "registry:5000/a/b"),
        (f"ghcr.io/a/b:1@{r.DIGEST}", "ghcr.io/a/b"),
    ],
)
def test_a_reference_is_completed_as_a_runtime_completes_it(reference: str, name: str) -> None:
    image = read_image(reference)
    assert image is not None
    assert image.name == name


@pytest.mark.parametrize("text", ["", "a b", "$(IMAGE)", "x@sha256:short", "x@md5:abc"])
def test_what_is_no_reference_is_none(text: str) -> None:
    assert read_image(text) is None


@pytest.mark.parametrize(
    "token",
    [
        "apps/v1:Deployment",
        "apps/v1:DeploymentPatch",
        "apps/v1:StatefulSet",
        "apps/v1:DaemonSet",
        "apps/v1:ReplicaSet",
        "batch/v1:Job",
    ],
)
@pytest.mark.parametrize("field", ["containers", "initContainers", "ephemeralContainers"])
def test_no_kind_of_workload_or_container_escapes(token: str, field: str) -> None:
    spec = {**r.pod(r.container()), field: [r.container("docker.io/evil/x:1")]}
    assert r.worst("IMG-01", r.workload(spec, token)) is Verdict.FAIL


def test_pods_and_templates_and_cron_jobs_and_lists_do_not_escape() -> None:
    spec = r.pod(r.container("docker.io/evil/x:1"))
    template = {"spec": {"template": {"spec": spec}}}
    for token, body in (
        ("core/v1:Pod", {"spec": spec}),
        ("core/v1:PodTemplate", {"template": {"spec": spec}}),
        ("batch/v1:CronJob", {"spec": {"jobTemplate": template}}),
        ("apps/v1:DeploymentList", {"items": [template]}),
        ("core/v1:List", {"items": [{"kind": "Pod", "spec": spec}]}),
        ("core/v1:List", {"items": [{"kind": "List", "items": [{"kind": "Pod", "spec": spec}]}]}),
        ("core/v1:List", {"items": [{"kind": "DeploymentList", "items": [template]}]}),
        ("core/v1:List", {"items": Gap.UNKNOWN}),
        ("core/v1:List", {"items": [Gap.UNKNOWN]}),
        ("core/v1:List", {"items": [{"kind": "List"}]}),
        ("core/v1:List", {"items": [{"apiVersion": "ray.io/v1", "kind": "RayCluster"}]}),
        ("core/v1:List", {"items": [{"apiVersion": Gap.UNKNOWN, "kind": "RayCluster"}]}),
    ):
        assert r.worst("IMG-01", r.kubernetes(token, body)) is not Verdict.PASS, token


@pytest.mark.parametrize(
    ("image", "declared", "verdict"),
    [
        ("registry.example.com/x:1", {}, Verdict.PASS),
        ("$(IMAGE)", {}, Verdict.FAIL),
        ("registry.example.com.evil.org/x:1", {}, Verdict.FAIL),
        ("docker.io/x:1", {"approved_registries": ["docker.io/vllm"]}, Verdict.FAIL),
        ("vllm/x:1", {"approved_registries": ["docker.io/vllm"]}, Verdict.PASS),
        ("vllm2/x:1", {"approved_registries": ["docker.io/vllm"]}, Verdict.FAIL),
        ("registry.example.com/x:1", {"approved_registries": None}, Verdict.UNKNOWN),
        ("registry.example.com/x:1", {"approved_registries": []}, Verdict.FAIL),
    ],
)
def test_the_registry_decides(image: str, declared: Any, verdict: Verdict) -> None:
    found = r.workload(r.pod(r.container(image)))
    assert r.worst("IMG-01", found, **declared) is verdict


@pytest.mark.parametrize(
    ("image", "locked", "verdict"),
    [
        (f"registry.example.com/x@{r.DIGEST}", True, Verdict.PASS),
        (f"registry.example.com/x:1@{r.DIGEST}", None, Verdict.PASS),
        ("registry.example.com/x:1", True, Verdict.FAIL),
        ("registry.example.com/x:1", False, Verdict.PASS),
        ("registry.example.com/x:1", None, Verdict.UNKNOWN),
        ("registry.example.com/x:latest", False, Verdict.FAIL),
        ("registry.example.com:5000/x", False, Verdict.FAIL),
        ("x@md5:abc", False, Verdict.FAIL),
        ("$(IMAGE)", False, Verdict.FAIL),
        (Gap.UNKNOWN, False, Verdict.UNKNOWN),
    ],
)
def test_a_digest_decides_or_a_tag_where_images_are_not_locked(
    image: Any, locked: bool | None, verdict: Verdict
) -> None:
    found = r.workload(r.pod(r.container(image)))
    assert r.worst("IMG-02", found, images_locked=locked) is verdict


@pytest.mark.parametrize(
    "token",
    [
        "helm.sh/v3:Release",
        "helm.sh/v4:Chart",
        "yaml/v2:ConfigGroup",
        "yaml:ConfigFile",
        "kustomize/v2:Directory",
        "serving.kserve.io/v1beta1:InferenceService",
        "ray.io/v1:RayCluster",
        "keda.sh/v1alpha1:ScaledJob",
    ],
)
@pytest.mark.parametrize("rule", ["IMG-01", "IMG-02", "TEL-01", "NET-07", "ENC-05", "EGR-01"])
def test_what_carries_objects_inside_is_unknown_and_named(token: str, rule: str) -> None:
    found = r.kubernetes(token, {"values": {}})
    (finding,) = r.judged(rule, found)
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.resource == found.urn


@pytest.mark.parametrize(
    ("token", "word"),
    [
        ("argoproj.io/v1alpha1:Application", "Argo"),
        ("source.toolkit.fluxcd.io/v1:GitRepository", "Flux"),
        ("helm.toolkit.fluxcd.io/v2:HelmRelease", "Flux"),
        ("s3.services.k8s.aws/v1alpha1:Bucket", "ACK"),
        ("s3.aws.upbound.io/v1beta1:Bucket", "Crossplane"),
        ("pkg.crossplane.io/v1:Provider", "Crossplane"),
        ("infrastructure.cluster.x-k8s.io/v1beta1:HCloudMachine", "clusters"),
        ("kyverno.io/v2:PolicyException", "policies"),
    ],
)
def test_what_makes_other_things_is_named_as_what_it_is(token: str, word: str) -> None:
    api, kind = token.split(":")
    listed = {"items": [{"apiVersion": api, "kind": kind}]}
    for found in (r.kubernetes(token, {}), r.kubernetes("core/v1:List", listed)):
        assert r.worst("OPQ-01", found) is Verdict.UNKNOWN
        assert word in r.messages("OPQ-01", found)


@pytest.mark.parametrize(
    "token",
    [
        "monitoring.coreos.com/v1:ServiceMonitor",
        "rbac.authorization.k8s.io/v1:Role",
        "keda.sh/v1alpha1:ScaledObject",
    ],
)
def test_what_describes_no_pod_is_not_in_question(token: str) -> None:
    assert r.worst("IMG-01", r.kubernetes(token, {})) is Verdict.NOT_APPLICABLE


def test_a_mirrored_image_is_known_by_the_end_of_its_name() -> None:
    image = read_image(VLLM)
    assert image is not None
    found = software_of(image)
    assert found is not None
    assert found.exact
    assert "vllm" in found.names


def test_every_switch_of_the_software_is_asked_for() -> None:
    assert r.worst("TEL-01", r.workload(r.pod(r.container(VLLM, env=silent())))) is Verdict.PASS
    for index, missing in enumerate(silent()):
        left = silent()
        del left[index]
        found = r.workload(r.pod(r.container(VLLM, env=left)))
        assert r.worst("TEL-01", found) is Verdict.FAIL, missing
        assert missing["name"] in r.messages("TEL-01", found)


def test_a_switch_with_another_value_fails_and_its_value_is_not_printed() -> None:
    wrong = [*silent(), {"name": "VLLM_NO_USAGE_STATS", "value": "0-and-a-password"}]
    found = r.workload(r.pod(r.container(VLLM, env=wrong)))
    assert r.worst("TEL-01", found) is Verdict.FAIL
    assert "password" not in r.messages("TEL-01", found)


def test_a_switch_in_one_container_does_not_serve_another() -> None:
    found = r.workload(r.pod(r.container(VLLM, env=silent()), r.container(VLLM)))
    assert r.worst("TEL-01", found) is Verdict.FAIL


def settings(name: str = "switches", data: Any = None, namespace: str = "apps") -> Any:
    values = switches_off(IMAGES["vllm"].software) if data is None else data
    metadata = {"name": name, "namespace": namespace}
    return r.kubernetes("core/v1:ConfigMap", {"metadata": metadata, "data": values}, "map")


def from_map(name: Any = "switches") -> Any:
    source = [{"configMapRef": {"name": name}}]
    return r.workload(r.pod(r.container(VLLM, envFrom=source)))


def test_switches_from_a_config_map_of_the_stack_count() -> None:
    assert r.worst("TEL-01", from_map(), settings()) is Verdict.PASS
    assert r.worst("TEL-01", from_map(), settings(data={})) is Verdict.FAIL


def test_switches_from_what_the_stack_does_not_show_are_unknown() -> None:
    assert r.worst("TEL-01", from_map()) is Verdict.UNKNOWN
    assert r.worst("TEL-01", from_map(), settings(namespace="other")) is Verdict.UNKNOWN
    assert r.worst("TEL-01", from_map(Gap.UNKNOWN), settings()) is Verdict.UNKNOWN


def test_a_variable_from_a_secret_is_unknown() -> None:
    first, *rest = silent()
    reference = {"name": first["name"], "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
    found = r.workload(r.pod(r.container(VLLM, env=[reference, *rest])))
    assert r.worst("TEL-01", found) is Verdict.UNKNOWN


def test_an_image_that_only_hands_over_its_files_reports_nothing() -> None:
    def copying(image: str, *command: str) -> Any:
        return r.workload(r.pod(r.container(image, command=list(command))))

    own = "registry.example.com/own/weights:1"
    assert r.worst("TEL-01", copying(own, "cp", "-R", "/model/.", "/unpacked")) is Verdict.PASS
    assert r.worst("TEL-01", copying(own, "sh", "-c", "cp")) is Verdict.UNKNOWN
    assert r.worst("TEL-01", copying(VLLM, "cp")) is Verdict.FAIL


def test_an_image_of_no_table_is_unknown_and_a_likeness_never_a_failure() -> None:
    for image in ("registry.example.com/own/thing:1", "registry.example.com/vllm-cpu-env:1"):
        assert r.worst("TEL-01", r.workload(r.pod(r.container(image)))) is Verdict.UNKNOWN


def runs(repository: str, **fields: Any) -> Any:
    return r.workload(r.pod(r.container(f"registry.example.com/mirror/{repository}:1", **fields)))


@pytest.mark.parametrize("known", KNOWN_IMAGES, ids=lambda one: one.repository)
def test_software_of_others_is_known_by_the_end_of_its_image(known: Any) -> None:
    flags = [f"{flag}={value}" for flag, value in arguments_off(known.software).items()]
    variables = switches_off(known.software)
    silenced = runs(known.repository, args=flags, env=env(variables))
    assert r.worst("TEL-01", silenced) is Verdict.PASS
    for missing in variables:
        left = {name: value for name, value in variables.items() if name != missing}
        assert r.worst("TEL-01", runs(known.repository, env=env(left))) is Verdict.FAIL
        spoilt = env({**left, missing: f"not {variables[missing]}"})
        assert r.worst("TEL-01", runs(known.repository, env=spoilt)) is Verdict.FAIL


@pytest.mark.parametrize(
    ("args", "verdict"),
    [
        ([], Verdict.UNKNOWN),
        (["-reporting.enabled=false"], Verdict.PASS),
        (["--reporting.enabled=false"], Verdict.PASS),
        (["-reporting.enabled", "false"], Verdict.PASS),
        (["-reporting.enabled=true"], Verdict.FAIL),
        (["-reporting.enabled"], Verdict.FAIL),
        (["-reporting.enabled=false", "-reporting.enabled=true"], Verdict.FAIL),
        (["-reporting.enabled=False"], Verdict.FAIL),
        (["-reporting.enabled=false", Gap.SECRET], Verdict.UNKNOWN),
        (Gap.UNKNOWN, Verdict.UNKNOWN),
    ],
)
def test_a_flag_silences_what_no_variable_does(args: Any, verdict: Verdict) -> None:
    assert r.worst("TEL-01", runs("grafana/loki", args=args)) is verdict


@pytest.mark.parametrize("rule", ["IMG-01", "IMG-02"])
def test_an_image_that_is_mounted_as_a_volume_is_asked_about_as_well(rule: str) -> None:
    mounted = {"name": "m", "image": {"reference": "abroad.example.net/model:latest"}}
    assert r.worst(rule, r.workload(r.pod(r.container(), volumes=[mounted]))) is Verdict.FAIL
    mounted["image"] = {"reference": f"registry.example.com/model@{r.DIGEST}"}
    assert r.worst(rule, r.workload(r.pod(r.container(), volumes=[mounted]))) is Verdict.PASS
