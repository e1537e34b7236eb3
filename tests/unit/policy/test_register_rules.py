"""REG-01 and REG-02: the register of a program against its resources."""

import json
from pathlib import Path
from typing import Any

import pytest
from hoheit_policy import RULES, Gap, Phase, Resource, Verdict, judge_stack, report
from hoheit_policy.adapters.state import view_of
from support import residency as r
from support.documents import DOCS

RELEASES = sorted((DOCS.parent / "tests" / "releases").glob("*.json"))
COMPONENT = "urn:pulumi:t::t::hoheit:index:MlflowServer"
DISK = "volume of 10 GiB of storage class fast"
HOST = "objects.example.com"
BUCKET = f"bucket weights at {HOST}"


def kept(*media: str, **changes: Any) -> Resource:
    """A component that registers a store for each medium."""
    stores = [{"name": f"mlflow: {i}", "medium": one, **changes} for i, one in enumerate(media)]
    return r.component(stores=stores, egress=[])


def child(token: str, inputs: Any, name: str = "mlflow-data") -> Resource:
    """A resource that the component makes."""
    urn = f"{COMPONENT}$kubernetes:{token}::{name}"
    return Resource(
        urn=urn, type=f"kubernetes:{token}", name=name, inputs=inputs, provider=r.PROVIDER
    )


def claim(class_: Any = "fast", name: str = "mlflow-data") -> Resource:
    spec = {"spec": {"storageClassName": class_}}
    return child("core/v1:PersistentVolumeClaim", spec, name)


def worst(rule: str, *resources: Resource, **declared: Any) -> Verdict:
    return r.worst(rule, *resources, **{"endpoints": {}, **declared})


FOREIGN = r.kubernetes("core/v1:PersistentVolumeClaim", {"spec": {"storageClassName": "fast"}})
AWS_BUCKET = r.other("aws:s3/bucket:Bucket", {"bucket": "weights"})


def on_node(path: str) -> Resource:
    volume = {"name": "a", "hostPath": {"path": path}}
    return r.workload(r.pod(r.container(), volumes=[volume]))


# What the resources show


def test_a_claim_of_a_component_is_the_volume_that_it_registers() -> None:
    assert worst("REG-01", kept(DISK), claim()) is Verdict.PASS


def test_a_second_claim_needs_an_entry_of_its_own() -> None:
    two = (claim(), claim(name="mlflow-more"))
    assert worst("REG-01", kept(DISK), *two) is Verdict.FAIL
    assert worst("REG-01", kept(DISK, DISK), *two) is Verdict.PASS


@pytest.mark.parametrize(
    "leak",
    [
        FOREIGN,
        claim("slow"),
        claim(name="other-data"),
        AWS_BUCKET,
        r.other("hcloud:index/volume:Volume", {"name": "disk"}),
        r.other("hcloud:index/storageBox:StorageBox", {"name": "box"}),
        r.other("aws:rds/instance:Instance", {"identifier": "db"}),
        r.other("aws:cloudwatch/logGroup:LogGroup", {"name": "logs"}),
        on_node("/var/lib/models"),
        r.kubernetes("core/v1:PersistentVolume", {"metadata": {"name": "pv"}, "spec": {}}),
    ],
    ids=lambda leak: leak.type,
)
def test_a_store_that_nobody_registers_fails_with_its_urn(leak: Resource) -> None:
    bad = [one for one in r.judged("REG-01", kept(DISK), leak) if one.verdict is not Verdict.PASS]
    assert [(one.verdict, one.resource) for one in bad] == [(Verdict.FAIL, leak.urn)]


def test_a_template_of_a_stateful_set_is_a_claim() -> None:
    templates = [{"spec": {"storageClassName": "fast"}}]
    body = {"metadata": {"namespace": "apps"}, "spec": {"volumeClaimTemplates": templates}}
    made = child("apps/v1:StatefulSet", body, "mlflow-server")
    assert worst("REG-01", kept(DISK), made) is Verdict.PASS
    assert worst("REG-01", kept("memory of the pod"), made) is Verdict.FAIL


def test_a_bucket_of_the_stack_is_the_one_that_is_registered() -> None:
    assert worst("REG-01", kept(BUCKET), AWS_BUCKET) is Verdict.PASS
    assert worst("REG-01", kept(f"{BUCKET}, below runs"), AWS_BUCKET) is Verdict.PASS
    assert worst("REG-01", kept(BUCKET.replace("weights", "w")), AWS_BUCKET) is Verdict.FAIL


def test_a_database_is_known_by_its_host() -> None:
    database = r.other("aws:rds/instance:Instance", {"identifier": "db"}, outputs={"address": HOST})
    assert worst("REG-01", kept(f"PostgreSQL at {HOST}", host=HOST), database) is Verdict.PASS


def test_the_kernel_of_a_node_is_no_store() -> None:
    assert worst("REG-01", kept(DISK), on_node("/sys/fs")) is Verdict.NOT_APPLICABLE


@pytest.mark.parametrize("gap", Gap)
def test_a_claim_whose_class_cannot_be_read_is_unknown(gap: Gap) -> None:
    assert worst("REG-01", kept(DISK), claim(gap)) is Verdict.UNKNOWN


@pytest.mark.parametrize("gap", [Gap.UNKNOWN, Gap.SECRET, Gap.WRONG])
@pytest.mark.parametrize("field", ["name", "medium"])
@pytest.mark.parametrize("rule", ["REG-01", "REG-02"])
def test_an_entry_that_cannot_be_read_is_unknown(rule: str, field: str, gap: Gap) -> None:
    entry = {"name": "mlflow: a", "medium": DISK, field: gap}
    found = r.verdicts(rule, r.component(stores=[entry]), claim(), endpoints={})
    assert Verdict.UNKNOWN in found


# What the register says


def test_a_registered_volume_without_a_claim_fails() -> None:
    assert worst("REG-02", kept(DISK), claim()) is Verdict.PASS
    assert worst("REG-02", kept(DISK)) is Verdict.FAIL
    assert worst("REG-02", kept(DISK, DISK), claim()) is Verdict.FAIL
    assert worst("REG-02", kept(DISK), FOREIGN) is Verdict.FAIL


def test_a_registered_host_is_named_by_a_resource() -> None:
    work = r.workload(r.pod(r.container(args=[f"https://{HOST}/weights"])))
    assert worst("REG-02", kept(BUCKET), work) is Verdict.PASS
    assert worst("REG-02", kept(BUCKET), r.workload(r.pod(r.container()))) is Verdict.FAIL


def told(host: str, port: int = 443) -> Resource:
    return r.component(egress=[{"host": host, "port": port}])


def leads_to(port: int) -> Resource:
    rule = {"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": port}]}
    body = {"metadata": {"namespace": "apps"}, "spec": {"egress": [rule]}}
    return r.kubernetes("networking.k8s.io/v1:NetworkPolicy", body, "policy")


def test_a_registered_recipient_is_named_or_has_a_port_of_its_own() -> None:
    image = r.workload(r.pod(r.container("app:1")))
    assert worst("REG-02", told("docker.io"), image) is Verdict.PASS
    assert worst("REG-02", told("quay.io"), image) is Verdict.FAIL
    database = told("db.example.com", 5432)
    assert worst("REG-02", database, leads_to(5432)) is Verdict.PASS
    assert worst("REG-02", database, leads_to(5433)) is Verdict.FAIL
    two = {"db2.example.com:5432": r.location()}
    assert worst("REG-02", database, leads_to(5432), endpoints=two) is Verdict.FAIL


def test_a_part_of_a_name_is_not_the_name() -> None:
    work = r.workload(r.pod(r.container(args=[f"https://evil-{HOST}.example"])))
    assert worst("REG-02", kept(BUCKET), work) is Verdict.FAIL


def test_a_declared_endpoint_that_nothing_contacts_fails_beside_a_register() -> None:
    declared = {HOST: r.location()}
    assert worst("REG-02", kept(DISK), claim(), endpoints=declared) is Verdict.FAIL


def test_what_may_stand_in_a_value_that_is_hidden_is_unknown() -> None:
    secret = child("core/v1:Secret", {"stringData": {"url": Gap.SECRET}})
    assert worst("REG-02", kept(BUCKET), secret) is Verdict.UNKNOWN


def test_secrets_and_empty_dirs_are_those_of_the_component() -> None:
    secret = child("core/v1:Secret", {"stringData": {"a": "b"}})
    assert worst("REG-02", kept("Kubernetes Secret in etcd"), secret) is Verdict.PASS
    assert worst("REG-02", kept("Kubernetes Secret in etcd"), claim()) is Verdict.FAIL
    volumes = {"volumes": [{"name": "tmp", "emptyDir": {}}]}
    pod = child("core/v1:Pod", {"spec": r.pod(r.container(), **volumes)})
    assert worst("REG-02", kept("emptyDir on the node's disk"), pod) is Verdict.PASS
    assert worst("REG-02", kept("emptyDir on the node's disk"), claim()) is Verdict.FAIL


def test_a_medium_that_no_rule_knows_is_unknown() -> None:
    assert worst("REG-02", kept("tape")) is Verdict.UNKNOWN


# Where there is nothing to compare


@pytest.mark.parametrize("rule", ["REG-01", "REG-02"])
def test_a_program_without_a_register_is_told_why_it_is_not_asked(rule: str) -> None:
    (found,) = r.judged(rule, FOREIGN)
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert found.message.startswith("no component registers stores or recipients")


@pytest.mark.parametrize("rule", ["REG-01", "REG-02"])
def test_nothing_is_compared_while_resources_may_still_come(rule: str) -> None:
    view = r.view(kept(DISK), FOREIGN, phase=Phase.PROGRAM)
    (asked,) = [one for one in RULES if one.id == rule]
    early = type(view)(**{**vars(view), "complete": False})
    assert [one.verdict for one in judge_stack(early, [asked])] == [Verdict.NOT_APPLICABLE]
    assert any(one.verdict is Verdict.FAIL for one in judge_stack(view, [asked]))


@pytest.mark.parametrize("release", RELEASES, ids=lambda file: file.stem)
def test_the_state_of_a_release_and_its_register_do_not_differ(release: Path) -> None:
    asked = [one for one in RULES if one.id.startswith("REG-")]
    found = report(view_of(json.loads(release.read_text("utf-8"))), asked)
    assert found.counts["FAIL"] == found.counts["UNKNOWN"] == 0
    assert found.counts["PASS"] > 10
