"""REP-02, REP-04, REP-11, GLB-04, GLB-06, AI-03 and NET-06: where data goes and networks lead."""

from typing import Any

import pytest
from hoheit_policy import Gap, Phase, Provider, Resource, Verdict, judge_resource
from support import residency as r

HOME = Provider(type="pulumi:providers:aws", name="home", inputs={"region": "eu-central-1"})
ABROAD = Provider(type="pulumi:providers:aws", name="us", inputs={"region": "us-east-1"})
GAPS = (Gap.UNKNOWN, Gap.SECRET, Gap.WRONG)
FIREHOSE = "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream"
LOGGING = "aws:bedrockmodel/invocationLoggingConfiguration:InvocationLoggingConfiguration"


def aws(type_: str, inputs: Any, name: str = "one", **changes: Any) -> Resource:
    return r.other(type_, inputs, name, **{"provider": HOME, **changes})


def arn(service: str, region: str) -> str:
    return f"arn:aws:{service}:{region}:123456789012:a/b"


def table_bucket(to: str) -> Any:
    target = {"destinationTableBucketArn": arn("s3tables", to)}
    return {"rule": {"destinations": [target]}}


PLACES = {
    "table bucket": (
        "REP-04",
        "aws:s3tables/tableBucketReplication:TableBucketReplication",
        table_bucket,
    ),
    "table": ("REP-04", "aws:s3tables/tableReplication:TableReplication", table_bucket),
    "subscription": (
        "REP-11",
        "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter",
        lambda to: {"destinationArn": arn("kinesis", to)},
    ),
    "metrics": (
        "REP-11",
        "aws:cloudwatch/metricStream:MetricStream",
        lambda to: {"firehoseArn": arn("firehose", to)},
    ),
    "target": (
        "REP-11",
        "aws:cloudwatch/eventTarget:EventTarget",
        lambda to: {"arn": arn("events", to)},
    ),
    "sink": ("REP-11", "aws:oam/link:Link", lambda to: {"sinkIdentifier": arn("oam", to)}),
    "topic": (
        "REP-11",
        "aws:sns/topicSubscription:TopicSubscription",
        lambda to: {"endpoint": arn("sqs", to)},
    ),
    "http": (
        "REP-11",
        FIREHOSE,
        lambda to: {"httpEndpointConfiguration": {"url": f"https://logs.{to}.amazonaws.com/a"}},
    ),
    "warehouse": (
        "REP-11",
        FIREHOSE,
        lambda to: {
            "redshiftConfiguration": {
                "clusterJdbcurl": f"jdbc:redshift://a.b.{to}.redshift.amazonaws.com:5439/c"
            }
        },
    ),
    "checker": ("GLB-04", "aws:route53/healthCheck:HealthCheck", lambda to: {"regions": [to]}),
    "latency": (
        "GLB-04",
        "aws:route53/record:Record",
        lambda to: {"latencyRoutingPolicies": [{"region": to}]},
    ),
    "peering": (
        "NET-06",
        "aws:ec2/vpcPeeringConnection:VpcPeeringConnection",
        lambda to: {"peerRegion": to},
    ),
    "transit": (
        "NET-06",
        "aws:ec2transitgateway/peeringAttachment:PeeringAttachment",
        lambda to: {"peerRegion": to},
    ),
    "core": (
        "NET-06",
        "aws:networkmanager/coreNetwork:CoreNetwork",
        lambda to: {"basePolicyRegions": ["eu-central-1", to]},
    ),
    "search": (
        "NET-06",
        "aws:opensearch/outboundConnection:OutboundConnection",
        lambda to: {"remoteDomainInfo": {"region": to}},
    ),
}
every_place = pytest.mark.parametrize(("rule", "type_", "build"), PLACES.values(), ids=PLACES)


@every_place
def test_a_sink_or_a_peer_is_in_an_allowed_country(rule: str, type_: str, build: Any) -> None:
    assert r.worst(rule, aws(type_, build("eu-west-1"))) is Verdict.PASS
    assert r.worst(rule, aws(type_, build("us-east-1"))) is Verdict.FAIL
    assert r.worst(rule, aws(type_, build("eu-west-1")), profile="de-only") is Verdict.FAIL


@every_place
@pytest.mark.parametrize("gap", [*GAPS, 7, [7]], ids=str)
def test_what_a_sink_is_cannot_be_hidden(rule: str, type_: str, build: Any, gap: Any) -> None:
    (field,) = build("eu-west-1")
    assert r.worst(rule, aws(type_, {field: gap})) in (Verdict.UNKNOWN, Verdict.FAIL)


BUCKETS = {
    "access point": (
        "REP-02",
        "aws:s3control/multiRegionAccessPoint:MultiRegionAccessPoint",
        lambda name: {"details": {"regions": [{"bucket": name}]}},
    ),
    "trail": ("REP-11", "aws:cloudtrail/trail:Trail", lambda name: {"s3BucketName": name}),
    "flow log": (
        "REP-11",
        "aws:ec2/flowLog:FlowLog",
        lambda name: {"logDestination": f"arn:aws:s3:::{name}"},
    ),
    "delivery": (
        "REP-11",
        FIREHOSE,
        lambda name: {"extendedS3Configuration": {"bucketArn": f"arn:aws:s3:::{name}"}},
    ),
    "prompts": (
        "AI-03",
        LOGGING,
        lambda name: {"loggingConfig": {"s3Config": {"bucketName": name}}},
    ),
    "large prompts": (
        "AI-03",
        LOGGING,
        lambda name: {
            "loggingConfig": {
                "cloudwatchConfig": {"largeDataDeliveryS3Config": {"bucketName": name}}
            }
        },
    ),
}


@pytest.mark.parametrize(("rule", "type_", "build"), BUCKETS.values(), ids=BUCKETS)
def test_a_bucket_as_a_sink_is_where_its_resource_is(rule: str, type_: str, build: Any) -> None:
    def spare(provider: Provider) -> Resource:
        return aws("aws:s3/bucket:Bucket", {"bucket": "spare"}, "spare", provider=provider)

    assert r.worst(rule, aws(type_, build("spare")), spare(HOME)) is Verdict.PASS
    assert r.worst(rule, aws(type_, build("spare")), spare(ABROAD)) is Verdict.FAIL
    assert r.worst(rule, aws(type_, build("other")), spare(HOME)) is Verdict.UNKNOWN
    assert r.worst(rule, aws(type_, build(Gap.SECRET)), spare(HOME)) is not Verdict.PASS


def test_prompts_are_logged_where_bedrock_is_asked() -> None:
    assert r.worst("AI-03", aws(LOGGING, {}, provider=ABROAD)) is Verdict.FAIL


@pytest.mark.parametrize(
    ("endpoint", "verdict"),
    [
        ("https://objects.example.com/hook", Verdict.PASS),
        ("https://hooks.example.org", Verdict.UNKNOWN),
        ("https://objects.example.com@hooks.example.org", Verdict.UNKNOWN),
        ("admin@example.com", Verdict.UNKNOWN),
        ("+4930123456", Verdict.UNKNOWN),
    ],
)
def test_a_subscriber_outside_is_a_declared_host(endpoint: str, verdict: Verdict) -> None:
    found = aws("aws:sns/topicSubscription:TopicSubscription", {"endpoint": endpoint})
    assert r.worst("REP-11", found) is verdict
    abroad = {"objects.example.com": r.location("US")}
    if verdict is Verdict.PASS:
        assert r.worst("REP-11", found, endpoints=abroad) is Verdict.FAIL


def test_a_health_check_without_regions_is_made_from_anywhere() -> None:
    assert r.worst("GLB-04", aws("aws:route53/healthCheck:HealthCheck", {})) is Verdict.UNKNOWN


def test_a_peering_without_a_region_is_in_that_of_the_resource() -> None:
    peering = "aws:ec2/vpcPeeringConnection:VpcPeeringConnection"
    assert r.worst("NET-06", aws(peering, {})) is Verdict.PASS
    assert r.worst("NET-06", aws(peering, {}, provider=ABROAD)) is Verdict.FAIL


def test_a_public_registry_is_for_profiles_that_allow_the_world() -> None:
    found = aws("aws:ecrpublic/repository:Repository", {})
    assert r.worst("GLB-06", found) is Verdict.FAIL
    assert r.worst("GLB-06", found, profile="local") is Verdict.PASS


def test_an_arn_that_only_the_update_knows_does_not_fail_a_preview() -> None:
    vault = {"rules": [{"copyActions": [{"destinationVaultArn": Gap.UNKNOWN}]}]}
    plan = aws("aws:backup/plan:Plan", vault)
    found = judge_resource(plan, r.view(plan, phase=Phase.PREVIEW))
    said = {(one.rule, one.verdict, one.late) for one in found if "destination" in one.path}
    assert ("REP-08", Verdict.UNKNOWN, True) in said
    assert not any(rule == "LOC-03" for rule, _, _ in said)


def test_an_exemption_takes_a_sink_abroad() -> None:
    exemption = {
        "rule": "REP-11",
        "resource": "*Link::one",
        "owner": "platform team",
        "reason": "ticket 7",
        "until": "2027-03-31",
    }
    found = aws("aws:oam/link:Link", {"sinkIdentifier": arn("oam", "us-east-1")})
    assert r.worst("REP-11", found, exemptions=[exemption]) is Verdict.EXEMPT
