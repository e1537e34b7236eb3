"""Ways round the rules in one program, as the pack sees its preview and the check its state.

Every resource that tries to get past has the name of its way; what stops has to name it.
"""

import pytest
from support.evasion import Reviewed, names_in, names_stopped

WAYS = {
    "second-provider": 'bucket("second-provider", provider=us)',
    "inherited": """
above = Group("team:index:Store", "store", providers=[us])
bucket("inherited", parent=above)
""",
    "region-before-unknown": """
bucket("region-before-unknown", {"aaa": late, "region": late}, provider=home)
""",
    "region-after-unknown": """
bucket("region-after-unknown", {"zzz": late, "region": late}, provider=home)
""",
    "certain-beside-unknown": """
bucket("certain-beside-unknown", {"bucket": late, "region": "us-east-1"}, provider=home)
""",
    "copy-to-read": """
read = bucket("read", id="foreign", provider=home)
copied("copy-to-read", read.id)
""",
    "copy-to-arn": 'copied("copy-to-arn", "arn:aws:s3:::foo")',
    "config-group": 'Group("kubernetes:yaml/v2:ConfigGroup", "config-group", {"yaml": "x"})',
    "config-file": 'Group("kubernetes:yaml:ConfigFile", "config-file", {"file": "x.yaml"})',
    "chart": 'kube("helm.sh/v3:Release", "chart", {"chart": "loki"})',
    "in-a-list": """
pods = [{"kind": "Pod", "metadata": {"namespace": "apps"},
         "spec": {"containers": [{"name": "a", "image": ABROAD}]}}]
kube("core/v1:PodList", "in-a-list", {"items": pods})
""",
    "patched": """
pod = {"containers": [{"name": "a", "image": ABROAD}]}
work("patched", pod, "apps/v1:DeploymentPatch")
""",
    "custom-resource": """
kube("serving.kserve.io/v1beta1:InferenceService", "custom-resource",
     {"spec": {"predictor": {"containers": [{"image": ABROAD}]}}})
""",
    "only-init": """
work("only-init", {"containers": [{"name": "a", "image": IMAGE}],
                   "initContainers": [{"name": "b", "image": ABROAD}]})
""",
    "only-ephemeral": """
work("only-ephemeral", {"containers": [{"name": "a", "image": IMAGE}],
                        "ephemeralContainers": [{"name": "b", "image": ABROAD}]})
""",
    "renamed-image": """
image = IMAGE.replace("registry.example.com", "registry.example.com.example.org")
work("renamed-image", {"containers": [{"name": "a", "image": image}]})
""",
    "balancer-abroad": """
notes = {"load-balancer.hetzner.cloud/location": "ash",
         "load-balancer.hetzner.cloud/disable-public-network": "true"}
kube("core/v1:Service", "balancer-abroad",
     {"metadata": {"annotations": notes}, "spec": {"type": "LoadBalancer"}})
""",
    "endpoints": """
provider("aws", "endpoints", {"region": "eu-central-1",
         "endpoints": json.dumps([{"s3": "https://s3.example.org"}])})
""",
    "hetzner-endpoint": """
provider("hcloud", "hetzner-endpoint", {"endpoint": "https://api.example.org"})
""",
    "patched-plugin": """
patched = provider("hcloud", "patched-plugin", {}, plugin_download_url="https://example.org")
""",
    "sidecar": """
loud, quiet = {"name": "a", "image": VLLM}, {"name": "b", "image": VLLM, "env": silent}
work("sidecar", {"containers": [quiet, loud]})
""",
    "switch-of-zero": """
off = [{**one, "value": "0"} for one in silent]
work("switch-of-zero", {"containers": [{"name": "a", "image": VLLM, "env": off}]})
""",
    "switch-from-nowhere": """
nowhere = [{"configMapRef": {"name": "nowhere"}}]
work("switch-from-nowhere", {"containers": [{"name": "a", "image": VLLM, "envFrom": nowhere}]})
""",
    "policy-exception": 'kube("kyverno.io/v2:PolicyException", "policy-exception", {"spec": {}})',
    "selects-nothing": """
work("selects-nothing", {"containers": [{"name": "a", "image": IMAGE}]}, namespace="other")
deny("nothing", "other", {"matchLabels": {"no": "pod"}})
""",
    "in-apply": """
pulumi.Output.from_input(1).apply(lambda _: bucket("in-apply", provider=us))
""",
    "dynamic": 'made("pulumi-python:dynamic:Resource", "dynamic", {"region": "eu-central-1"})',
    "alias": 'bucket("alias", provider=us, aliases=[pulumi.Alias(name="harmless")])',
    "replaced-first": """
bucket("replaced-first", {"region": "us-east-1"}, provider=home, delete_before_replace=True)
""",
    "ignored": """
bucket("ignored", {"region": "us-east-1"}, provider=home, ignore_changes=["region"])
""",
    "kept": 'bucket("kept", provider=us, retain_on_delete=True, protect=True)',
    "no-provider": 'bucket("no-provider")',
    "looks-like": 'bucket("looks-like", {"region": "eu-central-l"}, provider=home)',
    "local-zone": """
made("aws:ec2/subnet:Subnet", "local-zone", {"availabilityZone": "eu-central-1-waw-1a"},
     provider=home)
""",
    "beside-abroad": """
server = made("hcloud:index/server:Server", "server", {"location": "ash", "labels": TAGS})
made("hcloud:index/volume:Volume", "beside-abroad", {"serverId": server.id, "labels": TAGS})
""",
    "user-data": """
made("hcloud:index/server:Server", "user-data",
     {"location": "fsn1", "labels": TAGS, "userData": "#!/bin/sh"})
""",
    "table-abroad": """
made("aws:dynamodb/table:Table", "table-abroad",
     {"tags": TAGS, "replicas": [{"regionName": "us-west-2"}]}, provider=home)
""",
    "edge": 'made("aws:cloudfront/distribution:Distribution", "edge", {}, provider=home)',
    "lies": """
here = {"country": {"value": "DE", "source": {"kind": "derived", "by": "me"}}}
above = Group("hoheit:index:Store", "liar", outputs={"stores": [{"name": "a", "location": here}]})
bucket("lies", parent=above, provider=us)
""",
    "external-name": """
kube("core/v1:Service", "external-name",
     {"spec": {"type": "ExternalName", "externalName": "api.openai.com"}})
""",
    "number-as-host": """
work("number-as-host", {"containers": [
    {"name": "a", "image": IMAGE, "args": ["--to", "http://134744072/"]}]})
""",
    "posed-as-component": 'Group("aws:s3/bucket:Bucket", "posed-as-component")',
}

BEFORE = """
from hoheit_facts import IMAGES, switches_off
silent = [{"name": n, "value": v} for n, v in switches_off(IMAGES["vllm"].software).items()]

def copied(name, target):
    rules = [{"destination": {"bucket": target}}]
    token = "aws:s3/bucketReplicationConfig:BucketReplicationConfig"
    return made(token, name, {"rules": rules}, provider=home)

us = provider("aws", "abroad", {"region": "us-east-1"})
late = bucket("good", {"bucket": "good"}, provider=home).id
"""


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Reviewed:
    found = Reviewed(tmp_path_factory.mktemp("evasion"), AWS_REGION="eu-central-1")
    found.write("\n".join([BEFORE, *WAYS.values()]))
    return found


@pytest.fixture(scope="module")
def by_pack(reviewed: Reviewed) -> set[str]:
    return names_stopped(reviewed.stack.preview(*reviewed.pack, fails=True))


@pytest.fixture(scope="module")
def by_check(reviewed: Reviewed) -> set[str]:
    reviewed.stack.up()
    return names_in(reviewed.checked())


ONLY_BY_CHECK = {"patched-plugin", "copy-to-read"}
"""The engine tells policies no address of a plugin, nor in a preview an id that it has not read."""
ONLY_BY_PACK = {"no-provider"}
"""The state shows the region of the environment, which here is an allowed one."""


@pytest.mark.parametrize("way", sorted(WAYS.keys() - ONLY_BY_CHECK))
def test_the_pack_stops_it_in_a_preview(by_pack: set[str], way: str) -> None:
    assert way in by_pack


@pytest.mark.parametrize("way", sorted(WAYS.keys() - ONLY_BY_PACK))
def test_the_check_of_the_state_stops_it(by_check: set[str], way: str) -> None:
    assert way in by_check


def test_what_is_well_is_stopped_by_neither(by_pack: set[str], by_check: set[str]) -> None:
    # Beside a component with a register a bucket is a store that is in none: REG-01.
    well = {"home", "main", "quiet"}
    assert well & by_pack == set()
    assert well & by_check == set()
    assert "read" in by_check
