"""Keys of clients, of the router and of vLLM: where they are, and what a change changes."""

from typing import Any

import pulumi
import pulumi_kubernetes as k8s
import pytest
from hoheit import ApiKey, InvalidArgsError
from hoheit._api_keys import KEYS_FILE, keys_file
from support import components
from support.manifests import SECRET_MARK, containers, manifest, pod_templates
from support.monitor import Monitor, run
from support.served import DEPLOYMENT, GENERATED, SECRET, built, outputs, server, waits_for

PASSWORD = "random:index/randomPassword:RandomPassword"
TWO_CLIENTS = ({"name": "team-a"}, {"name": "team-b", "generations": [3, 4]})


def secret(monitor: Monitor, name: str) -> dict[str, Any]:
    return manifest(monitor.named_type(SECRET, name))


def passwords(monitor: Monitor) -> list[str]:
    return sorted(found.name for found in monitor.of_type(PASSWORD))


def test_a_service_that_says_nothing_has_one_key_and_vllm_another() -> None:
    monitor = built()
    assert passwords(monitor) == ["mistral-api-key-default-1", "mistral-engine-key"]
    assert secret(monitor, "mistral-api-keys")["stringData"] == {"default": GENERATED}


def test_the_one_key_that_there_was_before_keys_had_names_stays_the_same() -> None:
    monitor = built(api_keys=({"name": "default"}, {"name": "other"}))
    assert monitor.named("mistral-api-key-default-1").aliases == ["mistral-api-key"]
    assert monitor.named("mistral-api-key-other-1").aliases == []


def test_every_client_has_a_key_of_each_generation_and_finds_the_newest() -> None:
    monitor = built(api_keys=TWO_CLIENTS)
    assert [name for name in passwords(monitor) if "api-key" in name] == [
        "mistral-api-key-team-a-1",
        "mistral-api-key-team-b-3",
        "mistral-api-key-team-b-4",
    ]
    assert secret(monitor, "mistral-api-keys")["stringData"].keys() == {"team-a", "team-b"}


def test_the_gateway_accepts_every_generation_and_knows_digests_alone() -> None:
    monitor = built(api_keys=TWO_CLIENTS)
    expected = keys_file([("team-a", GENERATED), ("team-b", GENERATED), ("team-b", GENERATED)])
    assert secret(monitor, "mistral-accepted-keys")["stringData"] == {KEYS_FILE: expected}
    assert GENERATED not in expected


def test_a_change_of_keys_leaves_every_pod_as_it_is() -> None:
    def pods(**changes: Any) -> dict[str, Any]:
        return pod_templates(built(**changes))

    assert pods(api_keys=TWO_CLIENTS) == pods()
    assert pods(api_keys=TWO_CLIENTS, replicas=2) == pods(replicas=2)


def test_a_secret_that_changes_keeps_its_name_by_which_pods_follow_it() -> None:
    monitor = built()
    for name in ("mistral-api-keys", "mistral-accepted-keys"):
        found = monitor.named_type(SECRET, name)
        assert "immutable" not in found.inputs
        assert found.inputs["metadata"]["name"] == name
        assert found.request.deleteBeforeReplace


@pytest.mark.parametrize("replicas", [1, 2])
def test_what_uses_the_name_of_a_secret_that_changes_is_not_deleted_with_it(replicas: int) -> None:
    for found in built(replicas=replicas).of_type(DEPLOYMENT):
        (spec,) = [one for key, one in found.request.propertyDependencies.items() if key == "spec"]
        names = {urn.rpartition("::")[2] for urn in spec.urns}
        assert any(name.endswith("-account") for name in names)
        assert names.isdisjoint({"mistral-api-keys", "mistral-accepted-keys"})


def test_what_takes_that_output_is_not_deleted_with_it_either_and_comes_after_it() -> None:
    def program() -> None:
        made = components.service()
        where = {"url": made.url, "secret": made.api_key_secret}
        k8s.core.v1.ConfigMap("client", data=where)

    monitor = run(program)
    assert waits_for(monitor.named("client")) == {"mistral-service"}
    assert "mistral-server" in waits_for(monitor.named("mistral-service"))
    assert "mistral-api-keys" in waits_for(monitor.named("mistral-server"))


def test_pods_mount_the_digests_whole_and_wait_for_them() -> None:
    monitor = built()
    (gateway,) = [one for one in containers(server(monitor)) if one["name"] == "gateway"]
    (mount,) = [one for one in gateway["volumeMounts"] if one["name"] == "api-keys"]
    assert mount == {"name": "api-keys", "mountPath": "/etc/hoheit/api-keys", "readOnly": True}
    (volume,) = [one for one in server(monitor)["volumes"] if one["name"] == "api-keys"]
    assert volume["secret"]["secretName"] == "mistral-accepted-keys"
    assert "mistral-accepted-keys" in waits_for(monitor.named("mistral-server"))


def test_a_new_key_of_vllm_is_a_new_secret_and_so_a_new_pod() -> None:
    monitor = built()
    found = monitor.named_type(SECRET, "mistral-engine-key")
    assert found.inputs["immutable"] is True
    assert "name" not in found.inputs["metadata"]
    names = {
        entry["valueFrom"]["secretKeyRef"]["name"]
        for one in containers(server(monitor))
        for entry in one["env"]
        if entry["name"] in ("VLLM_API_KEY", "HOHEIT_UPSTREAM_KEY")
    }
    assert names == {"mistral-engine-key-abc12"}


def test_the_output_names_the_secret_of_the_clients() -> None:
    assert outputs()["apiKeySecret"] == "mistral-api-keys"


@pytest.mark.parametrize("replicas", [1, 2])
def test_every_key_is_a_secret_from_its_generation_to_the_cluster(replicas: int) -> None:
    monitor = built(replicas=replicas)
    for found in monitor.of_type(PASSWORD):
        assert "result" in found.request.additionalSecretOutputs
    for found in monitor.registered:
        if found.type == SECRET:
            assert SECRET_MARK in found.inputs["stringData"]
        else:
            assert GENERATED not in str(found.inputs)
    assert GENERATED not in str(monitor.outputs)


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ((), "api_keys: "),
        (({"name": "a"}, {"name": "a"}), "api_keys[1].name: 'a' is another key's name too"),
        (({"name": "router"},), "api_keys[0].name: 'router' is the router's own"),
        (({"name": "A b"},), "api_keys[0].name: "),
        (({"name": "a", "generations": []},), "api_keys[0].generations: "),
        (({"name": "a", "generations": [2, 1]},), "the newest last, for example [1, 2]"),
        (({"name": "a", "generations": [1, 1]},), "list each number once"),
        (({"name": "a", "generations": [0]},), "api_keys[0].generations[0]: "),
    ],
)
def test_keys_that_cannot_be_are_refused(keys: tuple[Any, ...], said: str) -> None:
    with pytest.raises(pulumi.RunError) as refused:
        built(api_keys=keys)
    assert said in str(refused.value)


def test_a_key_can_be_written_as_an_object() -> None:
    assert passwords(built(api_keys=(ApiKey(name="x", generations=(2,)),)))[0].endswith("-x-2")
    with pytest.raises(InvalidArgsError):
        ApiKey(name="router")
