"""The configuration of Alertmanager, as data."""

import json
from typing import Any

from hoheit import AlertThresholds
from hoheit._monitoring.alertmanager import (
    ALERTMANAGER_COMMAND,
    alertmanager_config,
    alertmanager_pod,
)
from hoheit._monitoring.rules import Alert, Severity
from hoheit._monitoring.vllm_rules import vllm_group
from support.samples import images, webhook
from unit.components.monitoring.promql import kept_labels


def pod(*receivers: Any) -> Any:
    return alertmanager_pod(receivers, images(), account="account", config="config", claim="claim")


def test_every_receiver_is_told_and_its_address_comes_from_a_file() -> None:
    found = json.loads(alertmanager_config([webhook(), webhook(name="security")]))
    (group,) = found["receivers"]
    files = [one["url_file"] for one in group["webhook_configs"]]
    mounts = {one["mount_path"] for one in pod(webhook())["containers"][0]["volume_mounts"]}
    assert files[0].rpartition("/")[0] in mounts
    assert [file.rpartition("/")[2] for file in files] == ["url", "url"]
    assert found["route"]["receiver"] == group["name"]


def test_without_receivers_alerts_are_kept_and_sent_to_nobody() -> None:
    found = json.loads(alertmanager_config([]))
    assert found["receivers"] == [{"name": "operators", "webhook_configs": []}]


def test_no_address_stands_in_the_configuration() -> None:
    text = alertmanager_config([webhook()])
    assert "alerts.example.internal" not in text
    assert "on-call-webhook" not in text


def test_a_single_replica_opens_no_port_for_others() -> None:
    assert "--cluster.listen-address=" in ALERTMANAGER_COMMAND
    assert [one["container_port"] for one in pod()["containers"][0]["ports"]] == [9093]


def test_only_the_graver_alert_about_the_same_queue_mutes_one() -> None:
    (rule,) = json.loads(alertmanager_config([]))["inhibit_rules"]
    labels = rule["equal"]
    alerts = {
        f'alertname="{one.name}"': one
        for one in vllm_group(AlertThresholds()).rules
        if isinstance(one, Alert)
    }
    ends = {Severity.CRITICAL: "source_matchers", Severity.WARNING: "target_matchers"}
    for severity, matchers in ends.items():
        name, *there = rule[matchers]
        assert alerts[name].severity == severity
        assert alerts[name].needs == ("vllm:num_requests_waiting",)
        assert kept_labels(alerts[name].expr) == [set(labels)]
        assert there == [f'{label}=~".+"' for label in labels]
