"""What cannot be read never passes, at whatever leaf, in whichever rule."""

import copy
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from hoheit_facts import IMAGES, switches_off
from hoheit_policy import Gap, Provider, Resource, Verdict
from hypothesis import given
from hypothesis import strategies as st
from support import residency as r
from support.benign import DENIAL, LOGGED

Path = tuple[str | int, ...]

GAPS = (Gap.UNKNOWN, Gap.SECRET, Gap.WRONG)
VLLM = f"registry.example.com/vllm/vllm-openai@{r.DIGEST}"
SILENT = [{"name": n, "value": v} for n, v in switches_off(IMAGES["vllm"].software).items()]
LOGIN = "nginx.ingress.kubernetes.io/auth-url"


class Case(NamedTuple):
    """A tree under which a rule passes, and the leaves that it rests on."""

    rule: str
    build: Callable[[Any], list[Resource]]
    tree: Any
    decisive: tuple[Path, ...]
    has_default: tuple[Path, ...] = ()
    """Leaves whose absence means something that is known, as Kubernetes documents it."""


def of(token: str) -> Callable[[Any], list[Resource]]:
    return lambda tree: [r.kubernetes(token, tree)]


def stored(tree: Any) -> list[Resource]:
    return [r.component(stores=[tree])]


def told(tree: Any) -> list[Resource]:
    return [r.component(egress=[tree])]


def in_cloud(tree: Any) -> list[Resource]:
    provider = Provider(type="pulumi:providers:aws", name="p", inputs=tree)
    return [r.other("aws:s3/bucket:Bucket", {}, provider=provider)]


def cluster(tree: Any) -> list[Resource]:
    return [r.other("aws:eks/cluster:Cluster", tree)]


def workload(tree: Any) -> list[Resource]:
    return [r.workload(tree)]


def guarded(tree: Any) -> list[Resource]:
    body = {"metadata": {"namespace": "apps"}, "spec": tree}
    policy = r.kubernetes("networking.k8s.io/v1:NetworkPolicy", body, "policy")
    return [r.workload(r.pod(r.container())), policy]


LOCATED = {"name": "store", "location": r.location()}
CLAIM = {"spec": {"storageClassName": "fast"}}
DENY = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], "ingress": [], "egress": []}
LEADS = {
    "spec": {"egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 443}]}]}
}
INTERNAL = {
    "metadata": {
        "annotations": {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internal"}
    },
    "spec": {"type": "LoadBalancer"},
}
INGRESS = {
    "metadata": {"annotations": {LOGIN: "https://login.example.com"}},
    "spec": {"tls": [{"hosts": ["a.example.com"]}]},
}
EBS = {"provisioner": "ebs.csi.aws.com", "parameters": {"encrypted": "true"}}

INSIDE = "serverSideEncryptionConfiguration"
ALIAS = {"sseAlgorithm": "aws:kms", "kmsMasterKeyId": "alias/platform"}

COUNTRY: Path = ("location", "country", "value")
OWNER: Path = ("location", "controlling_jurisdiction", "value")
RUNNING = {"host": "a.example.org", "port": 443, "when": "run", "location": r.location()}

CASES = {
    "store": Case("LOC-01", stored, LOCATED, (COUNTRY, ("location", "country"), ("location",))),
    "store known": Case("LOC-02", stored, LOCATED, (COUNTRY, ("location",))),
    "store run": Case("GOV-04", stored, LOCATED, (OWNER, ("location", "operator", "value"))),
    "recipient": Case("LOC-01", told, RUNNING, (COUNTRY, ("location",))),
    "region": Case("LOC-01", in_cloud, {"region": "eu-central-1"}, (("region",),)),
    "role": Case(
        "LOC-05",
        cluster,
        {"roleArn": "arn:aws:iam::123456789012:role/a"},
        (("roleArn",),),
    ),
    "endpoint": Case(
        "NET-01",
        cluster,
        {"vpcConfig": {"endpointPublicAccess": False}},
        (("vpcConfig",), ("vpcConfig", "endpointPublicAccess")),
    ),
    "secrets": Case(
        "ENC-01",
        cluster,
        {
            "region": "eu-west-1",
            "encryptionConfig": {
                "provider": {"keyArn": "arn:aws:kms:eu-west-1:123456789012:key/a"},
                "resources": ["secrets"],
            },
        },
        (
            ("region",),
            ("encryptionConfig",),
            ("encryptionConfig", "provider"),
            ("encryptionConfig", "provider", "keyArn"),
            ("encryptionConfig", "resources"),
            ("encryptionConfig", "resources", 0),
        ),
    ),
    "sink": Case(
        "REP-11",
        lambda tree: [r.other("aws:cloudwatch/metricStream:MetricStream", tree)],
        {"firehoseArn": "arn:aws:firehose:eu-west-1:123456789012:deliverystream/a"},
        (("firehoseArn",),),
    ),
    "peer": Case(
        "NET-06",
        lambda tree: [r.other("aws:ec2transitgateway/peeringAttachment:PeeringAttachment", tree)],
        {"peerRegion": "eu-west-1"},
        (("peerRegion",),),
    ),
    "encrypted store": Case(
        "ENC-03",
        lambda tree: [r.other("aws:ebs/volume:Volume", tree)],
        {"encrypted": True, "kmsKeyId": "alias/platform"},
        (("encrypted",), ("kmsKeyId",)),
    ),
    "model": Case(
        "AI-01",
        lambda tree: [r.other("aws:bedrock/inferenceProfile:InferenceProfile", tree)],
        {"modelSource": {"copyFrom": "arn:aws:bedrock:eu-west-1::foundation-model/a.b-v1"}},
        (("modelSource",), ("modelSource", "copyFrom")),
    ),
    "bucket policy": Case(
        "REP-10",
        lambda tree: [r.other("aws:s3/bucketPolicy:BucketPolicy", tree)],
        {"policy": {"Statement": [{"Effect": "Allow", "Principal": {"Service": "a"}}]}},
        (("policy",), ("policy", "Statement"), ("policy", "Statement", 0, "Principal")),
    ),
    "cache": Case(
        "IMG-03",
        lambda tree: [r.other("aws:ecr/pullThroughCacheRule:PullThroughCacheRule", tree)],
        {"upstreamRegistryUrl": "registry.example.com"},
        (("upstreamRegistryUrl",),),
    ),
    "firewall": Case(
        "NET-04",
        lambda tree: [r.other("hcloud:index/firewall:Firewall", tree)],
        {"rules": [{"direction": "out", "destinationIps": ["10.0.0.0/8"]}]},
        (
            ("rules",),
            ("rules", 0),
            ("rules", 0, "direction"),
            ("rules", 0, "destinationIps"),
            ("rules", 0, "destinationIps", 0),
        ),
    ),
    "cluster logs": Case(
        "NET-02",
        cluster,
        {"enabledClusterLogTypes": list(LOGGED)},
        (("enabledClusterLogTypes",), ("enabledClusterLogTypes", 0)),
    ),
    "bucket key": Case(
        "ENC-02",
        lambda tree: [r.other("aws:s3/bucket:Bucket", {INSIDE: tree})],
        {"rule": {"applyServerSideEncryptionByDefault": ALIAS}},
        (
            ("rule",),
            ("rule", "applyServerSideEncryptionByDefault"),
            ("rule", "applyServerSideEncryptionByDefault", "sseAlgorithm"),
            ("rule", "applyServerSideEncryptionByDefault", "kmsMasterKeyId"),
        ),
    ),
    "guardrail": Case(
        "GOV-03",
        lambda tree: [r.other("aws:organizations/policy:Policy", tree)],
        {"content": {"Statement": [DENIAL]}},
        (("content",), ("content", "Statement"), ("content", "Statement", 0, "Effect")),
    ),
    "server": Case(
        "LOC-07",
        lambda tree: [r.other("hcloud:index/server:Server", tree)],
        {"location": "fsn1"},
        (("location",),),
    ),
    "volume": Case(
        "LOC-01",
        of("core/v1:PersistentVolumeClaim"),
        CLAIM,
        (("spec",), ("spec", "storageClassName")),
    ),
    "provider": Case(
        "LOC-01",
        lambda tree: [r.other("pulumi:providers:kubernetes", tree)],
        {"clusterIdentifier": r.CLUSTER},
        (("clusterIdentifier",),),
    ),
    "server of the cluster": Case(
        "LOC-11",
        lambda tree: [r.other("pulumi:providers:kubernetes", tree)],
        {"kubeconfig": r.kubeconfig("https://A1.gr7.eu-west-1.eks.amazonaws.com")},
        (("kubeconfig",),),
    ),
    "choice of the cluster": Case(
        "LOC-12",
        lambda tree: [r.other("pulumi:providers:kubernetes", tree)],
        {"context": r.CLUSTER},
        (("context",),),
    ),
    "image": Case(
        "IMG-01",
        workload,
        r.pod(r.container()),
        (("containers",), ("containers", 0), ("containers", 0, "image")),
    ),
    "pin": Case(
        "IMG-02",
        workload,
        r.pod(r.container()),
        (("containers",), ("containers", 0), ("containers", 0, "image")),
    ),
    "chart": Case(
        "IMG-04",
        of("helm.sh/v3:Release"),
        {
            "chart": "loki",
            "version": "6.30.1",
            "repositoryOpts": {"repo": "https://registry.example.com/charts"},
        },
        (("chart",), ("version",), ("repositoryOpts", "repo"), ("repositoryOpts",)),
    ),
    "backups": Case(
        "REP-12",
        of("velero.io/v1:BackupStorageLocation"),
        {"spec": {"provider": "aws", "config": {"region": "eu-west-1"}}},
        (("spec",), ("spec", "provider"), ("spec", "config"), ("spec", "config", "region")),
    ),
    "model source": Case(
        "AI-05",
        workload,
        r.pod(r.container(VLLM, args=["--model", "/weights"])),
        (("containers", 0, "args"), ("containers", 0, "args", 0), ("containers", 0, "args", 1)),
        # The first word without an option is the model.
        has_default=(("containers", 0, "args", 0),),
    ),
    "samples": Case(
        "TEL-07",
        of("monitoring.coreos.com/v1:Prometheus"),
        {"spec": {"remoteWrite": [{"url": "https://objects.example.com/write"}]}},
        (
            ("spec", "remoteWrite"),
            ("spec", "remoteWrite", 0),
            ("spec", "remoteWrite", 0, "url"),
        ),
    ),
    "telemetry": Case(
        "TEL-01",
        workload,
        r.pod(r.container(VLLM, env=SILENT)),
        (
            ("containers",),
            ("containers", 0, "env"),
            *(("containers", 0, "env", index, "value") for index in range(len(SILENT))),
            *(("containers", 0, "env", index, "name") for index in range(len(SILENT))),
        ),
    ),
    "default deny": Case(
        "NET-03",
        guarded,
        DENY,
        (("podSelector",), ("policyTypes",), ("policyTypes", 0), ("ingress",), ("egress",)),
        has_default=(("ingress",), ("egress",)),
    ),
    "balancer": Case(
        "NET-07",
        of("core/v1:Service"),
        INTERNAL,
        (
            ("spec",),
            ("spec", "type"),
            ("metadata", "annotations"),
            ("metadata", "annotations", "service.beta.kubernetes.io/aws-load-balancer-scheme"),
        ),
        has_default=(("spec", "type"),),
    ),
    "ingress": Case(
        "NET-07",
        of("networking.k8s.io/v1:Ingress"),
        INGRESS,
        (("spec",), ("spec", "tls"), ("metadata", "annotations", LOGIN)),
    ),
    "claim": Case(
        "ENC-05",
        of("core/v1:PersistentVolumeClaim"),
        CLAIM,
        (("spec",), ("spec", "storageClassName")),
    ),
    "class": Case(
        "ENC-05",
        of("storage.k8s.io/v1:StorageClass"),
        EBS,
        (("provisioner",), ("parameters",), ("parameters", "encrypted")),
    ),
    "egress": Case(
        "EGR-01",
        of("networking.k8s.io/v1:NetworkPolicy"),
        LEADS,
        (
            ("spec", "egress", 0, "ports"),
            ("spec", "egress", 0, "ports", 0),
            ("spec", "egress", 0, "ports", 0, "port"),
            ("spec", "egress", 0, "to", 0, "ipBlock", "cidr"),
        ),
    ),
    "address": Case(
        "NET-09",
        of("discovery.k8s.io/v1:EndpointSlice"),
        {"endpoints": [{"addresses": ["127.0.0.1"]}]},
        (("endpoints",), ("endpoints", 0), ("endpoints", 0, "addresses")),
    ),
    "url": Case(
        "EGR-01",
        workload,
        r.pod(r.container(args=["https://objects.example.com"])),
        (("containers", 0, "args"), ("containers", 0, "args", 0), ("containers", 0)),
        has_default=(("containers", 0, "args"), ("containers", 0, "args", 0)),
    ),
}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES)

WRONG = st.one_of(
    st.integers(),
    st.booleans(),
    st.floats(allow_nan=False),
    st.lists(st.integers(), min_size=1, max_size=2),
    st.dictionaries(st.sampled_from(["zz", "yy"]), st.integers(), min_size=1, max_size=2),
)


def replaced(tree: Any, path: Path, value: Any) -> Any:
    """The tree with another value at a path; MISSING takes the place away."""
    if not path:
        return value
    changed = copy.deepcopy(tree)
    holder = changed
    for part in path[:-1]:
        holder = holder[part]
    if value is Gap.MISSING:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return changed


def verdicts(case: Case, tree: Any) -> set[Verdict]:
    return r.verdicts(case.rule, *case.build(tree))


@every_case
def test_the_tree_passes_as_it_is(case: Case) -> None:
    assert r.worst(case.rule, *case.build(case.tree)) is Verdict.PASS


@every_case
@pytest.mark.parametrize("gap", GAPS, ids=lambda gap: gap.name)
def test_a_gap_at_a_decisive_leaf_is_no_pass(case: Case, gap: Gap) -> None:
    for path in case.decisive:
        found = verdicts(case, replaced(case.tree, path, gap))
        assert found & {Verdict.UNKNOWN, Verdict.FAIL}, path


@every_case
def test_a_decisive_leaf_that_is_missing_is_no_pass(case: Case) -> None:
    for path in case.decisive:
        if path not in case.has_default:
            found = verdicts(case, replaced(case.tree, path, Gap.MISSING))
            empty = found == {Verdict.NOT_APPLICABLE}
            assert empty or found & {Verdict.UNKNOWN, Verdict.FAIL}, path


@every_case
@given(data=st.data())
def test_a_value_of_a_wrong_type_at_a_decisive_leaf_is_no_pass(
    case: Case, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(case.decisive))
    held: Any = case.tree
    for part in path:
        held = held[part]
    value = data.draw(WRONG.filter(lambda value: not isinstance(value, type(held))))
    if _fits(path, value):
        return
    assert verdicts(case, replaced(case.tree, path, value)) & {Verdict.UNKNOWN, Verdict.FAIL}


def _fits(path: Path, value: Any) -> bool:
    """A number in place of an argument or of a port is no other type to Kubernetes."""
    return path[-2:-1] == ("args",) and isinstance(value, int | float)


BAD_POD = r.pod(
    r.container("docker.io/evil/x", args=["https://api.openai.com"], env=SILENT),
    initContainers=[r.container(VLLM)],
    volumes=[{"ephemeral": {"volumeClaimTemplate": {"spec": {"storageClassName": "slow"}}}}],
    hostNetwork=True,
)
SLOW = {r.CLUSTER: r.cluster(storage_classes={"slow": {"encrypted": False}})}


def paths_of(tree: Any, above: Path = ()) -> Iterator[Path]:
    if above:
        yield above
    items: Any = ()
    if isinstance(tree, dict):
        items = tree.items()
    elif isinstance(tree, list):
        items = enumerate(tree)
    for key, inner in items:
        yield from paths_of(inner, (*above, key))


@pytest.mark.parametrize("rule", ["IMG-01", "IMG-02", "TEL-01", "NET-03", "ENC-05", "EGR-01"])
@given(data=st.data())
def test_no_gap_anywhere_hides_a_failure_behind_a_pass(rule: str, data: st.DataObject) -> None:
    tree = BAD_POD
    count = data.draw(st.integers(min_value=1, max_value=4))
    for _ in range(count):
        path = data.draw(st.sampled_from(list(paths_of(tree))))
        tree = replaced(tree, path, data.draw(st.sampled_from(GAPS)))
    found = r.verdicts(rule, r.workload(tree), clusters=SLOW)
    assert found & {Verdict.UNKNOWN, Verdict.FAIL}
