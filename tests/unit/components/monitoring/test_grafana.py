"""Grafana's provisioning and environment."""

import json
from typing import Any

from hoheit import MonitoringSettings
from hoheit._monitoring.dashboard import DATASOURCE_UID
from hoheit._monitoring.dashboards import dashboards
from hoheit._monitoring.grafana import (
    DATASOURCES_FILE,
    PROVIDERS_FILE,
    dashboard_files,
    grafana_pod,
    provisioning,
)
from hoheit_facts import TELEMETRY
from support.samples import images

PAGES = dashboards(MonitoringSettings().thresholds, gpus=True)


def pod() -> dict[str, Any]:
    spec: Any = grafana_pod(
        images(),
        account="account",
        provisioning="provisioning",
        dashboards="dashboards",
        secret="secret",
        home=PAGES[0].file,
    )
    return spec


def environment() -> dict[str, Any]:
    return {one["name"]: one.get("value") for one in pod()["containers"][0]["env"]}


def test_every_switch_of_the_table_is_set() -> None:
    switches = {one.env: one.value for one in TELEMETRY if one.software == "grafana"}
    assert len(switches) >= 10
    assert environment().items() >= switches.items()


def test_nobody_gets_in_without_an_account_and_nobody_makes_one() -> None:
    found = environment()
    assert found["GF_AUTH_ANONYMOUS_ENABLED"] == "false"
    assert found["GF_USERS_ALLOW_SIGN_UP"] == "false"
    assert found["GF_USERS_ALLOW_ORG_CREATE"] == "false"


def test_password_and_signing_key_come_from_the_secret() -> None:
    entries = {one["name"]: one for one in pod()["containers"][0]["env"]}
    for variable, key in (
        ("GF_SECURITY_ADMIN_PASSWORD", "admin-password"),
        ("GF_SECURITY_SECRET_KEY", "signing-key"),
    ):
        assert entries[variable] == {
            "name": variable,
            "value_from": {"secret_key_ref": {"name": "secret", "key": key}},
        }


def test_its_database_lives_and_dies_with_the_pod_so_a_new_password_counts() -> None:
    (data,) = [one for one in pod()["volumes"] if one["name"] == "data"]
    assert "empty_dir" in data


def test_the_data_source_has_the_uid_that_the_dashboards_name() -> None:
    files = provisioning("http://prometheus:9090")
    (source,) = json.loads(files[DATASOURCES_FILE])["datasources"]
    assert (source["uid"], source["url"]) == (DATASOURCE_UID, "http://prometheus:9090")
    assert source["editable"] is False


def test_dashboards_are_read_from_where_they_are_mounted() -> None:
    (provider,) = json.loads(provisioning("http://prometheus:9090")[PROVIDERS_FILE])["providers"]
    mounts = {one["name"]: one["mount_path"] for one in pod()["containers"][0]["volume_mounts"]}
    assert provider["options"]["path"] == mounts["dashboards"]
    home = environment()["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert home == f"{mounts['dashboards']}/{PAGES[0].file}"
    assert PAGES[0].file in dashboard_files(PAGES)


def test_provisioning_files_lie_where_grafana_looks_for_them() -> None:
    (volume,) = [one for one in pod()["volumes"] if one["name"] == "provisioning"]
    places = {one["key"]: one["path"] for one in volume["config_map"]["items"]}
    assert places.keys() == provisioning("").keys()
    assert places[DATASOURCES_FILE].startswith("datasources/")
    assert places[PROVIDERS_FILE].startswith("dashboards/")
