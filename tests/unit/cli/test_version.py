"""Is the cluster new enough for what our manifests use?"""

from typing import Any

import pytest
from hoheit import StorageChoice, VllmSettings
from hoheit._gateway_container import GatewaySecrets
from hoheit._server_pod import ServerPod
from hoheit_cli.checks.version import IMAGE_VOLUMES, SIDECARS, SLEEP, check_version
from hoheit_cli.finding import Finding, Unread, Verdict
from support.samples import DIGEST, images, object_store, settings, stored_weights


def node(name: str, kubelet: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "status": {"nodeInfo": {"kubeletVersion": kubelet}}}


def checked(version: str, *kubelets: str, image_volumes: bool = False) -> list[Finding]:
    nodes = [node(f"node-{index}", kubelet) for index, kubelet in enumerate(kubelets)]
    return check_version(version, nodes, image_volumes=image_volumes)


@pytest.mark.parametrize(
    ("version", "image_volumes", "verdict"),
    [
        ("v1.34.0", False, Verdict.OK),
        ("v1.34.1-eks-113cf36", False, Verdict.OK),
        ("v1.37.2+k3s1", True, Verdict.OK),
        ("v1.36.0", True, Verdict.OK),
        ("v1.35.4", True, Verdict.DIFFERS),
        ("v1.33.9", False, Verdict.DIFFERS),
        ("v1.9.1", False, Verdict.DIFFERS),
        ("v2.1.0", False, Verdict.UNKNOWN),
        ("latest", False, Verdict.UNKNOWN),
    ],
)
def test_the_api_server_is_as_new_as_what_is_used(
    version: str, image_volumes: bool, verdict: Verdict
) -> None:
    (found,) = checked(version, image_volumes=image_volumes)
    assert found.verdict is verdict


def test_what_is_too_old_names_each_feature_and_the_version_to_upgrade_to() -> None:
    (found,) = checked("v1.32.1", image_volumes=True)
    assert "native sidecars (1.33), preStop.sleep (1.34), image volumes" in found.seen
    assert found.way_out.startswith("upgrade to 1.36 or newer; https://kubernetes.io/docs/")


def test_the_oldest_kubelet_counts_because_it_starts_the_sidecars() -> None:
    server, kubelets = checked("v1.36.0", "v1.36.0", "v1.33.2", "v1.35.0")
    assert (server.verdict, kubelets.verdict) == (Verdict.OK, Verdict.DIFFERS)
    assert "node-1" in kubelets.seen


def test_kubelets_that_say_nothing_are_not_judged() -> None:
    assert [one.verdict for one in checked("v1.36.0", "", "fake")] == [Verdict.OK]


def test_nodes_that_may_not_be_read_are_unknown() -> None:
    found = check_version("v1.36.0", Unread(why="forbidden"), image_volumes=False)
    assert [one.verdict for one in found] == [Verdict.OK, Verdict.UNKNOWN]


def server_pod(asked: VllmSettings) -> dict[str, Any]:
    pod = ServerPod(
        settings=asked,
        images=images(),
        weights=asked.weights,
        weights_storage=StorageChoice(storage_class=None),
        store=object_store(),
        runtime_class=None,
    )
    return dict(
        pod.spec(
            service_account="account",
            secrets=GatewaySecrets(keys="keys", upstream="key", upstream_key="key"),
            gateway_config="config",
            placement=({"pool": "l4"}, []),
            spread_over={"app": "x"},
        )
    )


def test_the_features_are_those_that_a_server_pod_uses() -> None:
    spec = server_pod(settings(weights=stored_weights(f"oci://registry.example/a@{DIGEST}")))
    sidecars = [one for one in spec["init_containers"] if one.get("restart_policy") == "Always"]
    assert (len(sidecars), SIDECARS.minor) == (1, 33)
    (server,) = spec["containers"]
    assert ("sleep" in server["lifecycle"]["pre_stop"], SLEEP.minor) == (True, 34)
    image_volumes = [one for one in spec["volumes"] if "image" in one]
    assert (len(image_volumes), IMAGE_VOLUMES.minor) == (1, 36)
