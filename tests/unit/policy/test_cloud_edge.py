"""REP-03, GLB-03, AI-01 and AI-02: settings and names that send data all over the world."""

from typing import Any

import pytest
from hoheit_facts import COUNTRIES, GEOGRAPHIES, GLOBAL_SETTINGS, GlobalSetting
from hoheit_policy import Gap, Provider, Resource, Verdict
from support import residency as r

HOME = Provider(type="pulumi:providers:aws", name="home", inputs={"region": "eu-central-1"})
ABROAD = Provider(type="pulumi:providers:aws", name="us", inputs={"region": "us-east-1"})
NOT_READABLE = (Gap.UNKNOWN, Gap.SECRET, Gap.WRONG, 7, True, ["REGIONAL"])
every_setting = pytest.mark.parametrize(
    "setting", GLOBAL_SETTINGS, ids=lambda one: f"{one.type} {one.path}"
)


def aws(type_: str, inputs: Any, **changes: Any) -> Resource:
    return r.other(type_, inputs, **{"provider": HOME, **changes})


@every_setting
def test_a_setting_that_leads_to_the_edge_is_for_profiles_that_allow_the_world(
    setting: GlobalSetting,
) -> None:
    def judged(value: Any, **declared: Any) -> Verdict:
        inputs = value
        for part in reversed(setting.path.split(".")):
            inputs = {part: inputs}
        return r.worst(setting.rule, aws(setting.type, inputs), **declared)

    for value in ("Enabled", "CLOUDFRONT", "regional"):
        assert judged(value) is Verdict.FAIL
        assert judged(value, profile="local") is Verdict.PASS
        assert judged(value, profile=None) is Verdict.UNKNOWN
    assert judged(setting.harmless[0]) is Verdict.PASS
    for gap in NOT_READABLE:
        assert judged(gap) is Verdict.UNKNOWN
    without = Verdict.FAIL if setting.default else Verdict.NOT_APPLICABLE
    assert r.worst(setting.rule, aws(setting.type, {})) is without


AGENT = "aws:bedrock/agentAgent:AgentAgent"


def agent(model: Any, **changes: Any) -> Resource:
    return aws(AGENT, {"foundationModel": model}, **changes)


def profile_arn(name: str, kind: str = "inference-profile") -> str:
    return f"arn:aws:bedrock:eu-central-1:123456789012:{kind}/{name}"


@pytest.mark.parametrize(
    ("model", "profile", "verdict"),
    [
        ("amazon.nova-pro-v1:0", "de-only", Verdict.PASS),
        ("eu.amazon.nova-pro-v1:0", "eu", Verdict.UNKNOWN),
        ("eu.amazon.nova-pro-v1:0", "de-only", Verdict.FAIL),
        ("us.amazon.nova-pro-v1:0", "gdpr-adequate", Verdict.FAIL),
        ("us.amazon.nova-pro-v1:0", "local", Verdict.PASS),
        ("apac.amazon.nova-pro-v1:0", "eu", Verdict.FAIL),
        ("global.anthropic.claude-sonnet-4-5-20250929-v1:0", "eu", Verdict.FAIL),
        ("mars.amazon.nova-pro-v1:0", "eu", Verdict.UNKNOWN),
        (profile_arn("us.amazon.nova-pro-v1:0"), "eu", Verdict.FAIL),
        (profile_arn("eu.amazon.nova-pro-v1:0"), "eu", Verdict.UNKNOWN),
        (profile_arn("a1b2", "application-inference-profile"), "eu", Verdict.UNKNOWN),
        (profile_arn("a.b.c", "provisioned-model"), "eu", Verdict.UNKNOWN),
        ("arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-pro-v1:0", "eu", Verdict.PASS),
        ("arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-pro-v1:0", "eu", Verdict.FAIL),
        ("", "eu", Verdict.UNKNOWN),
        *((gap, "eu", Verdict.UNKNOWN) for gap in NOT_READABLE),
    ],
)
def test_a_model_is_asked_where_its_name_leads(model: Any, profile: str, verdict: Verdict) -> None:
    assert r.worst("AI-01", agent(model), profile=profile) is verdict


def test_a_plain_model_is_asked_in_the_region_of_the_resource() -> None:
    plain = "amazon.nova-pro-v1:0"
    assert r.worst("AI-01", agent(plain, provider=ABROAD)) is Verdict.FAIL
    assert r.worst("AI-01", agent(plain, provider=None)) is Verdict.UNKNOWN


def test_profiles_and_knowledge_bases_name_models_too() -> None:
    source = {"modelSource": {"copyFrom": profile_arn("global.amazon.nova-pro-v1:0")}}
    vectors = {"embeddingModelArn": "arn:aws:bedrock:us-east-1::foundation-model/a.b-v1"}
    base = {"knowledgeBaseConfiguration": {"vectorKnowledgeBaseConfiguration": vectors}}
    for type_, inputs in (
        ("aws:bedrock/inferenceProfile:InferenceProfile", source),
        ("aws:bedrock/agentKnowledgeBase:AgentKnowledgeBase", base),
    ):
        assert r.worst("AI-01", aws(type_, inputs)) is Verdict.FAIL


def guardrail(identifier: Any) -> Resource:
    config = {"crossRegionConfig": {"guardrailProfileIdentifier": identifier}}
    return aws("aws:bedrock/guardrail:Guardrail", config)


def test_a_guardrail_judges_in_its_own_region_unless_told_otherwise() -> None:
    assert r.worst("AI-02", aws("aws:bedrock/guardrail:Guardrail", {})) is Verdict.NOT_APPLICABLE
    assert r.worst("AI-02", guardrail("us.guardrail.v1:0")) is Verdict.FAIL
    assert r.worst("AI-02", guardrail("eu.guardrail.v1:0")) is Verdict.UNKNOWN
    arn = profile_arn("us.guardrail.v1:0", "guardrail-profile")
    assert r.worst("AI-02", guardrail(arn)) is Verdict.FAIL
    for gap in NOT_READABLE:
        assert r.worst("AI-02", guardrail(gap)) is Verdict.UNKNOWN


def test_the_countries_of_a_geography_are_in_the_table_of_countries() -> None:
    for geography in GEOGRAPHIES.values():
        assert set(geography.countries) <= COUNTRIES.keys()
        assert geography.source


@pytest.mark.parametrize(
    ("endpoint", "verdict"),
    [
        ({"endpointConfiguration": {"types": "REGIONAL"}}, Verdict.PASS),
        ({"endpointConfiguration": {"types": "EDGE"}}, Verdict.FAIL),
        ({}, Verdict.FAIL),
    ],
)
def test_an_api_that_does_not_say_regional_is_at_the_edge(
    endpoint: dict[str, Any], verdict: Verdict
) -> None:
    assert r.worst("GLB-01", r.other("aws:apigateway/restApi:RestApi", endpoint)) is verdict
