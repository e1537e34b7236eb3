"""ENC-05 and LOC-13: encrypted volumes, and where Pulumi keeps what it knows."""

from dataclasses import replace
from typing import Any

import pytest
from hoheit_policy import RULES, Gap, Resource, StateFacts, Verdict, judge_stack
from support import residency as r

EBS = {"provisioner": "ebs.csi.aws.com"}
HETZNER = {"provisioner": "csi.hetzner.cloud"}
LUKS = {"csi.storage.k8s.io/node-publish-secret-name": "luks"}


def claim(name: Any) -> Resource:
    spec = {} if name is None else {"storageClassName": name}
    return r.kubernetes("core/v1:PersistentVolumeClaim", {"spec": spec})


def own(body: dict[str, Any], name: str = "mine") -> Resource:
    return r.kubernetes("storage.k8s.io/v1:StorageClass", {"metadata": {"name": name}, **body})


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("fast", Verdict.PASS),
        ("slow", Verdict.FAIL),
        ("unstated", Verdict.UNKNOWN),
        ("foreign", Verdict.UNKNOWN),
        (None, Verdict.UNKNOWN),
        (Gap.UNKNOWN, Verdict.UNKNOWN),
    ],
)
def test_the_class_of_a_claim_decides(name: Any, verdict: Verdict) -> None:
    classes = {"fast": {"encrypted": True}, "slow": {"encrypted": False}, "unstated": {}}
    clusters = {r.CLUSTER: r.cluster(storage_classes=classes)}
    assert r.worst("ENC-05", claim(name), clusters=clusters) is verdict


def test_claims_of_stateful_sets_and_ephemeral_volumes_do_not_escape() -> None:
    spec = {"storageClassName": "slow"}
    clusters = {r.CLUSTER: r.cluster(storage_classes={"slow": {"encrypted": False}})}
    ephemeral = {"name": "v", "ephemeral": {"volumeClaimTemplate": {"spec": spec}}}
    templates = {"spec": {"volumeClaimTemplates": [{"spec": spec}]}}
    for found in (
        r.kubernetes("apps/v1:StatefulSet", templates),
        r.workload(r.pod(r.container(), volumes=[ephemeral])),
    ):
        assert Verdict.FAIL in r.verdicts("ENC-05", found, clusters=clusters)


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ({**EBS, "parameters": {"encrypted": "true"}}, Verdict.PASS),
        ({**EBS, "parameters": {"encrypted": "false"}}, Verdict.FAIL),
        (EBS, Verdict.FAIL),
        ({**EBS, "parameters": Gap.UNKNOWN}, Verdict.UNKNOWN),
        ({**HETZNER, "parameters": LUKS}, Verdict.PASS),
        (HETZNER, Verdict.FAIL),
        ({"provisioner": "nfs.example.com"}, Verdict.UNKNOWN),
    ],
)
def test_a_class_that_the_stack_makes_is_read(body: dict[str, Any], verdict: Verdict) -> None:
    assert r.worst("ENC-05", own(body)) is verdict
    assert r.worst("ENC-05", claim("mine"), own(body)) is verdict


def state(facts: StateFacts | None = None, **declared: Any) -> dict[str, Verdict]:
    (rule,) = [one for one in RULES if one.id == "LOC-13"]
    view = replace(r.view(**declared), state=facts or StateFacts())
    return {one.path: one.verdict for one in judge_stack(view, [rule])}


@pytest.mark.parametrize(
    ("backend", "profile", "verdict"),
    [
        ({"backend": "file:///s", "location": r.location()}, "eu", Verdict.PASS),
        ({"backend": "file:///s", "location": r.location("US")}, "eu", Verdict.FAIL),
        ({"backend": "file:///s"}, "eu", Verdict.UNKNOWN),
        ({"backend": "s3://b?region=eu-central-1"}, "eu", Verdict.PASS),
        ({"backend": "s3://b?region=eu-central-1"}, "eu-operated", Verdict.FAIL),
        ({"backend": "s3://b?region=us-east-1"}, "eu", Verdict.FAIL),
        ({"backend": "s3://b?region=x&endpoint=objects.example.com"}, "eu", Verdict.PASS),
        ({"backend": "s3://b?region=x&endpoint=https://o.example.org"}, "eu", Verdict.UNKNOWN),
        ({"backend": "https://api.pulumi.com"}, "eu", Verdict.UNKNOWN),
        ({"backend": "https://api.pulumi.com"}, "eu-operated", Verdict.FAIL),
        (None, "eu", Verdict.UNKNOWN),
    ],
)
def test_where_the_state_is_decides(backend: Any, profile: str, verdict: Verdict) -> None:
    assert state(state=backend, profile=profile)["state.backend"] is verdict


@pytest.mark.parametrize(
    ("backend", "known"),
    [
        ("s3://b?region=x&endpoint=s.example.org:9000", True),
        ("s3://b?region=x&endpoint=http://s.example.org:9000", True),
        ("https://s.example.org:9000/state", True),
        ("s3://b?region=x&endpoint=s.example.org", False),
        ("http://s.example.org/state", False),
        ("https://s.example.org:9001", False),
    ],
)
def test_the_location_of_one_port_of_a_host_is_not_that_of_a_backend_at_another(
    backend: str, known: bool
) -> None:
    endpoints = {"s.example.org:9000": r.location(), "s.example.org:443": r.location("US")}
    found = state(state={"backend": backend}, endpoints=endpoints)["state.backend"]
    assert (found is Verdict.PASS) is known


def test_a_run_with_another_backend_than_the_declared_one_fails() -> None:
    facts = StateFacts(backend="file:///elsewhere")
    assert state(facts)["state.backend"] is Verdict.FAIL


PULUMI = {
    name: {"value": value, "source": r.SOURCE}
    for name, value in (
        ("country", "DE"),
        ("operator", "Pulumi"),
        ("controlling_jurisdiction", "US"),
    )
}


@pytest.mark.parametrize(
    "backend",
    [
        "https://app.pulumi.com",
        "https://APP.pulumi.com.:443/me",
        "app.pulumi.com",
        "s3://b?region=us-east-1",
        "s3://b?region=x&endpoint=s3.us-east-1.amazonaws.com",
        "s3://b?region=x&endpoint=https://eu-central-1.s3.us-east-1.amazonaws.com",
    ],
)
def test_a_declared_location_does_not_overrule_what_is_known_of_a_service(backend: str) -> None:
    found = state(state={"backend": backend, "location": r.location()})
    assert found["state.backend"] is Verdict.FAIL
    elsewhere = {"endpoints": {"app.pulumi.com": r.location(), "b": r.location()}}
    assert state(state={"backend": backend}, **elsewhere)["state.backend"] is Verdict.FAIL


def test_a_declaration_adds_the_country_that_a_known_service_does_not_tell() -> None:
    declared = {"backend": "https://app.pulumi.com", "location": PULUMI}
    assert state(state=declared)["state.backend"] is Verdict.PASS
    assert state(state=declared, profile="eu-operated")["state.backend"] is Verdict.FAIL


def test_a_host_of_aws_without_a_region_is_unknown() -> None:
    declared = {"backend": "s3://b?endpoint=s3.amazonaws.com", "location": r.location()}
    assert state(state=declared)["state.backend"] is Verdict.UNKNOWN


def test_a_login_in_the_environment_makes_no_other_backend() -> None:
    facts = StateFacts(backend="https://me:hunter2@state.example.org/")
    declared = {"backend": "https://state.example.org", "location": r.location()}
    assert state(facts, state=declared)["state.backend"] is Verdict.PASS


AWS_KEY = "awskms://alias/x?region=eu-central-1"
CLOUD = StateFacts(secrets_kind="cloud", secrets_url="hashivault://key")


@pytest.mark.parametrize(
    ("facts", "declared", "verdict"),
    [
        (StateFacts(), {"kind": "hashivault", "url": AWS_KEY}, Verdict.FAIL),
        (StateFacts(), {"kind": "service", "url": "hashivault://key"}, Verdict.FAIL),
        (StateFacts(), {"kind": "cloud", "url": "https://vault.example.org"}, Verdict.FAIL),
        (StateFacts(), {"kind": "passphrase", "url": AWS_KEY}, Verdict.FAIL),
        (StateFacts(), {"kind": "service", "url": "https://api.pulumi.com"}, Verdict.FAIL),
        (StateFacts(secrets_kind="passphrase"), {"kind": "hashivault"}, Verdict.FAIL),
        (CLOUD, {"kind": "passphrase"}, Verdict.FAIL),
        (CLOUD, {"kind": "gcpkms"}, Verdict.FAIL),
        (CLOUD, {"kind": "hashivault", "url": "hashivault://other"}, Verdict.FAIL),
        (CLOUD, {"kind": "hashivault", "url": "hashivault://key"}, Verdict.PASS),
        (CLOUD, {"kind": "cloud"}, Verdict.PASS),
        (StateFacts(secrets_kind="cloud"), {"kind": "hashivault"}, Verdict.PASS),
        (StateFacts(secrets_kind="cloud"), {"kind": "service"}, Verdict.FAIL),
        (StateFacts(), {"kind": "sealed"}, Verdict.UNKNOWN),
        (StateFacts(secrets_kind="sealed"), None, Verdict.UNKNOWN),
        (StateFacts(), {"kind": "awskms"}, Verdict.UNKNOWN),
        (StateFacts(), {"kind": "service"}, Verdict.UNKNOWN),
    ],
)
def test_kind_and_url_of_a_key_and_the_state_have_to_agree(
    facts: StateFacts, declared: Any, verdict: Verdict
) -> None:
    given = declared and {"location": r.location(), **declared}
    assert state(facts, secrets_provider=given)["secrets_provider"] is verdict


def test_a_login_in_the_url_of_a_backend_is_not_printed() -> None:
    (rule,) = [one for one in RULES if one.id == "LOC-13"]
    shown = StateFacts(backend="https://me:hunter2@state.example.org/x?token=abc")
    declared = replace(r.view(state=None), state=shown)
    text = "\n".join(one.message for one in judge_stack(declared, [rule]))
    assert "state.example.org" in text
    assert "hunter2" not in text
    assert "abc" not in text


@pytest.mark.parametrize(
    ("facts", "declared", "verdict"),
    [
        (StateFacts(secrets_kind="passphrase"), None, Verdict.PASS),
        (StateFacts(), {"kind": "passphrase"}, Verdict.PASS),
        (StateFacts(), None, Verdict.UNKNOWN),
        (StateFacts(secrets_kind="b64"), {"kind": "passphrase"}, Verdict.FAIL),
        (
            StateFacts(secrets_kind="service", secrets_url="https://api.pulumi.com"),
            {"kind": "passphrase"},
            Verdict.FAIL,
        ),
        (
            StateFacts(secrets_kind="cloud", secrets_url="awskms://alias/x?region=eu-central-1"),
            None,
            Verdict.FAIL,
        ),
        (
            StateFacts(secrets_kind="cloud", secrets_url="hashivault://key"),
            {"kind": "hashivault", "location": r.location()},
            Verdict.PASS,
        ),
        (StateFacts(), {"kind": "azurekeyvault"}, Verdict.UNKNOWN),
    ],
)
def test_who_holds_the_key_of_the_secrets_decides(
    facts: StateFacts, declared: Any, verdict: Verdict
) -> None:
    found = state(facts, secrets_provider=declared, profile="eu-operated")
    assert found["secrets_provider"] is verdict
