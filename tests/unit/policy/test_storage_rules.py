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
        ("https://me:word@s.example.org:9000/state", True),
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


def test_a_login_in_the_url_of_a_backend_is_not_printed() -> None:
    (rule,) = [one for one in RULES if one.id == "LOC-13"]
    declared = r.view(state={"backend": "https://me:hunter2@state.example.org/x?token=abc"})
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
