from typing import Any

import pytest
from hoheit_lab.providers.kubernetes.diffing import differences
from hoheit_lab.providers.kubernetes.immutable import with_replacements
from hoheit_lab.providers.kubernetes.settings import Settings
from hoheit_lab.providers.paths import format_path


def replaced(
    kind: str,
    old: dict[str, Any],
    new: dict[str, Any],
    settings: Settings | None = None,
    *,
    patch: bool = False,
) -> set[str]:
    """The changed paths that need a new object."""
    api_version, _, name = kind.rpartition(" ")
    head = {"apiVersion": api_version, "kind": name}
    old, new = {**head, **old}, {**head, **new}
    changes = with_replacements(
        differences(old, new, old), old, new, settings or Settings(), patch=patch
    )
    assert changes
    return {format_path(path) for path, change in changes.items() if change.replaces}


def spec(**fields: Any) -> dict[str, Any]:
    return {"spec": fields}


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("apps/v1 Deployment", spec(selector={"a": "1"}), spec(selector={"a": "2"})),
        ("apps/v1 DaemonSet", spec(selector={"a": "1"}), spec(selector={"a": "2"})),
        ("apps/v1 ReplicaSet", spec(selector={"a": "1"}), spec(selector={"a": "2"})),
        ("apps/v1 StatefulSet", spec(serviceName="a"), spec(serviceName="b")),
        ("apps/v1 StatefulSet", spec(podManagementPolicy="Parallel"), spec()),
        ("apps/v1 StatefulSet", spec(volumeClaimTemplates=[]), spec(volumeClaimTemplates=[1])),
        ("batch/v1 Job", spec(template={"a": 1}), spec(template={"a": 2})),
        ("batch/v1 Job", spec(completions=1), spec(completions=2)),
        ("v1 PersistentVolumeClaim", spec(storageClassName="a"), spec(storageClassName="b")),
        ("v1 PersistentVolumeClaim", spec(accessModes=["a"]), spec(accessModes=["a", "b"])),
        ("v1 Service", spec(clusterIP="10.0.0.1"), spec(clusterIP="None")),
        ("v1 Service", spec(clusterIP="None"), spec()),
        ("v1 Pod", spec(nodeName="a"), spec(nodeName="b")),
        ("v1 ConfigMap", {"data": {"a": "1"}}, {"data": {"a": "2"}}),
        ("v1 ConfigMap", {"binaryData": {"a": "1"}}, {}),
        ("v1 Secret", {"data": {"a": "1"}}, {"data": {"a": "2"}}),
        ("v1 Secret", {"type": "a"}, {"type": "b"}),
        ("storage.k8s.io/v1 StorageClass", {"provisioner": "a"}, {"provisioner": "b"}),
        ("storage.k8s.io/v1 StorageClass", {"parameters": {"a": "1"}}, {}),
        ("rbac.authorization.k8s.io/v1 RoleBinding", {"roleRef": {"a": 1}}, {"roleRef": {"a": 2}}),
        ("scheduling.k8s.io/v1 PriorityClass", {"value": 1}, {"value": 2}),
        ("v1 Anything", {"metadata": {"name": "a"}}, {"metadata": {"name": "b"}}),
        ("v1 Anything", {"metadata": {"namespace": "a"}}, {"metadata": {"namespace": "b"}}),
    ],
)
def test_a_field_that_cannot_change_needs_a_new_object(
    kind: str, old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert replaced(kind, old, new)


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("apps/v1 Deployment", spec(replicas=1, template={}), spec(replicas=2, template={"a": 1})),
        ("apps/v1 StatefulSet", spec(replicas=1), spec(replicas=2)),
        ("batch/v1 Job", spec(parallelism=1), spec(parallelism=2)),
        ("batch/v1 CronJob", spec(jobTemplate={"a": 1}), spec(jobTemplate={"a": 2})),
        ("v1 Service", spec(type="ClusterIP"), spec(type="NodePort")),
        ("v1 Service", spec(clusterIP="10.0.0.1", type="ClusterIP"), spec(type="ExternalName")),
        ("v1 ConfigMap", {"metadata": {"labels": {}}}, {"metadata": {"labels": {"a": "1"}}}),
        ("v1 Pod", spec(containers=[{"image": "a"}]), spec(containers=[{"image": "b"}])),
        ("networking.k8s.io/v1 Ingress", spec(rules=[1]), spec(rules=[2])),
    ],
)
def test_what_the_api_server_lets_change_is_updated_in_place(
    kind: str, old: dict[str, Any], new: dict[str, Any]
) -> None:
    assert replaced(kind, old, new) == set()


def test_a_claim_can_grow_and_cannot_shrink() -> None:
    def size(text: str) -> dict[str, Any]:
        return spec(resources={"requests": {"storage": text}})

    kind = "v1 PersistentVolumeClaim"
    assert replaced(kind, size("1Gi"), size("2048Mi")) == set()
    assert replaced(kind, size("2Gi"), size("1Gi")) == {"spec.resources.requests.storage"}


def test_config_maps_change_in_place_only_where_the_settings_say_so() -> None:
    old, new = {"data": {"a": "1"}}, {"data": {"a": "2"}}

    assert replaced("v1 ConfigMap", old, new, Settings(mutable_config_maps=True)) == set()
    assert replaced("v1 Secret", old, new, Settings(mutable_secrets=True)) == set()


@pytest.mark.parametrize("kind", ["v1 ConfigMap", "v1 Secret"])
def test_what_declares_itself_immutable_is_replaced_whatever_the_settings_say(kind: str) -> None:
    settings = Settings(mutable_config_maps=True, mutable_secrets=True)
    old = {"immutable": True, "data": {"a": "1"}}

    assert replaced(kind, old, {**old, "data": {"a": "2"}}, settings) == {"data.a"}
    assert replaced(kind, old, {"data": {"a": "1"}}, settings) == {"immutable"}


def test_only_its_identity_makes_another_patch() -> None:
    old = {"metadata": {"name": "a"}, "data": {"a": "1"}}
    new = {"metadata": {"name": "b"}, "data": {"a": "2"}}

    assert replaced("v1 ConfigMap", old, new, patch=True) == {"metadata.name"}
