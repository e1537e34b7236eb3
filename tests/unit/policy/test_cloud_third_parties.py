"""GLB-07: a program of other clouds and services is never passed in silence."""

from typing import Any

import pytest
from hoheit_facts import JUDGED_PACKAGES, PACKAGE_OWNERS, QUIET_PACKAGES
from hoheit_policy import Gap, Resource, Verdict, report
from hoheit_policy.adapters.state import view_of
from support import residency as r

FOREIGN = (
    "alicloud:oss/bucket:Bucket",
    "auth0:index/tenant:Tenant",
    "azure-native:storage:StorageAccount",
    "azure:storage/account:Account",
    "cloudflare:index/record:Record",
    "confluentcloud:index/kafkaCluster:KafkaCluster",
    "datadog:index/monitor:Monitor",
    "digitalocean:index/droplet:Droplet",
    "fastly:index/serviceVcl:ServiceVcl",
    "gcp:storage/bucket:Bucket",
    "google-native:storage/v1:Bucket",
    "linode:index/instance:Instance",
    "oci:ObjectStorage/bucket:Bucket",
    "openstack:compute/instance:Instance",
    "ovh:CloudProject/kube:Kube",
    "scaleway:index/objectBucket:ObjectBucket",
    "pulumiservice:index:Stack",
    "gcp-eu:storage/bucket:Bucket",
    "AWS:s3/bucket:Bucket",
    "randomly:index/thing:Thing",
)


def entry(type_: str, **fields: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:t::t::{type_}::one"
    return {"urn": urn, "type": type_, "custom": True, "id": "one", "inputs": {}, **fields}


@pytest.mark.parametrize("type_", FOREIGN)
@pytest.mark.parametrize("profile", ["eu", "de-only", "local"])
def test_every_resource_of_a_foreign_program_is_named(type_: str, profile: str) -> None:
    package = type_.split(":", maxsplit=1)[0]
    entries = [entry(type_), entry(f"pulumi:providers:{package}")]
    declared = r.view(profile=profile).declarations
    found = report(view_of({"deployment": {"resources": entries}}, declared)).findings
    named = [one for one in found if one.rule == "GLB-07"]
    assert {one.resource for one in named} == {one["urn"] for one in entries}
    assert {one.verdict for one in named} <= {Verdict.FAIL, Verdict.UNKNOWN}


@pytest.mark.parametrize("package", PACKAGE_OWNERS)
def test_a_known_operator_fails_where_the_profile_does_not_allow_its_owner(package: str) -> None:
    found = r.other(f"{package}:x/y:Z", {})
    assert r.worst("GLB-07", found, profile="eu-operated") is Verdict.FAIL
    assert r.worst("GLB-07", found, profile="eu") is Verdict.UNKNOWN
    assert r.worst("GLB-07", found, profile=None) is Verdict.UNKNOWN


@pytest.mark.parametrize("package", sorted(QUIET_PACKAGES | JUDGED_PACKAGES))
def test_what_other_rules_judge_and_what_reaches_nobody_is_not_asked(package: str) -> None:
    for found in (r.other(f"{package}:x/y:Z", {}), r.other(f"pulumi:providers:{package}", {})):
        assert r.worst("GLB-07", found) is Verdict.NOT_APPLICABLE


def test_a_group_of_resources_is_not_a_recipient() -> None:
    assert r.worst("GLB-07", r.other("team:index:Shop", {}, custom=False)) is (
        Verdict.NOT_APPLICABLE
    )


@pytest.mark.parametrize("url", ["https://plugins.example.org", Gap.UNKNOWN, Gap.SECRET, 7])
@pytest.mark.parametrize("package", ["random", "kubernetes"])
def test_a_plugin_that_only_has_the_name_of_a_known_one_is_unknown(url: Any, package: str) -> None:
    def provider(inputs: Any) -> Resource:
        return r.other(f"pulumi:providers:{package}", inputs)

    for inputs in ({"pluginDownloadURL": url}, {"__internal": {"pluginDownloadURL": url}}):
        assert r.worst("GLB-07", provider(inputs)) is Verdict.UNKNOWN


def test_an_exemption_takes_a_third_party() -> None:
    exemption = {
        "rule": "GLB-07",
        "resource": "*::gcp:storage/bucket:Bucket::*",
        "owner": "platform team",
        "reason": "public site",
        "until": "2027-03-31",
    }
    found = r.other("gcp:storage/bucket:Bucket", {})
    assert r.worst("GLB-07", found, exemptions=[exemption]) is Verdict.EXEMPT


def test_a_package_is_in_one_list_only() -> None:
    assert not JUDGED_PACKAGES & QUIET_PACKAGES
    assert not (JUDGED_PACKAGES | QUIET_PACKAGES) & PACKAGE_OWNERS.keys()
