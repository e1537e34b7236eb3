"""Programs under which each rule passes, as plain trees whose leaves tests put other things at."""

from typing import Any

from hoheit_facts import IMAGES, switches_off
from hoheit_policy import Provider, Resource

from . import residency as r

VLLM = f"registry.example.com/vllm/vllm-openai@{r.DIGEST}"
SILENT = [{"name": n, "value": v} for n, v in switches_off(IMAGES["vllm"].software).items()]
TAGS = {"data-class": "personal", "owner": "ml", "retention": "30d", "art30-record": "7"}


def aws(type_: str, inputs: Any, **changes: Any) -> dict[str, Any]:
    return {
        "type": f"aws:{type_}",
        "inputs": inputs,
        "provider": {"type": "pulumi:providers:aws", "inputs": {"region": "eu-central-1"}},
        **changes,
    }


def hcloud(type_: str, inputs: Any, **changes: Any) -> dict[str, Any]:
    return {"type": f"hcloud:index/{type_}", "inputs": inputs, **changes}


def kubernetes(token: str, inputs: Any, **changes: Any) -> dict[str, Any]:
    provider = {"type": "pulumi:providers:kubernetes", "inputs": {"clusterIdentifier": r.CLUSTER}}
    return {"type": f"kubernetes:{token}", "inputs": inputs, "provider": provider, **changes}


def work(*containers: Any) -> dict[str, Any]:
    spec = {"template": {"spec": r.pod(*containers)}}
    return kubernetes("apps/v1:Deployment", {"metadata": {"namespace": "apps"}, "spec": spec})


def arn(service: str, rest: str) -> str:
    return f"arn:aws:{service}:eu-west-1:123456789012:{rest}"


PLACES = [
    aws("rds/instance:Instance", {"region": "eu-west-1"}),
    aws("s3/bucket:Bucket", {"bucket": "main"}),
    hcloud("server:Server", {"location": "fsn1"}, id="42"),
]


def stored(*facts: str) -> dict[str, Any]:
    """A store of which nothing else is said than what a rule asks for."""
    location = {name: fact for name, fact in r.location().items() if name in facts}
    outputs = {"stores": [{"name": "a", "location": location}]}
    return {"type": "hoheit:index:VllmService", "outputs": outputs, "custom": False}


def registered(**outputs: Any) -> dict[str, Any]:
    """A component with what it registers."""
    return {"type": "hoheit:index:VllmService", "outputs": outputs, "custom": False}


BUCKET = {"name": "a", "medium": "bucket main at objects.example.com"}
ZONED = aws("rds/cluster:Cluster", {"region": "eu-west-1", "availabilityZones": ["eu-west-1a"]})
DENY = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
SPARE = aws("s3/bucket:Bucket", {"bucket": "spare", "region": "eu-west-1"})
TABLE_BUCKET = {"destinationTableBucketArn": arn("s3tables", "bucket/a")}
MODEL = "arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0"
GRANT = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": arn("iam", "role/a")}}]}
OUTWARD = {"direction": "out", "destinationIps": ["10.0.0.0/8"]}
LOGGED = ("api", "audit", "authenticator", "controllerManager", "scheduler")
SSE = {
    "applyServerSideEncryptionByDefault": {
        "sseAlgorithm": "aws:kms",
        "kmsMasterKeyId": arn("kms", "key/a"),
    }
}
DENIAL = {
    "Effect": "Deny",
    "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-central-1"]}},
}
REMOTE = {"region": "eu-west-1"}
EKS_KEY = {"provider": {"keyArn": arn("kms", "key/a")}, "resources": ["secrets"]}
KEY = {"encryptionConfiguration": {"replicaKmsKeyId": arn("kms", "key/a")}}

REGION = "topology.kubernetes.io/region"

BENIGN: dict[str, list[dict[str, Any]]] = {
    "LOC-01": [*PLACES, stored("country")],
    "LOC-02": [*PLACES, stored("country")],
    "LOC-03": [ZONED, hcloud("server:Server", {"location": "fsn1"})],
    "LOC-04": [
        {
            "type": "pulumi:providers:aws",
            "inputs": {
                "endpoints": [{"s3": "https://objects.example.com"}],
                "stsRegion": "eu-west-1",
            },
        },
        {"type": "pulumi:providers:hcloud", "inputs": {"endpoint": "https://objects.example.com"}},
    ],
    "LOC-05": [aws("rds/instance:Instance", {"monitoringRoleArn": arn("iam", "role/a")})],
    "LOC-06": [ZONED, aws("ec2/subnet:Subnet", {"availabilityZone": "eu-central-1a"})],
    "LOC-07": [hcloud("server:Server", {"location": "fsn1"})],
    "LOC-08": [
        hcloud("volume:Volume", {"serverId": 42}),
        hcloud("volume:Volume", {"location": "nbg1"}),
        hcloud("server:Server", {"location": "fsn1"}, id="42"),
    ],
    "LOC-09": [hcloud("loadBalancer:LoadBalancer", {"networkZone": "eu-central"})],
    "LOC-10": [
        hcloud("storageBox:StorageBox", {"location": "fsn1"}),
        hcloud("snapshot:Snapshot", {"serverId": 42}),
        hcloud("server:Server", {"location": "fsn1"}, id="42"),
    ],
    "LOC-11": [
        {
            "type": "pulumi:providers:kubernetes",
            "inputs": {"kubeconfig": r.kubeconfig("https://A1.gr7.eu-west-1.eks.amazonaws.com")},
        }
    ],
    "LOC-12": [{"type": "pulumi:providers:kubernetes", "inputs": {"context": r.CLUSTER}}],
    "LOC-13": [],
    "LOC-14": [aws("service/new:New", {"homeRegion": "eu-west-1"})],
    "REP-01": [
        aws(
            "s3/bucketReplicationConfig:BucketReplicationConfig",
            {"rules": [{"destination": {"bucket": "arn:aws:s3:::spare", **KEY}}]},
        ),
        SPARE,
    ],
    "REP-02": [
        aws(
            "s3control/multiRegionAccessPoint:MultiRegionAccessPoint",
            {"details": {"regions": [{"bucket": "spare"}]}},
        ),
        SPARE,
    ],
    "REP-03": [
        aws(
            "s3/bucketAccelerateConfiguration:BucketAccelerateConfiguration",
            {"status": "Suspended"},
        ),
    ],
    "REP-04": [
        aws(
            "s3tables/tableBucketReplication:TableBucketReplication",
            {
                "rule": {
                    "destinations": [{"destinationTableBucketArn": arn("s3tables", "bucket/a")}]
                }
            },
        ),
    ],
    "REP-05": [
        aws("kms/replicaKey:ReplicaKey", {"primaryKeyArn": arn("kms", "key/a")}),
        aws("kms/key:Key", {"multiRegion": False}),
    ],
    "REP-06": [
        aws("dynamodb/table:Table", {"replicas": [{"regionName": "eu-west-1"}]}),
        aws("dynamodb/tableReplica:TableReplica", {"globalTableArn": arn("dynamodb", "table/a")}),
    ],
    "REP-07": [
        aws("rds/instance:Instance", {"replicateSourceDb": arn("rds", "db:a")}),
        aws("rds/cluster:Cluster", {"sourceRegion": "eu-west-1"}),
    ],
    "REP-08": [
        aws(
            "backup/plan:Plan",
            {"rules": [{"copyActions": [{"destinationVaultArn": arn("backup", "vault:v")}]}]},
        ),
        aws("rds/snapshotCopy:SnapshotCopy", {"destinationRegion": "eu-west-1"}),
        aws("ebs/snapshotCopy:SnapshotCopy", {"sourceRegion": "us-east-1"}),
    ],
    "REP-09": [
        aws("secretsmanager/secret:Secret", {"replicas": [{"region": "eu-west-1"}]}),
        aws(
            "efs/replicationConfiguration:ReplicationConfiguration",
            {"destination": {"region": "eu-west-1"}},
        ),
    ],
    "REP-10": [aws("s3/bucketPolicy:BucketPolicy", {"policy": GRANT})],
    "REP-11": [
        aws("cloudtrail/trail:Trail", {"s3BucketName": "spare"}),
        aws("cloudwatch/metricStream:MetricStream", {"firehoseArn": arn("firehose", "stream/a")}),
        aws("sns/topicSubscription:TopicSubscription", {"endpoint": "https://objects.example.com"}),
        SPARE,
    ],
    "REP-12": [
        kubernetes(
            "velero.io/v1:BackupStorageLocation",
            {"spec": {"provider": "aws", "config": {"region": "eu-west-1"}}},
        ),
        kubernetes(
            "velero.io/v1:BackupStorageLocation",
            {"spec": {"provider": "aws", "config": {"s3Url": "https://objects.example.com"}}},
        ),
    ],
    "GLB-01": [],
    "GLB-02": [],
    "GLB-03": [aws("wafv2/webAcl:WebAcl", {"scope": "REGIONAL"})],
    "GLB-04": [
        aws("route53/healthCheck:HealthCheck", {"regions": ["eu-west-1"]}),
        aws("route53/record:Record", {"latencyRoutingPolicies": [{"region": "eu-west-1"}]}),
    ],
    "GLB-06": [],
    "GLB-07": [],
    "AI-01": [
        aws("bedrock/agentAgent:AgentAgent", {"foundationModel": "amazon.nova-pro-v1:0"}),
        aws("bedrock/inferenceProfile:InferenceProfile", {"modelSource": {"copyFrom": MODEL}}),
    ],
    "AI-02": [],
    "AI-03": [
        aws(
            "bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration",
            {"loggingConfig": {"s3Config": {"bucketName": "spare"}}},
        ),
        SPARE,
    ],
    "AI-04": [],
    "AI-05": [work(r.container(VLLM, args=["--model", "/weights"]))],
    "TEL-01": [work(r.container(VLLM, env=SILENT))],
    "TEL-07": [
        kubernetes(
            "monitoring.coreos.com/v1:Prometheus",
            {"spec": {"remoteWrite": [{"url": "https://objects.example.com/write"}]}},
        )
    ],
    "TEL-12": [],
    "IMG-01": [work(r.container(VLLM))],
    "IMG-02": [work(r.container(VLLM))],
    "IMG-04": [
        {
            "type": "kubernetes:helm.sh/v4:Chart",
            "inputs": {
                "chart": "oci://registry.example.com/charts/loki",
                "version": "6.30.1",
                "plainHttp": False,
            },
        }
    ],
    "NET-01": [
        aws(
            "eks/cluster:Cluster",
            {"vpcConfig": {"endpointPublicAccess": True, "publicAccessCidrs": ["192.0.2.0/24"]}},
        ),
        aws("eks/cluster:Cluster", {"vpcConfig": {"endpointPublicAccess": False}}),
    ],
    "IMG-03": [
        aws(
            "ecr/pullThroughCacheRule:PullThroughCacheRule",
            {"upstreamRegistryUrl": "registry.example.com"},
        ),
    ],
    "NET-02": [
        aws("eks/cluster:Cluster", {"enabledClusterLogTypes": list(LOGGED)}),
        aws("cloudwatch/logGroup:LogGroup", {"name": "/aws/eks/a/cluster", "retentionInDays": 365}),
    ],
    "NET-03": [
        work(r.container(VLLM)),
        kubernetes(
            "networking.k8s.io/v1:NetworkPolicy",
            {"metadata": {"namespace": "apps"}, "spec": DENY},
        ),
    ],
    "NET-04": [
        aws("ec2/securityGroup:SecurityGroup", {"egress": [{"cidrBlocks": ["10.0.0.0/8"]}]}),
        hcloud("firewall:Firewall", {"rules": [OUTWARD]}),
    ],
    "NET-05": [aws("ec2/natGateway:NatGateway", {"connectivityType": "private"})],
    "NET-06": [
        aws("ec2/vpcPeeringConnection:VpcPeeringConnection", {"peerRegion": "eu-west-1"}),
        aws("opensearch/outboundConnection:OutboundConnection", {"remoteDomainInfo": REMOTE}),
    ],
    "NET-07": [kubernetes("core/v1:Service", {"spec": {"type": "ClusterIP"}})],
    "NET-09": [
        kubernetes(
            "discovery.k8s.io/v1:EndpointSlice", {"endpoints": [{"addresses": ["127.0.0.1"]}]}
        )
    ],
    "EGR-01": [
        work(r.container(VLLM, args=["https://objects.example.com"])),
    ],
    "WRK-05": [
        kubernetes(
            "core/v1:Pod",
            {"spec": {"nodeSelector": {REGION: "eu-west-1"}}},
        )
    ],
    "EGR-02": [work(r.container(VLLM, lifecycle={"url": "https://objects.example.com"}))],
    "ENC-01": [
        aws("eks/cluster:Cluster", {"region": "eu-west-1", "encryptionConfig": EKS_KEY}),
    ],
    "ENC-02": [
        aws("s3/bucket:Bucket", {"bucket": "data", "region": "eu-west-1"}, id="data"),
        aws(
            "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
            {"bucket": "data", "region": "eu-west-1", "rules": [SSE]},
        ),
    ],
    "ENC-03": [
        aws("sqs/queue:Queue", {"region": "eu-west-1", "kmsMasterKeyId": arn("kms", "key/a")}),
        aws("ebs/volume:Volume", {"encrypted": True, "kmsKeyId": "alias/platform"}),
    ],
    "ENC-04": [
        aws(
            "kms/customKeyStore:CustomKeyStore",
            {"xksProxyUriEndpoint": "https://objects.example.com"},
        ),
    ],
    "ENC-05": [kubernetes("core/v1:PersistentVolumeClaim", {"spec": {"storageClassName": "fast"}})],
    "OPQ-01": [hcloud("server:Server", {"userData": ""})],
    "OPQ-02": [
        aws("rds/instance:Instance", {}, external=True),
        kubernetes("core/v1:ConfigMap", {}, external=True),
    ],
    "GOV-01": [aws("s3/bucket:Bucket", {"tags": TAGS})],
    "GOV-03": [aws("organizations/policy:Policy", {"content": {"Statement": [DENIAL]}})],
    "GOV-04": [*PLACES, stored("operator", "controlling_jurisdiction")],
    "REG-01": [registered(stores=[BUCKET]), aws("s3/bucket:Bucket", {"bucket": "main"})],
    "REG-02": [
        registered(stores=[BUCKET], egress=[{"host": "objects.example.com", "port": 443}]),
        work(r.container(VLLM, args=["https://objects.example.com"])),
    ],
}
"""By rule. Those of an empty list are asked about nothing here, or not about resources."""


def built(trees: list[dict[str, Any]]) -> list[Resource]:
    """The resources that trees describe."""
    return [_resource(tree, f"r{index}") for index, tree in enumerate(trees)]


def _resource(tree: dict[str, Any], name: str) -> Resource:
    given = dict(tree)
    type_, inputs = given.pop("type"), given.pop("inputs", {})
    provider = given.pop("provider", None)
    made = Provider(name="home", **provider) if provider else None
    return r.other(type_, inputs, name, provider=made, **given)
