"""REP-12: where Velero puts backups and snapshots of volumes."""

from typing import Any

import pytest
from hoheit_policy import Gap, Resource, Verdict
from support import residency as r

BACKUPS = "velero.io/v1:BackupStorageLocation"
SNAPSHOTS = "velero.io/v1:VolumeSnapshotLocation"
URL = {"s3Url": "https://objects.example.com"}


def location(token: str, config: Any, provider: Any = "aws", bucket: Any = "b") -> Resource:
    spec = {"provider": provider, "objectStorage": {"bucket": bucket}, "config": config}
    return r.kubernetes(token, {"spec": spec})


@pytest.mark.parametrize("token", [BACKUPS, SNAPSHOTS, f"{BACKUPS}Patch"])
@pytest.mark.parametrize(
    ("config", "verdict"),
    [
        ({"region": "eu-central-1"}, Verdict.PASS),
        ({"region": "us-east-1"}, Verdict.FAIL),
        ({"region": "moon-1"}, Verdict.FAIL),
        ({"region": Gap.UNKNOWN}, Verdict.UNKNOWN),
        ({"region": "eu-central-1", **URL}, Verdict.PASS),
        ({"region": "eu-central-1", "s3Url": "https://s3.us-east-1.amazonaws.com"}, Verdict.FAIL),
        ({"region": "eu-central-1", "s3Url": "https://s3.example.org"}, Verdict.FAIL),
        ({**URL, "publicUrl": "https://s3.example.org"}, Verdict.FAIL),
        ({"s3Url": "https://objects.example.com@s3.example.org"}, Verdict.FAIL),
        ({"s3Url": "http://minio.backup.svc:9000"}, Verdict.PASS),
        ({"s3Url": Gap.UNKNOWN}, Verdict.UNKNOWN),
        ({"s3Url": Gap.SECRET}, Verdict.UNKNOWN),
        ({}, Verdict.FAIL),
        (None, Verdict.FAIL),
        (Gap.UNKNOWN, Verdict.UNKNOWN),
    ],
)
def test_region_or_store_of_a_location_decides(token: str, config: Any, verdict: Verdict) -> None:
    assert r.worst("REP-12", location(token, config)) is verdict


@pytest.mark.parametrize("provider", ["azure", "gcp", "velero.io/gcp", Gap.UNKNOWN, None, 7])
def test_a_provider_of_no_table_may_keep_backups_anywhere(provider: Any) -> None:
    found = location(BACKUPS, {"region": "eu-central-1"}, provider)
    assert r.worst("REP-12", found) is not Verdict.PASS


def test_the_bucket_of_the_stack_says_where_backups_are() -> None:
    def bucket(region: str) -> Resource:
        return r.other("aws:s3/bucket:Bucket", {"bucket": "b", "region": region}, "bucket")

    assert r.worst("REP-12", location(BACKUPS, {}), bucket("eu-west-1")) is Verdict.PASS
    assert r.worst("REP-12", location(BACKUPS, {}), bucket("us-east-1")) is Verdict.FAIL
    other = location(BACKUPS, {}, bucket="c")
    assert r.worst("REP-12", other, bucket("eu-west-1")) is Verdict.FAIL


def test_a_store_in_the_cluster_is_where_the_cluster_is() -> None:
    found = location(BACKUPS, {"s3Url": "http://minio.backup.svc:9000"})
    abroad = {r.CLUSTER: r.cluster(location=r.location("US"))}
    assert r.worst("REP-12", found, clusters=abroad) is Verdict.FAIL
    assert r.worst("REP-12", found, clusters={}) is Verdict.FAIL


def test_no_declaration_overrules_the_region_in_a_host() -> None:
    host = "s3.us-east-1.amazonaws.com"
    found = location(BACKUPS, {"s3Url": f"https://{host}"})
    assert r.worst("REP-12", found, endpoints={host: r.location("DE")}) is Verdict.FAIL


def test_locations_in_a_list_and_in_the_values_of_a_chart_do_not_escape() -> None:
    abroad = {"provider": "aws", "bucket": "b", "config": {"region": "us-east-1"}}
    item = {"apiVersion": "velero.io/v1", "kind": "BackupStorageLocation", "spec": abroad}
    for field in ("backupStorageLocation", "volumeSnapshotLocation"):
        values = {"configuration": {field: [abroad]}}
        chart = {"chart": "oci://registry.example.com/charts/velero", "values": values}
        found = r.kubernetes("helm.sh/v3:Release", chart)
        assert r.worst("REP-12", found) is Verdict.FAIL
    assert r.worst("REP-12", r.kubernetes("core/v1:List", {"items": [item]})) is Verdict.FAIL
    hidden = {"chart": "velero", "values": {"configuration": Gap.SECRET}}
    assert r.worst("REP-12", r.kubernetes("helm.sh/v3:Release", hidden)) is not Verdict.PASS
