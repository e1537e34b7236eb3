"""An S3 server of the environment's own."""

from typing import Any

import pulumi
import pytest
from hoheit import ObjectServer, ObjectStore, OnDestroy
from support import components, samples
from support.documents import python_block
from support.manifests import SECRET_MARK, containers, manifests, pod_templates
from support.monitor import Monitor, run, run_source

POLICY = "NetworkPolicy"
DOCS = "components/object-server.md"


def built(**changes: Any) -> Monitor:
    return run(lambda: components.object_server(**changes))


def of_server(monitor: Monitor, kind: str) -> dict[str, Any]:
    (found,) = [
        one
        for one in manifests(monitor)
        if one["kind"] == kind
        and one["metadata"]["labels"].get("app.kubernetes.io/name") == "versitygw"
    ]
    return found


def consumed() -> ObjectStore:
    kept: list[ObjectStore] = []

    def program() -> None:
        on = components.volume_cluster()
        consumer = components.space("models", on=on)
        server = components.object_server(on=on, consumers=(consumer,))
        kept.append(server.object_store(consumer))

    run(program)
    return kept[0]


def test_consumers_reach_the_bucket_by_a_name_that_is_known_in_preview() -> None:
    store = consumed()
    assert store.endpoint == "http://objects-s3.objects-space.svc.cluster.local:7070"
    assert store.bucket == "models"
    assert of_server(built(), "Service")["metadata"]["name"] == "objects-s3"


def test_the_rule_of_a_consumer_names_the_pods_of_the_server() -> None:
    pod = of_server(built(), "StatefulSet")["spec"]["template"]["metadata"]["labels"]
    peer = consumed().peer
    assert peer.namespace == "objects-space"
    assert peer.pod_labels.items() <= pod.items()


def test_only_the_namespaces_of_consumers_come_in_and_nothing_goes_out() -> None:
    spec = of_server(built(), POLICY)["spec"]
    (rule,) = spec["ingress"]
    (peer,) = rule["from"]
    assert peer["namespaceSelector"]["matchLabels"] == {
        "kubernetes.io/metadata.name": "objects-models"
    }
    assert rule["ports"] == [{"port": 7070, "protocol": "TCP"}]
    assert spec["egress"] == []


def test_the_bucket_is_there_before_the_server_starts() -> None:
    pod = pod_templates(built(bucket="eu-models"))["objects-s3-server"]["spec"]
    folders, server = containers(pod)
    assert folders["command"][-1] == f"{server['args'][-1]}/eu-models"


def test_the_key_is_generated_once_and_lies_in_a_secret_of_each_namespace() -> None:
    monitor = built()
    secrets = monitor.of_type("kubernetes:core/v1:Secret")
    places = {found.inputs["metadata"]["namespace"] for found in secrets}
    assert places == {"objects-space", "objects-models"}
    for found in secrets:
        assert SECRET_MARK in str(found.inputs["stringData"])
    assert len(monitor.of_type("random:index/randomPassword:RandomPassword")) == 1


@pytest.mark.parametrize(("on_destroy", "kept"), [("retain", True), ("delete", False)])
def test_the_volume_is_kept_and_protected_only_where_it_is_to_be_retained(
    on_destroy: str, kept: bool
) -> None:
    claim = built(on_destroy=on_destroy).named("objects-s3-data")
    assert (claim.request.protect, claim.request.retainOnDelete) == (kept, kept)


def test_where_the_bucket_is_is_what_the_storage_class_declares() -> None:
    place = samples.declared_location(country="FI", operator="Example Oy")
    classes = [{"name": "ssd", "location": place, "encryption": "LUKS", "key_holder": "us"}]
    kept: list[Any] = []

    def program() -> None:
        on = components.cluster(capabilities={"simulated": True, "storage_classes": classes})
        consumer = components.space("models", on=on)
        server = components.object_server(on=on, consumers=(consumer,))
        (store,) = server.stores
        kept.extend([store, server.object_store(consumer)])

    run(program)
    store, bucket = kept
    assert store.location.country.value == bucket.whereabouts.country.value == "FI"
    assert (store.encryption.value, store.key_holder.value) == ("LUKS", "us")
    assert bucket.encryption_at_rest.value == "LUKS"
    assert store.backup.value is None
    assert store.on_destroy is OnDestroy.DELETE


def test_the_program_of_the_documentation_runs_as_it_stands_there() -> None:
    monitor = run_source(python_block(DOCS))
    assert of_server(monitor, "StatefulSet")["metadata"]["name"] == "objects-s3"


def test_a_consumer_may_be_the_namespace_of_the_server_itself() -> None:
    def program() -> None:
        on = components.volume_cluster()
        # Another name than that of the server: two parts of one program have two names.
        space = components.space("shared", on=on)
        args = components.object_server_args(on, consumers=(space,)).model_copy(
            update={"namespace": space}
        )
        ObjectServer("objects", args)

    assert len(run(program).of_type("kubernetes:core/v1:Secret")) == 1


def test_a_namespace_that_is_no_consumer_gets_no_bucket() -> None:
    def program() -> None:
        on = components.volume_cluster()
        server = components.object_server(on=on)
        server.object_store(components.space("strangers", on=on))

    with pytest.raises(pulumi.RunError, match="namespace 'strangers' is not among its consumers"):
        run(program)


def test_a_name_instead_of_a_namespace_is_refused_with_a_sentence() -> None:
    def program() -> None:
        anything: Any = "models"
        components.object_server().object_store(anything)

    with pytest.raises(
        pulumi.RunError, match="namespace 'models' is not among its consumers; give"
    ):
        run(program)


def test_weights_of_a_hub_travel_through_the_own_bucket() -> None:
    def program() -> None:
        on = components.volume_cluster()
        consumer = components.space("models", on=on)
        server = components.object_server(on=on, consumers=(consumer,))
        components.mirror(on=on, object_store=server.object_store(consumer))

    pod = pod_templates(run(program))["weights-job"]["spec"]
    (fetcher,) = pod["containers"]
    assert "http://objects-s3.objects-space.svc.cluster.local:7070" in str(fetcher)
    assert "objects-credentials-models-abc12" in str(fetcher["env"])
