"""What an MLflow server makes of its arguments."""

from typing import Any

import pytest
from hoheit import MlflowServer, MlflowServerArgs, MlflowSettings
from support import components, samples
from support.documents import python_block
from support.manifests import SECRET_MARK, containers, manifests, pod_templates
from support.monitor import Monitor, run, run_source
from support.pod_security import violations

STATEFUL_SET = "kubernetes:apps/v1:StatefulSet"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"
CLAIM = "kubernetes:core/v1:PersistentVolumeClaim"
SECRET = "kubernetes:core/v1:Secret"
PASSWORD = "random:index/randomPassword:RandomPassword"
OTHERS = {
    "database": samples.existing_database(),
    "artifacts": samples.existing_artifacts(),
}


def built(**changes: Any) -> Monitor:
    return run(lambda: components.mlflow(**changes))


def outputs(monitor: Monitor) -> dict[str, Any]:
    (found,) = [values for urn, values in monitor.outputs if "MlflowServer::" in urn]
    return found


def named(monitor: Monitor, kind: str, name: str) -> dict[str, Any]:
    (found,) = [
        one
        for one in manifests(monitor)
        if (one["kind"], one["metadata"]["name"].removesuffix("-abc12")) == (kind, name)
    ]
    return found


def container(monitor: Monitor, workload: str, name: str) -> dict[str, Any]:
    pod = pod_templates(monitor)[workload]["spec"]
    (found,) = [one for one in containers(pod) if one["name"] == name]
    return found


def variables(monitor: Monitor, name: str = "mlflow") -> dict[str, Any]:
    return {
        one["name"]: one.get("value", one.get("valueFrom"))
        for one in container(monitor, "mlflow-server", name)["env"]
    }


def test_the_url_and_the_secret_of_the_administrator_are_outputs() -> None:
    found = outputs(built())
    assert found["url"] == "http://mlflow.platform.svc.cluster.local:5000"
    assert found["adminSecret"] == "mlflow-admin-abc12"


def test_only_an_own_database_and_own_artifacts_are_stateful_sets() -> None:
    assert {found.name for found in built().of_type(STATEFUL_SET)} == {
        "mlflow-database-server",
        "mlflow-objects-server",
    }
    assert not built(**OTHERS).of_type(STATEFUL_SET)


@pytest.mark.parametrize(("on_destroy", "retained"), [("retain", True), ("delete", False)])
def test_what_holds_data_and_its_key_are_protected_unless_told_otherwise(
    on_destroy: str, retained: bool
) -> None:
    monitor = built(on_destroy=on_destroy)
    holding = {"mlflow-database-data", "mlflow-objects-data", "mlflow-encryption-passphrase"}
    protected = {found.name for found in monitor.registered if found.request.protect}
    assert protected == (holding if retained else set())
    kept = {found.name for found in monitor.registered if found.request.retainOnDelete}
    assert kept == ({"mlflow-database-data", "mlflow-objects-data"} if retained else set())


def test_retaining_is_the_default() -> None:
    assert MlflowSettings.model_fields["on_destroy"].default == "retain"


def test_a_volume_is_an_object_of_its_own_so_that_it_can_grow() -> None:
    monitor = built()
    assert not any("volumeClaimTemplates" in one["spec"] for one in stateful_sets(monitor))
    claims = {found.name: found.inputs["spec"] for found in monitor.of_type(CLAIM)}
    assert {name: claim["resources"]["requests"] for name, claim in claims.items()} == {
        "mlflow-database-data": {"storage": "10Gi"},
        "mlflow-objects-data": {"storage": "100Gi"},
    }
    assert {claim["storageClassName"] for claim in claims.values()} == {"fast"}
    for one in stateful_sets(monitor):
        (volume,) = [v for v in one["spec"]["template"]["spec"]["volumes"] if v["name"] == "data"]
        store = one["metadata"]["name"]
        assert volume["persistentVolumeClaim"]["claimName"] == f"{store}-data-abc12"


def test_a_changed_server_lets_go_of_the_volume_before_its_successor_takes_it() -> None:
    assert all(found.request.deleteBeforeReplace for found in built().of_type(STATEFUL_SET))


def stateful_sets(monitor: Monitor) -> list[dict[str, Any]]:
    return [one for one in manifests(monitor) if one["kind"] == "StatefulSet"]


def test_every_password_is_generated_by_itself_and_marked_as_a_secret() -> None:
    monitor = built()
    assert len(monitor.of_type(PASSWORD)) == 6
    for found in monitor.of_type(SECRET):
        values = found.inputs["stringData"]
        secret = values if SECRET_MARK in values else None
        assert secret or all(
            SECRET_MARK in value
            for key, value in values.items()
            if key not in ("username", "AWS_ACCESS_KEY_ID")
        )
        assert found.inputs["immutable"] is True


def test_no_password_is_anywhere_but_in_a_secret() -> None:
    for found in built().registered:
        if found.type not in (SECRET, PASSWORD):
            assert "generated-password" not in str(found.inputs)


def test_one_server_at_a_time() -> None:
    spec = named(built(), "Deployment", "mlflow-server")["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_the_server_waits_for_its_stores_and_for_its_rules() -> None:
    waited = {urn.rsplit("::", 1)[-1] for urn in built().one(DEPLOYMENT).request.dependencies}
    assert {"mlflow-database-server", "mlflow-objects-server", "mlflow-policy"} <= waited


def test_the_schema_is_migrated_before_gateway_and_server() -> None:
    pod = pod_templates(built())["mlflow-server"]["spec"]
    assert [one["name"] for one in containers(pod)] == ["prepare", "gateway", "mlflow"]
    assert pod["initContainers"][0].get("restartPolicy") is None
    assert pod["initContainers"][1]["restartPolicy"] == "Always"


def test_hosts_and_pages_are_derived_from_the_service_and_what_is_declared() -> None:
    found = variables(
        built(allowed_hosts=("mlflow.example.internal",), allowed_origins=("https://ui.internal",))
    )
    assert found["MLFLOW_SERVER_ALLOWED_HOSTS"].split(",") == [
        "mlflow:5000",
        "mlflow.platform:5000",
        "mlflow.platform.svc:5000",
        "mlflow.platform.svc.cluster.local:5000",
        "localhost:5000",
        "127.0.0.1:5000",
        "mlflow.example.internal",
    ]
    origins = found["MLFLOW_SERVER_CORS_ALLOWED_ORIGINS"].split(",")
    assert "http://mlflow.platform.svc.cluster.local:5000" in origins
    assert origins[-2:] == ["https://mlflow.example.internal", "https://ui.internal"]


@pytest.mark.parametrize("name", ["prepare", "mlflow"])
def test_an_existing_database_is_named_by_its_secret_alone(name: str) -> None:
    found = variables(built(**OTHERS), name)
    reference = {"secretKeyRef": {"name": "mlflow-dsn", "key": "dsn"}}
    assert found["MLFLOW_BACKEND_STORE_URI"] == reference


def test_an_existing_bucket_is_not_created_and_its_authority_is_trusted() -> None:
    artifacts = samples.existing_artifacts(ca_config_map="authority")
    monitor = built(artifacts=artifacts)
    assert not [
        one for one in container(monitor, "mlflow-server", "prepare")["args"] if "bucket" in one
    ]
    server = container(monitor, "mlflow-server", "mlflow")
    assert "--artifacts-destination=s3://experiments/mlflow" in server["args"]
    assert variables(monitor)["AWS_CA_BUNDLE"] == "/etc/hoheit/authority/ca.crt"
    assert "authority" in {one["name"] for one in server["volumeMounts"]}


def test_metrics_are_scraped_at_the_gateway() -> None:
    made: list[MlflowServer] = []
    run(lambda: made.append(components.mlflow()))
    mlflow, gateway = made[0].scrape
    assert (mlflow.port, mlflow.port_name, mlflow.path) == (8081, "metrics", "/metrics")
    assert (mlflow.exporter, mlflow.exporter_version) == ("mlflow", "3.18.0")
    assert (gateway.exporter, gateway.path) == ("haproxy", "/gateway/metrics")
    assert mlflow.auth_secret is None


def test_a_changed_setting_is_a_changed_pod() -> None:
    def digest(**changes: Any) -> str:
        pod = pod_templates(built(**changes))["mlflow-server"]
        return pod["metadata"]["annotations"]["hoheit/config-hash"]

    assert digest(workers=3) != digest()
    assert digest(default_permission="NO_PERMISSIONS") != digest()
    assert digest(max_artifact_gib=2) != digest()


def test_the_stores_reach_nobody_and_only_the_server_reaches_them() -> None:
    monitor = built()
    for name in ("mlflow-database-policy", "mlflow-objects-policy"):
        spec = named(monitor, "NetworkPolicy", name)["spec"]
        assert spec["egress"] == []
        (rule,) = spec["ingress"]
        (peer,) = rule["from"]
        assert peer == {
            "podSelector": {
                "matchLabels": {
                    "app.kubernetes.io/name": "mlflow",
                    "app.kubernetes.io/instance": "mlflow",
                }
            }
        }


def test_the_server_reaches_names_and_its_stores_and_nothing_else() -> None:
    own = named(built(), "NetworkPolicy", "mlflow-policy")
    assert own["metadata"]["annotations"]["hoheit/allows"].splitlines() == [
        "to pods k8s-app=kube-dns in namespace kube-system port 53: DNS",
        "to postgres of this namespace port 5432: keep runs and accounts",
        "to versitygw of this namespace port 7070: keep artifacts",
    ]
    others = named(built(**OTHERS), "NetworkPolicy", "mlflow-policy")["spec"]["egress"]
    assert [rule["ports"][0]["port"] for rule in others] == [53, 5432, 443]


def test_the_register_says_what_is_kept_where_and_what_nobody_knows() -> None:
    stores = {one["name"]: one for one in outputs(built())["stores"]}
    runs = stores["mlflow: runs, registered models and accounts"]
    assert runs["data_class"] == "experiments"
    assert "storage class fast" in runs["medium"]
    assert "without TLS" in runs["medium"]
    assert runs["location"]["country"]["value"] == "DE"
    assert runs["encryption"]["value"] == "LUKS"
    assert runs["backup"]["source"]["kind"] == "unknown"
    assert stores["mlflow: artifacts"]["data_class"] == "artifacts"
    assert {one["data_class"] for one in stores.values()} == {
        *("experiments", "artifacts", "logs", "credentials"),
    }


def test_stores_of_others_are_recipients() -> None:
    found = outputs(built(**OTHERS))
    hosts = {(one["host"], one["port"]) for one in found["egress"] if one["when"] == "run"}
    assert hosts == {("postgres.example.internal", 5432), ("objects.example.internal", 443)}
    own = outputs(built())
    assert {one["recipient"] for one in own["egress"]} == {"image registry"}


def test_a_mirror_names_every_image() -> None:
    def program() -> None:
        cluster = components.cluster(
            image_mirror="mirror.example.internal",
            capabilities=samples.capabilities_with_volumes(),
        )
        components.mlflow(on=cluster)

    images = {
        one["image"]
        for template in pod_templates(run(program)).values()
        for one in containers(template["spec"])
    }
    assert len(images) == 4
    assert all(image.startswith("mirror.example.internal/") for image in images)


def test_settings_of_an_environment_and_its_means_make_arguments() -> None:
    settings = MlflowSettings(
        database={"kind": "bundled", "volume_gib": 1},  # pyright: ignore[reportArgumentType]
        artifacts={"kind": "bundled", "volume_gib": 1},  # pyright: ignore[reportArgumentType]
        workers=3,
    )

    def program() -> None:
        cluster = components.volume_cluster()
        args = MlflowServerArgs.of(
            settings, cluster=cluster, namespace="platform", images=samples.images()
        )
        assert args.workers == 3
        MlflowServer("mlflow", args)

    assert container(run(program), "mlflow-server", "mlflow")["args"][3] == "--workers=3"


def test_the_documented_program_runs_as_it_stands() -> None:
    monitor = run_source(python_block("components/mlflow-server.md"))
    assert {"StatefulSet", "Deployment", "Namespace"} <= {one["kind"] for one in manifests(monitor)}
    assert all(violations(pod["spec"]) == [] for pod in pod_templates(monitor).values())
