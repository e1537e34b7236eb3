from pathlib import Path

import pytest
from hoheit_lab.providers.kubernetes.settings import Settings, check, diff, parse
from hoheit_lab.providers.marks import UNKNOWN, Secret
from hoheit_lab.providers.requests import Change


def kubeconfig(server: str, cluster: str = "lab") -> str:
    return f"""
apiVersion: v1
kind: Config
current-context: it
contexts: [{{name: it, context: {{cluster: {cluster}, user: me, namespace: team}}}}]
clusters: [{{name: {cluster}, cluster: {{server: "{server}"}}}}]
users: [{{name: me, user: {{token: hunter2}}}}]
"""


HERE = kubeconfig("https://127.0.0.1:6443")


def test_a_kubeconfig_on_loopback_is_accepted() -> None:
    assert check({"kubeconfig": HERE}).failures == []


@pytest.mark.parametrize(
    "server", ["https://192.0.2.1:6443", "https://0.0.0.0", "https://[2001:db8::1]"]
)
def test_a_cluster_on_another_machine_is_refused_before_anything_is_done(server: str) -> None:
    (failure,) = check({"kubeconfig": kubeconfig(server)}).failures

    assert failure.path == "kubeconfig"
    assert "not on this machine" in failure.reason
    assert "official pulumi-resource-kubernetes" in failure.reason
    assert "hunter2" not in failure.reason


def test_a_secret_kubeconfig_is_looked_into_all_the_same() -> None:
    assert check({"kubeconfig": Secret(kubeconfig("https://192.0.2.1"))}).failures


def test_a_kubeconfig_that_is_not_known_yet_is_accepted_in_a_preview() -> None:
    assert check({"kubeconfig": UNKNOWN}).failures == []


def test_an_unknown_setting_is_refused_with_those_that_exist() -> None:
    (failure,) = check({"kubeConfig": "x"}).failures

    assert failure.path == "kubeConfig"
    assert "kubeconfig" in failure.reason


def test_rendering_yaml_is_refused_with_the_reason() -> None:
    (failure,) = check({"renderYamlToDirectory": "out"}).failures

    assert "only the official plugin renders YAML" in failure.reason


@pytest.mark.parametrize("value", ["yes", 1, ["true"]])
def test_a_switch_that_is_neither_true_nor_false_is_refused(value: object) -> None:
    assert check({"deleteUnreachable": value}).failures


def test_switches_are_read_from_stack_settings_and_from_programs() -> None:
    settings = parse({"deleteUnreachable": "true", "enableSecretMutable": True})

    assert settings == Settings(delete_unreachable=True, mutable_secrets=True)


def test_without_server_side_apply_conflicts_are_overwritten_as_client_side_apply_does() -> None:
    assert parse({"enableServerSideApply": "false"}).force_conflicts
    assert not parse({}).force_conflicts


def test_the_same_settings_are_no_difference() -> None:
    assert diff({"kubeconfig": HERE}, {"kubeconfig": HERE}).changes == {}


def test_a_renewed_credential_of_the_same_cluster_is_an_update() -> None:
    renewed = HERE.replace("hunter2", "hunter3")

    assert diff({"kubeconfig": HERE}, {"kubeconfig": renewed}).changes == {
        "kubeconfig": Change.UPDATE
    }


def test_a_kubeconfig_of_another_server_is_another_provider() -> None:
    other = kubeconfig("https://127.0.0.1:9999")

    assert diff({"kubeconfig": HERE}, {"kubeconfig": other}).changes == {
        "kubeconfig": Change.UPDATE_REPLACE
    }


def test_with_the_same_cluster_identifier_no_kubeconfig_means_another_cluster() -> None:
    old = {"kubeconfig": HERE, "clusterIdentifier": "c1"}
    new = {"kubeconfig": kubeconfig("https://127.0.0.1:9999"), "clusterIdentifier": "c1"}

    assert diff(old, new).changes == {"kubeconfig": Change.UPDATE}
    assert diff(old, {**new, "kubeconfig": UNKNOWN}).changes == {"kubeconfig": Change.UPDATE}


def test_another_cluster_identifier_is_another_cluster() -> None:
    changes = diff({"clusterIdentifier": "c1"}, {"clusterIdentifier": "c2"}).changes

    assert changes == {"clusterIdentifier": Change.UPDATE_REPLACE}


def test_a_kubeconfig_that_is_not_known_yet_may_mean_another_cluster() -> None:
    changes = diff({"kubeconfig": HERE}, {"kubeconfig": UNKNOWN}).changes

    assert changes == {"kubeconfig": Change.UPDATE_REPLACE}


def test_a_kubeconfig_file_that_is_gone_does_not_mean_another_cluster(tmp_path: Path) -> None:
    changes = diff({"kubeconfig": str(tmp_path / "gone")}, {"kubeconfig": HERE}).changes

    assert changes == {"kubeconfig": Change.UPDATE}


def test_the_version_of_the_sdk_is_no_setting() -> None:
    assert diff({"version": "4.33.0"}, {"version": "4.34.0"}).changes == {}
