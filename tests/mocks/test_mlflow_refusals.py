"""What an MLflow server refuses in preview: path, problem, way out."""

from typing import Any

import pulumi
import pytest
from hoheit import Peer
from support import components, samples
from support.monitor import run


def refusal(**changes: Any) -> str:
    with pytest.raises(pulumi.RunError) as refused:
        run(lambda: components.mlflow(**changes))
    return str(refused.value)


def test_sqlite_is_for_development() -> None:
    said = refusal(database={"kind": "sqlite"})
    assert "database.kind: sqlite is a file that goes with its pod" in said
    assert "set development: true" in said
    run(lambda: components.mlflow(database={"kind": "sqlite"}, development=True))


def test_every_host_is_for_development() -> None:
    said = refusal(allowed_hosts=("*",))
    assert "allowed_hosts: '*' lets any page" in said
    assert "list the host names" in said


@pytest.mark.parametrize("host", ["*.example.com", "a,b", "http://a", "a/b", "UPPER", "a:b", ""])
def test_a_host_is_a_name_and_a_port_and_no_pattern(host: str) -> None:
    assert "allowed_hosts[0]" in refusal(allowed_hosts=(host,))


@pytest.mark.parametrize("origin", ["mlflow.example", "https://a/b", "*", "https://a,https://b"])
def test_a_page_is_a_scheme_and_a_host(origin: str) -> None:
    assert "allowed_origins[0]" in refusal(allowed_origins=(origin,))


@pytest.mark.parametrize("bucket", ["Experiments", "a..b", "10.0.0.1", "xn--a", "a-s3alias"])
def test_a_bucket_that_s3_refuses(bucket: str) -> None:
    assert "artifacts.bucket" in refusal(artifacts=samples.existing_artifacts(bucket=bucket))


def test_artifacts_do_not_travel_in_clear_to_a_store_of_others() -> None:
    plain = samples.existing_artifacts(endpoint="http://objects.example.internal")
    assert "artifacts.endpoint" in refusal(artifacts=plain)


def test_a_password_in_the_place_of_a_secret_name_is_refused_and_not_shown() -> None:
    database = samples.existing_database(dsn_secret="postgresql://mlflow:hunter2@db/mlflow")
    said = refusal(database=database)
    assert "database.dsn_secret" in said
    assert "hunter2" not in said


def test_encryption_of_a_database_needs_somebody_who_says_so() -> None:
    said = refusal(database=samples.existing_database(encryption="LUKS"))
    assert "database.encryption: needs location" in said


def test_workers_that_find_no_room() -> None:
    said = refusal(workers=6)
    assert (
        "workers: 6 of them need 2200 MiB before they do anything, and memory_mib is 2048" in said
    )
    run(lambda: components.mlflow(workers=6, memory_mib=4096))


def test_a_file_that_finds_no_room() -> None:
    said = refusal(max_artifact_gib=30)
    assert "max_artifact_gib: a file of 30 GiB does not fit into temporary_gib, 20 GiB" in said


def test_a_client_has_no_port_of_its_own() -> None:
    assert "clients[0].port: leave it out" in refusal(clients=(Peer(namespace="a", port=1),))


def test_an_image_that_nobody_built() -> None:
    said = refusal(images=samples.images(mlflow=None))
    assert "images.mlflow: required here" in said
    assert "model_images/mlflow" in said


def test_images_of_bundled_stores_are_checked_only_where_they_run() -> None:
    locked = samples.images(
        locked=True,
        mlflow=f"registry.example.internal/mlflow@{samples.DIGEST}",
        gateway=f"docker.io/library/haproxy@{samples.DIGEST}",
        weights_fetcher=None,
    )
    assert "images.postgres: no digest" in refusal(images=locked)
    run(
        lambda: components.mlflow(
            images=locked,
            database=samples.existing_database(),
            artifacts=samples.existing_artifacts(),
        )
    )


def test_a_cluster_without_volumes_is_told_before_anything_is_made() -> None:
    with pytest.raises(pulumi.RunError, match="storage_classes: empty"):
        run(lambda: components.mlflow(on=components.cluster()))


def test_an_unknown_kind_is_told_what_there_is() -> None:
    said = refusal(database={"kind": "mysql"})
    assert "database" in said
    assert "bundled" in said


def test_a_name_too_long_for_its_children() -> None:
    with pytest.raises(pulumi.RunError, match=r"MlflowServer 'm+' is not valid"):
        run(lambda: components.mlflow("m" * 41))
