"""A cluster that somebody runs already, and a closed namespace in it."""

from typing import Any

import pulumi
import pytest
from hoheit import (
    Cluster,
    DataClass,
    OnDestroy,
    RestrictedNamespace,
    StoragePurpose,
    WorkloadIdentity,
)
from hoheit_infra import ExistingCluster
from support import components, samples
from support.manifests import SECRET_MARK, manifest
from support.monitor import Monitor, run

PROVIDER = "pulumi:providers:kubernetes"


def made(**changes: Any) -> ExistingCluster:
    clusters: list[ExistingCluster] = []
    run(lambda: clusters.append(components.cluster(**changes)))
    return clusters[0]


def identity(cluster: ExistingCluster) -> WorkloadIdentity:
    return cluster.workload_identity(
        "mistral",
        namespace="models",
        account="mistral-server",
        grants=[],
        opts=pulumi.ResourceOptions(),
    )


@pytest.fixture
def warnings(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    told: list[str] = []

    def warn(message: str, *_: object) -> None:
        told.append(message)

    monkeypatch.setattr(pulumi.log, "warn", warn)
    return told


def space() -> Monitor:
    return run(lambda: components.space("team"))


def test_an_existing_cluster_fulfils_the_contract() -> None:
    assert isinstance(made(), Cluster)


def test_the_provider_names_its_context_and_an_identifier_that_outlives_addresses() -> None:
    inputs = run(components.cluster).one(PROVIDER).inputs
    assert (inputs["context"], inputs["clusterIdentifier"]) == ("lab", "lab")
    assert "kubeconfig" not in inputs


def test_a_kubeconfig_stays_a_secret() -> None:
    def program() -> None:
        kubeconfig = pulumi.Output.secret("apiVersion: v1")
        components.cluster(kubeconfig=kubeconfig)

    assert SECRET_MARK in run(program).one(PROVIDER).inputs["kubeconfig"]


@pytest.mark.parametrize("field", ["context", "cluster_identifier"])
def test_the_current_context_is_never_meant(field: str) -> None:
    given = {**components.mapping(samples.cluster()), field: ""}
    with pytest.raises(pulumi.RunError, match=f"{field}: String should have at least 1"):
        run(lambda: ExistingCluster("lab", given))  # pyright: ignore[reportArgumentType]


def test_a_database_gets_a_claim_and_weights_get_the_nodes_disk() -> None:
    cluster = made(capabilities={"storage_classes": [{"name": "encrypted"}, {"name": "other"}]})
    assert cluster.storage(StoragePurpose.MODEL_CACHE).storage_class is None
    assert cluster.storage(StoragePurpose.DATABASE).storage_class == "encrypted"
    with pytest.raises(
        pulumi.RunError, match="storage_classes: empty, but database needs a volume"
    ):
        made().storage(StoragePurpose.DATABASE)


def test_an_identity_that_nobody_could_create_is_refused() -> None:
    with pytest.raises(
        pulumi.RunError, match="identity: irsa needs a driver that creates the role"
    ):
        identity(made(capabilities={"identity": "irsa"}))


def test_pods_of_an_existing_cluster_prove_themselves_by_a_secret() -> None:
    found = identity(made())
    assert (found.annotations, found.ready) == ({}, ())


@pytest.mark.parametrize("mirror", ["mirror", "harbor/hoheit", "https://mirror.internal", "a_b.c"])
def test_a_mirror_that_a_runtime_would_take_for_a_folder_of_docker_hub_is_refused(
    mirror: str,
) -> None:
    given = {**components.mapping(samples.cluster()), "image_mirror": mirror}
    with pytest.raises(pulumi.RunError, match="image_mirror: a mirror is a host with a dot"):
        run(lambda: ExistingCluster("lab", given))  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("reference", "pulled"),
    [
        ("docker.io/library/haproxy:3", "mirror.internal:5000/all/docker.io/library/haproxy:3"),
        ("mirror.internal:5000/own/fetcher:1", "mirror.internal:5000/own/fetcher:1"),
        ("mirror.internal/own/fetcher:1", "mirror.internal:5000/all/mirror.internal/own/fetcher:1"),
    ],
)
def test_a_mirror_holds_every_image_but_those_of_its_own_host(reference: str, pulled: str) -> None:
    assert made(image_mirror="mirror.internal:5000/all").image(reference) == pulled
    assert made().image(reference) == reference


@pytest.mark.parametrize("enforced", ["none", "unknown"])
def test_policies_that_nobody_is_known_to_enforce_are_warned_about(
    enforced: str, warnings: list[str]
) -> None:
    made(capabilities={"network_policy": enforced})
    (warning,) = warnings
    assert warning.startswith(f"cluster.capabilities.network_policy: {enforced}; ")


def test_policies_that_somebody_enforces_are_not_worth_a_warning(warnings: list[str]) -> None:
    made(capabilities={"network_policy": "cilium"})
    assert warnings == []


def test_the_registers_of_a_cluster_name_etcd_and_no_recipient() -> None:
    cluster = made(location=samples.declared_location())
    (etcd,) = cluster.stores
    assert (etcd.data_class, etcd.on_destroy) == (DataClass.CONFIGURATION, OnDestroy.RETAIN)
    assert etcd.location.country.value == "DE"
    assert cluster.egress == ()


def test_a_closed_namespace_keeps_nothing_and_contacts_nobody() -> None:
    spaces: list[RestrictedNamespace] = []
    run(lambda: spaces.append(components.space("team")))
    assert [(found.stores, found.egress) for found in spaces] == [((), ())]


def test_a_namespace_enforces_the_restricted_standard_and_warns_and_audits_by_it() -> None:
    namespace = manifest(space().one("kubernetes:core/v1:Namespace"))
    assert namespace["metadata"]["name"] == "team"
    labels = namespace["metadata"]["labels"]
    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == "restricted"


def test_a_namespace_is_closed_in_both_directions() -> None:
    policy = manifest(space().one("kubernetes:networking.k8s.io/v1:NetworkPolicy"))
    assert policy["metadata"]["namespace"] == "team"
    assert policy["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_a_namespace_that_kubernetes_could_not_have_is_refused() -> None:
    def program() -> None:
        given = {"cluster": components.cluster(), "namespace": "Team"}
        RestrictedNamespace("team", given)  # pyright: ignore[reportArgumentType]

    with pytest.raises(pulumi.RunError, match="namespace: a name of lower-case"):
        run(program)
