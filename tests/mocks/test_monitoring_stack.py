"""A bundled monitoring stack: what is made, where, with which options."""

import json
from typing import Any

import pulumi
import pytest
from hoheit import MonitoringStack, MonitoringStackArgs, OnDestroy
from support import components, samples
from support.manifests import SECRET_MARK, manifest, manifests, pod_templates
from support.monitor import Monitor, run

CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
CONFIG_MAP = "kubernetes:core/v1:ConfigMap"
DAEMON_SET = "kubernetes:apps/v1:DaemonSet"
STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
ROLE = "kubernetes:rbac.authorization.k8s.io/v1:Role"
BINDING = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
SECRET = "kubernetes:core/v1:Secret"
NAMESPACE = "monitoring-space"


def built(**changes: Any) -> Monitor:
    return run(lambda: components.monitoring(**changes))


def outputs(monitor: Monitor) -> dict[str, Any]:
    (found,) = [values for urn, values in monitor.outputs if "MonitoringStack::" in urn]
    return found


def refusal(**changes: Any) -> str:
    with pytest.raises(pulumi.RunError) as refused:
        built(**changes)
    return str(refused.value)


def file_of(monitor: Monitor, role: str, file: str) -> dict[str, Any]:
    found = manifest(monitor.named(f"watch-{role}"))
    return json.loads(found["data"][file])


def allowed(monitor: Monitor, name: str) -> str:
    return manifest(monitor.named(name))["metadata"]["annotations"]["hoheit/allows"]


def test_the_addresses_are_known_in_preview() -> None:
    found = outputs(run(components.monitoring, preview=True))
    inside = f"{NAMESPACE}.svc.cluster.local"
    assert found["grafanaUrl"] == f"http://watch-grafana.{inside}:3000"
    assert found["prometheusUrl"] == f"http://watch-prometheus.{inside}:9090"
    assert found["alertmanagerUrl"] == f"http://watch-alertmanager.{inside}:9093"


def test_prometheus_sends_alerts_to_the_alertmanager_of_the_stack() -> None:
    monitor = built()
    config = file_of(monitor, "prometheus-config", "prometheus.yml")
    (manager,) = config["alerting"]["alertmanagers"]
    (target,) = manager["static_configs"][0]["targets"]
    name, _, port = target.partition(":")
    service = manifest(monitor.named("watch-alertmanager-service"))
    assert service["metadata"]["name"] == name
    assert service["spec"]["ports"][0]["port"] == int(port)
    assert config["global"]["external_labels"] == {"cluster": "lab"}


def test_grafana_asks_the_prometheus_of_the_stack() -> None:
    monitor = built()
    files = manifest(monitor.named("watch-grafana-provisioning"))["data"]
    (source,) = json.loads(files["datasources.yaml"])["datasources"]
    assert source["url"] == outputs(monitor)["prometheusUrl"]


def test_the_stack_scrapes_itself_too() -> None:
    made: list[MonitoringStack] = []
    monitor = run(lambda: made.append(components.monitoring()))
    config = file_of(monitor, "prometheus-config", "prometheus.yml")
    jobs = [job["job_name"] for job in config["scrape_configs"]]
    own = ["prometheus", "alertmanager", "kube-state-metrics"]
    assert jobs == ["mistral/vllm", "mistral/haproxy", *(f"{name}/{name}" for name in own)]
    assert [target.job for target in made[0].scrape] == own


def test_every_own_target_selects_pods_and_a_port_of_the_stack() -> None:
    made: list[MonitoringStack] = []

    def program() -> None:
        args = components.full_monitoring_args("watch")
        made.append(MonitoringStack("watch", args))

    templates = pod_templates(run(program)).values()
    for target in made[0].scrape:
        ports = [
            (port["name"], port["containerPort"])
            for template in templates
            if target.selector.items() <= template["metadata"]["labels"].items()
            for container in template["spec"]["containers"]
            for port in container["ports"]
        ]
        assert (target.port_name, target.port) in ports


def test_a_late_namespace_reaches_configuration_and_rules() -> None:
    def program() -> None:
        team = components.space("team")
        target = samples.scrape_target(namespace=team.namespace)
        components.monitoring(targets=(target,))

    monitor = run(program)
    config = file_of(monitor, "prometheus-config", "prometheus.yml")
    assert config["scrape_configs"][0]["kubernetes_sd_configs"][0]["namespaces"]["names"] == [
        "team"
    ]
    assert "in namespace team port 8081: scrape mistral" in allowed(
        monitor, "watch-prometheus-policy"
    )
    assert manifest(monitor.named("watch-mistral-8081-scrape"))["metadata"]["namespace"] == "team"


# Who may do what


def test_a_target_opens_its_metrics_port_for_prometheus_and_nobody_else() -> None:
    policy = manifest(built().named("watch-mistral-8081-scrape"))
    assert policy["metadata"]["namespace"] == "models"
    assert policy["spec"]["podSelector"]["matchLabels"] == samples.scrape_target().selector
    (rule,) = policy["spec"]["ingress"]
    assert rule["ports"] == [{"port": 8081, "protocol": "TCP"}]
    (peer,) = rule["from"]
    assert peer["namespaceSelector"]["matchLabels"] == {"kubernetes.io/metadata.name": NAMESPACE}
    assert peer["podSelector"]["matchLabels"] == {
        "app.kubernetes.io/name": "prometheus",
        "app.kubernetes.io/instance": "watch",
    }


def test_prometheus_reads_pods_in_each_namespace_once_and_nothing_else() -> None:
    monitor = built()
    roles = [manifest(found) for found in monitor.of_type(ROLE)]
    assert {role["metadata"]["namespace"] for role in roles} == {"models", NAMESPACE}
    assert len(roles) == 2
    for role in roles:
        assert role["rules"] == [
            {"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}
        ]


def test_no_right_holds_for_the_whole_cluster_where_no_kubelet_is_asked() -> None:
    kinds = {one["kind"] for one in manifests(built())}
    assert "ClusterRoleBinding" not in kinds


def test_every_binding_names_an_account_of_the_stack() -> None:
    monitor = built()
    accounts = {
        (one["metadata"]["name"], one["metadata"]["namespace"])
        for one in manifests(monitor)
        if one["kind"] == "ServiceAccount"
    }
    for found in monitor.of_type(BINDING):
        (subject,) = manifest(found)["subjects"]
        assert (subject["name"], subject["namespace"]) in accounts


def test_kube_state_metrics_is_told_the_namespaces_that_it_has_rights_in() -> None:
    monitor = built()
    template = pod_templates(monitor)["watch-kube-state-metrics"]
    (container,) = template["spec"]["containers"]
    bound = {
        manifest(found)["metadata"]["namespace"]
        for found in monitor.of_type(BINDING)
        if found.name.endswith("kube-state-metrics")
    }
    assert f"--namespaces={','.join(sorted(bound))}" in container["args"]
    assert bound == {"models", NAMESPACE}


def test_nobody_opens_grafana_by_default() -> None:
    policy = manifest(built().named("watch-grafana-policy"))
    assert policy["spec"].get("ingress", []) == []


# What is kept


def test_volumes_are_protected_and_outlive_the_stack_unless_told_otherwise() -> None:
    for found in built().of_type(CLAIM):
        assert found.request.protect
        assert found.request.retainOnDelete
    for found in built(on_destroy=OnDestroy.DELETE).of_type(CLAIM):
        assert not found.request.protect
        assert not found.request.retainOnDelete


def test_only_volumes_are_protected() -> None:
    protected = {found.name for found in built().registered if found.request.protect}
    assert protected == {"watch-prometheus-data", "watch-alertmanager-data"}


def test_a_volume_has_the_size_and_the_class_that_were_asked_for() -> None:
    capabilities = {"simulated": True, "storage_classes": [{"name": "fast"}]}
    on = {"capabilities": capabilities}

    def program() -> None:
        components.monitoring(on=components.watched_cluster(**on), volume_gib=200)

    spec = manifest(run(program).named("watch-prometheus-data"))["spec"]
    assert spec["storageClassName"] == "fast"
    assert spec["resources"]["requests"]["storage"] == "200Gi"


def test_a_larger_volume_changes_nothing_but_the_claim_and_the_rules() -> None:
    small, large = built(), built(volume_gib=100)
    for found in small.of_type(STATEFUL_SET):
        before, after = dict(found.inputs), dict(large.named(found.name).inputs)
        if found.name == "watch-prometheus":
            for one in (before, after):
                del one["spec"]["template"]["metadata"]["annotations"]
        assert before == after


# Changes


@pytest.mark.parametrize(
    ("changes", "rolled"),
    [
        ({"retention_days": 7}, {"watch-prometheus"}),
        ({"thresholds": {"requests_waiting": 6}}, {"watch-prometheus", "watch-grafana"}),
        (
            {"targets": (samples.scrape_target(interval_seconds=60), samples.gateway_target())},
            {"watch-prometheus"},
        ),
        ({"receivers": (samples.webhook(),)}, {"watch-alertmanager"}),
    ],
)
def test_a_changed_setting_is_a_changed_pod_of_those_whom_it_concerns(
    changes: dict[str, Any], rolled: set[str]
) -> None:
    before, after = pod_templates(built()), pod_templates(built(**changes))
    different = {
        name
        for name, template in before.items()
        if template["metadata"]["annotations"] != after[name]["metadata"]["annotations"]
    }
    assert different == rolled


# Secrets


def test_the_password_is_generated_and_secret_and_stands_nowhere_else() -> None:
    monitor = built()
    secret = monitor.one(SECRET)
    assert secret.inputs["stringData"][SECRET_MARK]
    assert set(manifest(secret)["stringData"].values()) == {"generated-password"}
    for found in monitor.registered:
        if found.name != secret.name:
            assert "generated-password" not in str(found.inputs)
    assert "generated-password" not in str(outputs(monitor))
    assert outputs(monitor)["grafanaAdminSecret"] == "watch-grafana-secret-abc12"


def test_the_address_of_a_receiver_is_mounted_from_its_secret() -> None:
    template = pod_templates(built(receivers=(samples.webhook(),)))["watch-alertmanager"]
    volumes = {one["name"]: one for one in template["spec"]["volumes"]}
    assert volumes["receiver-on-call"]["secret"]["secretName"] == "on-call-webhook"


# GPUs


def test_an_exporter_runs_on_every_pool_with_gpus() -> None:
    def program() -> None:
        on = components.watched_cluster()
        pools = tuple(components.pool(name, on=on) for name in ("l4", "a100"))
        components.monitoring(on=on, pools=pools)

    monitor = run(program)
    found = {one.name: manifest(one)["spec"]["template"] for one in monitor.of_type(DAEMON_SET)}
    assert found.keys() == {"watch-dcgm-exporter-l4", "watch-dcgm-exporter-a100"}
    for name, template in found.items():
        pool = name.rsplit("-", 1)[1]
        assert template["spec"]["nodeSelector"] == {"hoheit/pool": pool}
        assert template["spec"]["tolerations"][0]["key"] == "nvidia.com/gpu"


def test_exporters_wait_for_nodes_and_go_before_them() -> None:
    def program() -> None:
        on = components.watched_cluster()
        components.monitoring(on=on, pools=(components.pool(on=on),))

    waits = run(program).one(DAEMON_SET).request.dependencies
    assert {urn.rsplit("::", 1)[-1] for urn in waits} >= {"l4-node-0", "l4-node-1"}


def test_without_pools_there_is_no_exporter_and_no_rule_about_gpus() -> None:
    monitor = built()
    assert monitor.of_type(DAEMON_SET) == []
    rules = file_of(monitor, "prometheus-rules", "rules.yml")
    assert "gpus" not in [group["name"] for group in rules["groups"]]


# What is refused


def test_without_the_api_servers_address_the_way_to_it_cannot_be_opened() -> None:
    with pytest.raises(pulumi.RunError, match=r"cluster\.network\.api_server: .*kubectl get endp"):
        run(lambda: components.monitoring(on=components.cluster()))


def test_a_cluster_without_a_storage_class_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match=r"cluster\.capabilities\.storage_classes: empty"):
        run(
            lambda: components.monitoring(
                on=components.watched_cluster(capabilities={"simulated": True})
            )
        )


def test_a_target_without_a_port_name_is_refused_by_its_path() -> None:
    target = samples.scrape_target().model_dump(exclude={"port_name"})
    assert "targets[0].port_name: required, but not given" in refusal(targets=(target,))


def test_a_scrape_that_may_take_longer_than_its_interval_is_refused_by_its_path() -> None:
    target = {**samples.scrape_target().model_dump(), "timeout_seconds": 30}
    assert "targets[0]: timeout_seconds (30) must be below interval_seconds (30)" in refusal(
        targets=(target,)
    )


def test_a_retention_larger_than_the_volume_is_refused() -> None:
    assert "retention_size_gib: 45 GiB do not fit" in refusal(retention_size_gib=45)


def test_a_pool_of_another_cluster_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match=r"pools\[0\]: of another cluster"):
        run(lambda: components.monitoring(pools=(components.pool(on=components.cluster("two")),)))


def test_an_image_without_digest_is_refused_while_images_are_locked() -> None:
    locked = samples.images(locked=True, weights_fetcher=None, mlflow=None)
    assert "images.prometheus: no digest" in refusal(images=locked)


def test_a_name_that_would_not_fit_into_a_label_is_refused() -> None:
    with pytest.raises(pulumi.RunError, match=r"name: .*24"):
        run(lambda: components.monitoring("a-name-that-is-far-too-long"))


def test_settings_are_completed_with_the_means_of_an_environment() -> None:
    def program() -> None:
        on = components.watched_cluster()
        settings = samples.monitoring_settings(retention_days=7)
        args = MonitoringStackArgs.of(
            settings,
            cluster=on,
            namespace=components.space("watching", on=on),
            images=samples.images(),
            targets=(samples.scrape_target(),),
        )
        assert args.retention_days == 7
        MonitoringStack("watch", args)

    assert run(program).named("watch-prometheus")


# What is said


def test_that_alerts_go_to_nobody_is_said(caplog: pytest.LogCaptureFixture) -> None:
    built(receivers=(samples.webhook(),))
    assert "receivers: none" not in caplog.text
    built()
    assert "receivers: none, so alerts are shown in Grafana and sent to nobody" in caplog.text


def test_that_an_unknown_version_goes_unwatched_is_said(caplog: pytest.LogCaptureFixture) -> None:
    built()
    assert "metrics are not known" not in caplog.text
    built(targets=(samples.scrape_target(exporter_version="0.11.0"),))
    assert "vllm 0.11.0 (mistral): its metrics are not known" in caplog.text


# What is left out

LEFT_OUT = ("grafana", "kube-state-metrics")


def test_nothing_is_made_for_what_is_left_out() -> None:
    monitor = built(leave_out=LEFT_OUT)
    assert pod_templates(monitor).keys() == {"watch-prometheus", "watch-alertmanager"}
    left = str([(found.name, found.inputs) for found in monitor.registered]).lower()
    assert "grafana" not in left
    assert "kube-state-metrics" not in left
    assert not {"grafanaUrl", "grafanaAdminSecret"} & outputs(monitor).keys()


def test_the_prometheus_that_nobody_shows_is_open_to_nobody() -> None:
    assert "query metrics" in allowed(built(), "watch-prometheus-policy")
    policy = manifest(built(leave_out=LEFT_OUT).named("watch-prometheus-policy"))
    assert policy["spec"].get("ingress", []) == []
    assert "Ingress" in policy["spec"]["policyTypes"]


def test_images_of_what_is_left_out_need_not_be_there() -> None:
    images = samples.images(grafana=None, kube_state_metrics=None)
    assert "images.grafana: required" in refusal(images=images)
    assert built(images=images, leave_out=LEFT_OUT).named("watch-prometheus")


def test_gpus_that_somebody_else_watches_get_no_second_exporter() -> None:
    def program() -> None:
        on = components.watched_cluster()
        components.monitoring(on=on, pools=(components.pool(on=on),), leave_out=("dcgm-exporter",))

    monitor = run(program)
    assert monitor.of_type(DAEMON_SET) == []
    pages = manifest(monitor.named("watch-grafana-dashboards"))["data"]
    assert "DCGM" not in str(pages)


def test_what_nobody_is_told_about_any_more_is_said_and_registered(
    caplog: pytest.LogCaptureFixture,
) -> None:
    kubelets = {"cidrs": ["192.0.2.64/26"]}
    assert outputs(built(kubelets=kubelets))["unwatched"] == []
    found = outputs(built(leave_out=LEFT_OUT))["unwatched"]
    assert [sentence.partition(":")[0] for sentence in found] == [
        "grafana is left out",
        "kube-state-metrics is left out",
        "kubelets",
    ]
    for sentence in found:
        assert sentence in caplog.text
    assert "receivers: none, so alerts are shown in Prometheus and sent to nobody" in caplog.text
