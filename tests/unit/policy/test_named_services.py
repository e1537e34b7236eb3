"""AI-04 and TEL-12: public services that get prompts, wherever and however they are named."""

import base64
from typing import Any

import pytest
from hoheit_facts import DEFAULT_CLIENTS, SERVICES
from hoheit_policy import Gap, Resource, Verdict
from support import residency as r

API = "api.openai.com"
BASE64 = base64.b64encode(b"url: https://api.openai.com/v1").decode()


def runs(**fields: Any) -> Resource:
    return r.workload(r.pod(r.container(**fields)))


def value(text: Any, name: str = "SETTING") -> Resource:
    return runs(env=[{"name": name, "value": text}])


CARRIERS: dict[str, Resource] = {
    "env": value(API),
    "args": runs(args=["--api", API]),
    "command": runs(command=["sh", "-c", f"curl {API}/v1"]),
    "init container": r.workload(r.pod(initContainers=[r.container(args=[API])])),
    "ephemeral container": r.workload(r.pod(ephemeralContainers=[r.container(args=[API])])),
    "probe": runs(livenessProbe={"httpGet": {"host": API, "port": 443}}),
    "patch": r.kubernetes(
        "apps/v1:DeploymentPatch",
        {"spec": {"template": {"spec": r.pod(r.container(args=[API]))}}},
    ),
    "list": r.kubernetes("core/v1:List", {"items": [{"kind": "Pod", "spec": {"hostname": API}}]}),
    "config map": r.kubernetes("core/v1:ConfigMap", {"data": {"a": f"url = {API}"}}),
    "binary data": r.kubernetes("core/v1:ConfigMap", {"binaryData": {"a": BASE64}}),
    "secret": r.kubernetes("core/v1:Secret", {"data": {"a": BASE64}}),
    "secret text": r.kubernetes("core/v1:Secret", {"stringData": {"a": f"url={API}"}}),
    "annotation": r.kubernetes(
        "networking.k8s.io/v1:Ingress", {"metadata": {"annotations": {"mirror-target": API}}}
    ),
    "external name": r.kubernetes("core/v1:Service", {"spec": {"externalName": API}}),
    "values of a chart": r.kubernetes("helm.sh/v3:Release", {"values": {"url": API}}),
    "custom resource": r.kubernetes(
        "serving.kserve.io/v1beta1:InferenceService", {"spec": {"predictor": {"x": [API]}}}
    ),
    "webhook": r.kubernetes(
        "admissionregistration.k8s.io/v1:MutatingWebhookConfiguration",
        {"webhooks": [{"clientConfig": {"url": f"https://{API}/x"}}]},
    ),
}


@pytest.mark.parametrize("carrier", CARRIERS.values(), ids=CARRIERS)
def test_a_model_api_is_found_wherever_it_is_named(carrier: Resource) -> None:
    assert r.worst("AI-04", carrier) is Verdict.FAIL


@pytest.mark.parametrize(
    "text",
    [
        "https://API.OpenAI.com./v1",
        "https://objects.example.com@api.openai.com/v1",
        "https://objects.example.com\\@api.openai.com/v1",
        "https://objects.example.com\t@api.openai.com/v1",
        "https%3A%2F%2Fapi%2Eopenai%2Ecom",
        "https%253A%252F%252Fapi%252Eopenai%252Ecom",
        "https://api\u3002openai\u3002com",
        "https://\uff41pi\uff0eopenai\uff0ecom",
        "https://api.open\u00adai.com",
        "https://api.open\u200bai.com",
        'curl https://api."open"ai.com',
        "curl https://api\\.openai.com",
        f"echo {BASE64} | base64 -d | sh",
        '{"base_url": "https://api.openai.com/v1"}',
        "api.openai.com:443",
        "x=api.openai.com;y",
    ],
)
def test_a_model_api_is_found_however_it_is_written(text: str) -> None:
    assert r.worst("AI-04", value(text)) is Verdict.FAIL


def test_a_host_that_is_split_over_arguments_is_found() -> None:
    assert r.worst("AI-04", runs(args=["https://api.", "openai.com", "/v1"])) is Verdict.FAIL


@pytest.mark.parametrize("text", ["api.openai.com.example.org", "xapi.openai.com", "openai.com"])
def test_a_host_that_only_holds_the_name_of_an_api_is_another(text: str) -> None:
    assert r.worst("AI-04", value(text)) is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("kind", ["llm-api", "tracing"])
def test_every_service_of_the_table_is_found(kind: str) -> None:
    rule = {"llm-api": "AI-04", "tracing": "TEL-12"}[kind]
    known = [one.host.replace("*", "x") for one in SERVICES if one.kind == kind]
    assert known
    for host in known:
        assert r.worst(rule, value(f"https://{host}/v1")) is Verdict.FAIL, host


@pytest.mark.parametrize(
    ("country", "jurisdiction", "verdict"),
    [
        ("FR", "FR", Verdict.PASS),
        ("US", "FR", Verdict.FAIL),
        ("FR", "DE", Verdict.FAIL),
    ],
)
def test_a_declared_api_is_judged_by_where_it_is(
    country: str, jurisdiction: str, verdict: Verdict
) -> None:
    endpoints = {"api.mistral.ai": r.location(country, jurisdiction, "Mistral AI")}
    found = value("https://api.mistral.ai/v1")
    assert r.worst("AI-04", found, endpoints=endpoints) is verdict
    assert r.worst("AI-04", value("https://api.groq.com"), endpoints=endpoints) is Verdict.FAIL


@pytest.mark.parametrize("rule", ["AI-04", "TEL-12"])
@pytest.mark.parametrize("gap", [Gap.UNKNOWN, Gap.SECRET, Gap.WRONG])
def test_what_cannot_be_read_may_name_anything(rule: str, gap: Gap) -> None:
    for found in (
        value(gap),
        runs(args=[gap]),
        r.workload(gap),
        r.kubernetes("core/v1:ConfigMap", {"data": gap}),
        r.kubernetes("helm.sh/v3:Release", {"values": {}}),
    ):
        assert r.worst(rule, found) is Verdict.UNKNOWN


def test_the_content_of_a_secret_that_cannot_be_read_is_not_in_question() -> None:
    found = r.kubernetes("core/v1:Secret", {"stringData": {"a": Gap.SECRET}})
    assert r.worst("AI-04", found) is Verdict.NOT_APPLICABLE


def test_no_text_is_printed_but_the_host() -> None:
    found = value("https://me:hunter2@api.openai.com/v1")
    assert API in r.messages("AI-04", found)
    assert "hunter2" not in r.messages("AI-04", found)


def key(name: str, *others: Any, **fields: Any) -> Resource:
    hidden = {"name": name, "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}
    return runs(env=[hidden, *others], **fields)


def without_texts(rule: str, found: Resource, **declared: Any) -> Verdict:
    """The worst verdict on what variables turn on."""
    paths = [one for one in r.judged(rule, found, **declared) if one.path.endswith(".env")]
    return paths[0].verdict if paths else Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("client", DEFAULT_CLIENTS, ids=lambda one: one.variables[0])
def test_a_variable_that_turns_a_client_on_leads_to_its_default(client: Any) -> None:
    wanted = Verdict.FAIL if client.rule == "TEL-12" else Verdict.UNKNOWN
    for name in client.variables:
        assert without_texts(client.rule, key(name)) is wanted
        for endpoint in client.endpoints:
            own = {"name": endpoint, "value": "http://own.apps.svc"}
            assert without_texts(client.rule, key(name, own)) is Verdict.NOT_APPLICABLE
        for text in client.off:
            found = value(text, name)
            assert without_texts(client.rule, found) is Verdict.NOT_APPLICABLE


def test_a_tracing_variable_out_of_a_config_map_counts() -> None:
    data = {"LANGSMITH_TRACING": "true"}
    metadata = {"name": "m", "namespace": "apps"}
    config = r.kubernetes("core/v1:ConfigMap", {"metadata": metadata, "data": data}, "map")
    found = runs(envFrom=[{"configMapRef": {"name": "m"}}])
    assert r.worst("TEL-12", found, config) is Verdict.FAIL


def test_an_envfrom_that_nobody_sees_may_name_another_host() -> None:
    hidden = [{"secretRef": {"name": "s"}}]
    assert without_texts("TEL-12", key("WANDB_API_KEY", envFrom=hidden)) is Verdict.UNKNOWN


def test_a_declared_tracing_service_is_a_recipient_like_any_other() -> None:
    endpoints = {"cloud.langfuse.com": r.location("DE", "DE", "Langfuse")}
    found = key("LANGFUSE_SECRET_KEY")
    assert without_texts("TEL-12", found, endpoints=endpoints) is Verdict.PASS
