"""REP-01 and REP-05 to REP-09: where copies of data go."""

from typing import Any

import pytest
from hoheit_facts import DESTINATIONS
from hoheit_policy import RULES, Gap, Provider, Resource, Verdict
from support import residency as r

HOME = Provider(type="pulumi:providers:aws", name="home", inputs={"region": "eu-central-1"})
ABROAD = Provider(type="pulumi:providers:aws", name="us", inputs={"region": "us-east-1"})
BUCKET = "aws:s3/bucket:Bucket"
REPLICATION = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
GAPS = (Gap.UNKNOWN, Gap.SECRET, Gap.WRONG)


def aws(type_: str, inputs: Any, name: str = "one", **changes: Any) -> Resource:
    return r.other(type_, inputs, name, **{"provider": HOME, **changes})


def arn(service: str, region: str, rest: str) -> str:
    return f"arn:aws:{service}:{region}:123456789012:{rest}"


def vault(region: str) -> Any:
    where = {"destinationVaultArn": arn("backup", region, "backup-vault:v")}
    return {"rules": [{"ruleName": "daily", "copyActions": [where]}]}


def schedule(rule: Any) -> Any:
    return {"policyDetails": {"schedules": [{"crossRegionCopyRules": [rule]}]}}


TYPES = {
    "table": ("REP-06", "aws:dynamodb/table:Table", lambda to: {"replicas": [{"regionName": to}]}),
    "witness": (
        "REP-06",
        "aws:dynamodb/table:Table",
        lambda to: {"globalTableWitness": {"regionName": to}},
    ),
    "global table": (
        "REP-06",
        "aws:dynamodb/globalTable:GlobalTable",
        lambda to: {"replicas": [{"regionName": "eu-west-1"}, {"regionName": to}]},
    ),
    "instance": (
        "REP-07",
        "aws:rds/instance:Instance",
        lambda to: {"replicateSourceDb": arn("rds", to, "db:a")},
    ),
    "cluster": ("REP-07", "aws:rds/cluster:Cluster", lambda to: {"sourceRegion": to}),
    "peers": (
        "REP-07",
        "aws:dsql/cluster:Cluster",
        lambda to: {
            "multiRegionProperties": {
                "witnessRegion": "eu-west-1",
                "clusters": [arn("dsql", to, "cluster/a")],
            }
        },
    ),
    "snapshot": (
        "REP-08",
        "aws:rds/snapshotCopy:SnapshotCopy",
        lambda to: {"destinationRegion": to},
    ),
    "vault": ("REP-08", "aws:backup/plan:Plan", vault),
    "schedule": (
        "REP-08",
        "aws:dlm/lifecyclePolicy:LifecyclePolicy",
        lambda to: schedule({"target": to}),
    ),
    "file system": (
        "REP-09",
        "aws:efs/replicationConfiguration:ReplicationConfiguration",
        lambda to: {"destination": {"region": to}},
    ),
    "secret": (
        "REP-09",
        "aws:secretsmanager/secret:Secret",
        lambda to: {"replicas": [{"region": to}]},
    ),
    "images": (
        "REP-09",
        "aws:ecr/replicationConfiguration:ReplicationConfiguration",
        lambda to: {"replicationConfiguration": {"rules": [{"destinations": [{"region": to}]}]}},
    ),
}
every_type = pytest.mark.parametrize(("rule", "type_", "build"), TYPES.values(), ids=TYPES)


@every_type
def test_a_copy_goes_to_allowed_countries(rule: str, type_: str, build: Any) -> None:
    assert r.worst(rule, aws(type_, build("eu-west-1"))) is Verdict.PASS
    assert r.worst(rule, aws(type_, build("us-east-1"))) is Verdict.FAIL
    assert r.worst(rule, aws(type_, build("eu-nowhere-9"))) is Verdict.FAIL
    assert r.worst(rule, aws(type_, build("eu-west-1")), profile="de-only") is Verdict.FAIL


def test_what_is_in_the_table_is_asked_by_a_rule() -> None:
    assert {one.rule for one in DESTINATIONS} <= {rule.id for rule in RULES}
    assert {one.kind for one in DESTINATIONS} == {
        "arn", "arn-or-name", "bucket", "flag", "hidden", "place", "self", "subscriber", "url",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "type_", "inputs"),
    [
        ("REP-06", "aws:dynamodb/table:Table", {"replicas": [{}]}),
        ("REP-06", "aws:dynamodb/table:Table", {"replicas": "us-east-1"}),
        ("REP-06", "aws:dynamodb/table:Table", {"replicas": [None]}),
        (
            "REP-09",
            "aws:efs/replicationConfiguration:ReplicationConfiguration",
            {"destination": {}},
        ),
        ("REP-07", "aws:rds/cluster:Cluster", {"globalClusterIdentifier": "everywhere"}),
        ("REP-07", "aws:rds/globalCluster:GlobalCluster", {}),
        ("REP-05", "aws:kms/key:Key", {"multiRegion": True}),
        ("REP-05", "aws:kms/key:Key", {"multiRegion": "false"}),
        ("REP-08", "aws:ec2/amiCopy:AmiCopy", {"destinationOutpostArn": "arn:aws:outposts:x"}),
        (
            "REP-08",
            "aws:dlm/lifecyclePolicy:LifecyclePolicy",
            schedule({"target": arn("outposts", "eu-west-1", "outpost/op-1")}),
        ),
    ],
)
def test_a_copy_whose_place_does_not_show_is_unknown(rule: str, type_: str, inputs: Any) -> None:
    assert r.worst(rule, aws(type_, inputs)) is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("rule", "type_"),
    [
        ("REP-05", "aws:kms/key:Key"),
        ("REP-06", "aws:dynamodb/table:Table"),
        ("REP-07", "aws:rds/instance:Instance"),
        ("REP-09", "aws:secretsmanager/secret:Secret"),
    ],
)
def test_a_resource_without_copies_is_not_asked(rule: str, type_: str) -> None:
    assert r.worst(rule, aws(type_, {"multiRegion": False})) is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("rule", "type_", "inputs"),
    [
        (
            "REP-05",
            "aws:kms/replicaKey:ReplicaKey",
            {"primaryKeyArn": arn("kms", "eu-west-1", "k")},
        ),
        (
            "REP-06",
            "aws:dynamodb/tableReplica:TableReplica",
            {"globalTableArn": arn("dynamodb", "eu-west-1", "table/a")},
        ),
        ("REP-07", "aws:rds/instance:Instance", {"replicateSourceDb": "main"}),
        ("REP-08", "aws:ebs/snapshotCopy:SnapshotCopy", {"sourceRegion": "eu-west-1"}),
        ("REP-08", "aws:rds/snapshotCopy:SnapshotCopy", {}),
    ],
)
def test_a_resource_that_is_the_copy_is_judged_where_it_is(
    rule: str, type_: str, inputs: Any
) -> None:
    assert r.worst(rule, aws(type_, inputs)) is Verdict.PASS
    assert r.worst(rule, aws(type_, inputs, provider=ABROAD)) is Verdict.FAIL
    assert r.worst(rule, aws(type_, inputs, provider=None)) is Verdict.UNKNOWN


def replication(bucket: Any, key: Any = None, **changes: Any) -> Resource:
    key = key or arn("kms", "eu-central-1", "key/a")
    destination = {"bucket": bucket, "encryptionConfiguration": {"replicaKmsKeyId": key}}
    return aws(REPLICATION, {"rules": [{"destination": destination}]}, "copy", **changes)


def target(provider: Provider, **changes: Any) -> Resource:
    return aws(BUCKET, {"bucket": "spare"}, "spare", provider=provider, **changes)


def test_a_bucket_is_replicated_to_where_the_other_bucket_is() -> None:
    assert r.worst("REP-01", replication("arn:aws:s3:::spare"), target(HOME)) is Verdict.PASS
    assert r.worst("REP-01", replication("arn:aws:s3:::spare"), target(ABROAD)) is Verdict.FAIL
    assert r.worst("REP-01", replication("spare"), target(ABROAD)) is Verdict.FAIL


def test_replication_to_a_bucket_of_another_stack_is_unknown() -> None:
    assert r.worst("REP-01", replication("arn:aws:s3:::foo"), target(HOME)) is Verdict.UNKNOWN


def test_replication_to_a_bucket_that_is_only_read_is_unknown() -> None:
    read = target(HOME, external=True)
    assert r.worst("REP-01", replication("arn:aws:s3:::spare"), read) is Verdict.UNKNOWN


def test_the_key_of_replicas_says_where_they_are_too() -> None:
    abroad = replication("spare", arn("kms", "us-east-1", "key/a"))
    assert r.worst("REP-01", abroad, target(HOME)) is Verdict.FAIL


def test_a_bucket_that_replication_only_comes_out_of_fails_it_but_never_passes_it() -> None:
    for provider, verdict in ((HOME, Verdict.UNKNOWN), (ABROAD, Verdict.FAIL)):
        other = target(provider)
        found = replication(Gap.UNKNOWN, depends={"rules": (other.urn,)})
        assert r.worst("REP-01", found, other) is verdict


@pytest.mark.parametrize("gap", [*GAPS, 7, ["spare"]])
def test_a_destination_that_cannot_be_read_is_unknown(gap: Any) -> None:
    assert r.worst("REP-01", replication(gap), target(HOME)) is Verdict.UNKNOWN


def test_replication_inside_of_a_bucket_is_found_as_well() -> None:
    rules = [{"destination": {"bucket": "spare"}}]
    new = aws(BUCKET, {"replicationConfiguration": {"rules": rules}}, "main")
    old_rules = [{"destinations": [{"bucket": "spare"}]}]
    old = aws(
        "aws:s3/bucketV2:BucketV2", {"replicationConfigurations": [{"rules": old_rules}]}, "main"
    )
    for main in (new, old):
        assert r.worst("REP-01", main, target(HOME)) is Verdict.PASS
        assert r.worst("REP-01", main, target(ABROAD)) is Verdict.FAIL


@every_type
@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.name)
def test_a_gap_anywhere_on_the_way_to_a_destination_is_unknown(
    rule: str, type_: str, build: Any, gap: Gap
) -> None:
    for tree in _with_gap(build("eu-west-1"), gap):
        assert r.worst(rule, aws(type_, tree)) in (Verdict.UNKNOWN, Verdict.FAIL), tree


def _with_gap(tree: Any, gap: Gap) -> list[Any]:
    """The tree with a gap in place of each node on the way to its last leaf."""
    if isinstance(tree, dict):
        key = list(tree)[-1]
        return [{**tree, key: inner} for inner in _with_gap(tree[key], gap)]
    if isinstance(tree, list):
        return [gap, *([*tree[:-1], inner] for inner in _with_gap(tree[-1], gap))]
    return [gap]
