"""Exports in which nothing stops under profile ``eu``, and where in them a place is written."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from hoheit_facts import IMAGES, switches_off

from . import residency as r

TAGS = {"data-class": "personal", "owner": "ml", "retention": "30d", "art30-record": "7"}
VLLM = f"registry.example.com/vllm/vllm-openai@{r.DIGEST}"
SILENT = [{"name": n, "value": v} for n, v in switches_off(IMAGES["vllm"].software).items()]
RELEASE = Path(__file__).parents[1] / "releases" / "0.3.0.json"


class Leaf(NamedTuple):
    """One value that says where something is, or who receives something."""

    name: str
    """Name of the resource."""
    path: tuple[str | int, ...]
    """In the entry of the export."""
    kind: str
    """What is written there: the key of values in ``residency_mutants``."""
    optional: bool = False
    """Without it something else that is allowed says the place."""


class Program(NamedTuple):
    """A state, a reviewer's declarations of it, and its leaves."""

    entries: list[dict[str, Any]]
    declarations: dict[str, Any]
    leaves: list[Leaf]


def entry(type_: str, name: str, inputs: Any, **fields: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:prod::shop::{type_}::{name}"
    return {"urn": urn, "type": type_, "custom": True, "id": name, "inputs": inputs, **fields}


def provider(package: str, name: str, inputs: Any) -> dict[str, Any]:
    return entry(f"pulumi:providers:{package}", name, inputs, id=f"{name}-id")


def behind(made: dict[str, Any]) -> str:
    return f"{made['urn']}::{made['id']}"


def arn(service: str, rest: str, region: str = "eu-west-1") -> str:
    return f"arn:aws:{service}:{region}:123456789012:{rest}"


HOME = provider("aws", "home", {"region": "eu-central-1"})
HETZNER = provider("hcloud", "default_1_43_3", {})
MAIN = provider("kubernetes", "main", {"clusterIdentifier": r.CLUSTER})


def aws(type_: str, name: str, inputs: Any) -> dict[str, Any]:
    return entry(f"aws:{type_}", name, {"tags": TAGS, **inputs}, provider=behind(HOME))


def hcloud(type_: str, name: str, inputs: Any, **fields: Any) -> dict[str, Any]:
    labelled = {"labels": TAGS, **inputs}
    return entry(f"hcloud:index/{type_}", name, labelled, provider=behind(HETZNER), **fields)


def kubernetes(token: str, name: str, inputs: Any) -> dict[str, Any]:
    placed = {"metadata": {"name": name, "namespace": "apps"}, **inputs}
    return entry(f"kubernetes:{token}", name, placed, provider=behind(MAIN))


def on_aws() -> Program:
    replication = {"bucket": "arn:aws:s3:::spare"}
    key = {"replicaKmsKeyId": arn("kms", "key/a")}
    rules = [{"destination": {**replication, "encryptionConfiguration": key}}]
    plan = {"rules": [{"copyActions": [{"destinationVaultArn": arn("backup", "vault:v")}]}]}
    efs = {"destination": {"region": "eu-west-3"}}
    entries = [
        HOME,
        aws("s3/bucket:Bucket", "data", {"bucket": "data"}),
        aws("s3/bucket:Bucket", "spare", {"bucket": "spare", "region": "eu-west-1"}),
        aws("s3/bucketReplicationConfig:BucketReplicationConfig", "copy", {"rules": rules}),
        aws("rds/cluster:Cluster", "db", {"availabilityZones": ["eu-central-1a"]}),
        aws("ec2/subnet:Subnet", "net", {"availabilityZone": "eu-central-1b"}),
        aws("dynamodb/table:Table", "table", {"replicas": [{"regionName": "eu-north-1"}]}),
        aws("secretsmanager/secret:Secret", "secret", {"replicas": [{"region": "eu-west-1"}]}),
        aws("efs/replicationConfiguration:ReplicationConfiguration", "files", efs),
        aws("backup/plan:Plan", "plan", plan),
        aws("rds/snapshotCopy:SnapshotCopy", "snapshot", {"destinationRegion": "eu-south-1"}),
        aws("kms/replicaKey:ReplicaKey", "key", {"primaryKeyArn": arn("kms", "key/b")}),
    ]
    destination = ("inputs", "rules", 0, "destination")
    copied = ("inputs", "rules", 0, "copyActions", 0, "destinationVaultArn")
    leaves = [
        Leaf("home", ("inputs", "region"), "region"),
        Leaf("spare", ("inputs", "region"), "region", optional=True),
        Leaf("copy", (*destination, "bucket"), "bucket"),
        Leaf("copy", (*destination, "encryptionConfiguration", "replicaKmsKeyId"), "arn"),
        Leaf("data", ("provider",), "reference"),
        Leaf("db", ("inputs", "availabilityZones", 0), "zone", optional=True),
        Leaf("net", ("inputs", "availabilityZone"), "zone", optional=True),
        Leaf("table", ("inputs", "replicas", 0, "regionName"), "region"),
        Leaf("secret", ("inputs", "replicas", 0, "region"), "region"),
        Leaf("files", ("inputs", "destination", "region"), "region"),
        Leaf("plan", copied, "arn"),
        Leaf("snapshot", ("inputs", "destinationRegion"), "region", optional=True),
        Leaf("key", ("inputs", "primaryKeyArn"), "arn"),
    ]
    return Program(entries, r.declarations(), leaves)


def on_hetzner() -> Program:
    entries = [
        HETZNER,
        hcloud("server:Server", "work", {"location": "fsn1"}, id="42"),
        hcloud("volume:Volume", "beside", {"serverId": 42}),
        hcloud("volume:Volume", "alone", {"location": "nbg1"}),
        hcloud("loadBalancer:LoadBalancer", "front", {"networkZone": "eu-central"}),
        hcloud("storageBox:StorageBox", "backup", {"location": "hel1"}),
        hcloud("primaryIp:PrimaryIp", "address", {"location": "fsn1"}),
        hcloud("floatingIp:FloatingIp", "floating", {"homeLocation": "nbg1"}),
        hcloud("networkSubnet:NetworkSubnet", "subnet", {"networkZone": "eu-central"}),
    ]
    leaves = [
        Leaf("work", ("inputs", "location"), "location"),
        Leaf("work", ("provider",), "reference"),
        Leaf("beside", ("inputs", "serverId"), "id"),
        Leaf("alone", ("inputs", "location"), "location"),
        Leaf("front", ("inputs", "networkZone"), "network zone"),
        Leaf("backup", ("inputs", "location"), "location"),
        Leaf("address", ("inputs", "location"), "location"),
        Leaf("floating", ("inputs", "homeLocation"), "location"),
        Leaf("subnet", ("inputs", "networkZone"), "network zone"),
    ]
    return Program(entries, r.declarations(), leaves)


def on_kubernetes() -> Program:
    url = "https://objects.example.com/weights"
    served = r.container(VLLM, env=SILENT, args=["--weights", url])
    template = {"template": {"spec": r.pod(served, initContainers=[r.container(VLLM, env=SILENT)])}}
    balancer = {
        "load-balancer.hetzner.cloud/location": "fsn1",
        "load-balancer.hetzner.cloud/disable-public-network": "true",
    }
    front = {"metadata": {"name": "front", "namespace": "apps", "annotations": balancer}}
    deny = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    out = {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 443}]}
    entries = [
        MAIN,
        kubernetes("apps/v1:Deployment", "serve", {"spec": template}),
        kubernetes("core/v1:Service", "front", {**front, "spec": {"type": "LoadBalancer"}}),
        kubernetes("core/v1:PersistentVolumeClaim", "data", {"spec": {"storageClassName": "fast"}}),
        kubernetes("networking.k8s.io/v1:NetworkPolicy", "deny", {"spec": deny}),
        kubernetes("networking.k8s.io/v1:NetworkPolicy", "out", {"spec": {"egress": [out]}}),
    ]
    pod = ("inputs", "spec", "template", "spec")
    notes = ("inputs", "metadata", "annotations", "load-balancer.hetzner.cloud/location")
    egress = ("inputs", "spec", "egress", 0, "ports", 0, "port")
    leaves = [
        Leaf("main", ("inputs", "clusterIdentifier"), "name"),
        Leaf("serve", (*pod, "containers", 0, "image"), "image"),
        Leaf("serve", (*pod, "initContainers", 0, "image"), "image"),
        Leaf("serve", (*pod, "containers", 0, "args", 1), "url", optional=True),
        Leaf("serve", (*pod, "containers", 0, "env", 0, "value"), "switch"),
        Leaf("serve", (*pod, "initContainers", 0, "env", 1, "value"), "switch"),
        Leaf("front", notes, "location", optional=True),
        Leaf("data", ("inputs", "spec", "storageClassName"), "name"),
        Leaf("out", egress, "port"),
    ]
    return Program(entries, r.declarations(), leaves)


_COUNTRY = ("location", "country", "value")


def of_hoheit() -> Program:
    """The local stack of a release, with declarations of a site that does not exist."""
    entries: list[dict[str, Any]] = json.loads(RELEASE.read_text())["deployment"]["resources"]
    for one in entries:
        outputs = one.get("outputs") or {}
        for said in (*outputs.get("stores", ()), *outputs.get("egress", ())):
            said["location"] = r.location()
    clusters = {
        "local": r.cluster(storage_classes={"standard": r.cluster()["storage_classes"]["fast"]})
    }
    registries = ["docker.io", "nvcr.io", "registry.example.internal", "registry.k8s.io"]
    declared = r.declarations(
        clusters=clusters, approved_registries=registries, images_locked=False
    )
    images = [
        Leaf(one["urn"].rpartition("::")[2], path, "image")
        for one in entries
        for path in _images(one.get("inputs") or {}, ("inputs",))
    ]
    stores = [
        Leaf(one["urn"].rpartition("::")[2], ("outputs", "stores", 0, *_COUNTRY), "country")
        for one in entries
        if (one.get("outputs") or {}).get("stores")
    ]
    leaves = [*images, *stores]
    return Program(entries, declared, leaves)


def _images(tree: Any, above: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    items: Any = tree.items() if isinstance(tree, dict) else enumerate(tree)
    found: list[tuple[str | int, ...]] = []
    for key, inner in items:
        if key == "image" and isinstance(inner, str) and "containers" in str(above).lower():
            found.append((*above, key))
        elif isinstance(inner, dict | list):
            found += _images(inner, (*above, key))
    return found


PROGRAMS = {
    "aws": on_aws,
    "hetzner": on_hetzner,
    "kubernetes": on_kubernetes,
    "hoheit": of_hoheit,
}
