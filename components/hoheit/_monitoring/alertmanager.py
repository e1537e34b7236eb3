"""Alertmanager: its configuration, its flags, its pod."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from .names import ALERTMANAGER, ALERTMANAGER_PORT, NOBODY
from .pods import pod, probes, resources, server
from .vllm_rules import QUEUE_TOO_LONG, REQUESTS_WAITING, SERVICE_LABELS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi
    from pulumi_kubernetes.core.v1 import PodSpecArgsDict, VolumeArgsDict, VolumeMountArgsDict

    from hoheit.images import Images
    from hoheit.monitoring_settings import WebhookReceiver

CONFIG_FILE = "alertmanager.yml"
URL_KEY = "url"
"""Key of a receiver's Secret under which its address lies."""
RETENTION_HOURS = 120
"""How long expired silences and sent notifications are remembered."""
VOLUME_GIB = 1
"""The smallest that clouds offer; what is kept is far smaller."""
_CONFIG_DIR = "/etc/alertmanager/config"
_RECEIVERS_DIR = "/etc/alertmanager/receivers"
_DATA_DIR = "/alertmanager"
_CPU_MILLICORES = 50
_MEMORY_MIB = 128
_STARTUP_SECONDS = 60

ALERTMANAGER_COMMAND = (
    "/bin/alertmanager",
    f"--config.file={_CONFIG_DIR}/{CONFIG_FILE}",
    f"--storage.path={_DATA_DIR}",
    f"--data.retention={RETENTION_HOURS}h",
    f"--web.listen-address=:{ALERTMANAGER_PORT}",
    # One replica has nobody to gossip with, and needs no second port.
    "--cluster.listen-address=",
)


def alertmanager_config(receivers: Sequence[WebhookReceiver]) -> str:
    """Return ``alertmanager.yml``, in JSON, which is YAML too.

    Every receiver is told everything, but not twice that one queue is long. Without receivers,
    alerts are kept and sent nowhere.
    """
    webhooks = [
        {"url_file": f"{_RECEIVERS_DIR}/{receiver.name}/{URL_KEY}", "send_resolved": True}
        for receiver in receivers
    ]
    config = {
        "route": {
            "receiver": "operators",
            "group_by": ["alertname", "namespace", "job"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "4h",
        },
        "receivers": [{"name": "operators", "webhook_configs": webhooks}],
        "inhibit_rules": [_mute(REQUESTS_WAITING, while_firing=QUEUE_TOO_LONG)],
    }
    return json.dumps(config, indent=2) + "\n"


def _mute(alert: str, *, while_firing: str) -> dict[str, list[str]]:
    """Return the rule that one alert about a served model is not sent while a graver one fires.

    By name, because a severity alone would mute other problems; and with every label there,
    because Alertmanager takes a label that both alerts lack for an equal one.
    """
    there = [f'{label}=~".+"' for label in SERVICE_LABELS]
    return {
        "source_matchers": [f'alertname="{while_firing}"', *there],
        "target_matchers": [f'alertname="{alert}"', *there],
        "equal": [*SERVICE_LABELS],
    }


def alertmanager_pod(
    receivers: Sequence[WebhookReceiver],
    images: Images,
    *,
    account: pulumi.Input[str],
    config: pulumi.Input[str],
    claim: pulumi.Input[str],
) -> PodSpecArgsDict:
    """Return the pod; the named objects may be outputs of other resources."""
    volumes: list[VolumeArgsDict] = [
        {"name": "config", "config_map": {"name": config}},
        {"name": "data", "persistent_volume_claim": {"claim_name": claim}},
        *(
            {"name": f"receiver-{one.name}", "secret": {"secret_name": one.url_secret}}
            for one in receivers
        ),
    ]
    mounts: list[VolumeMountArgsDict] = [
        {"name": "config", "mount_path": _CONFIG_DIR, "read_only": True},
        {"name": "data", "mount_path": _DATA_DIR},
        *(
            {
                "name": f"receiver-{one.name}",
                "mount_path": f"{_RECEIVERS_DIR}/{one.name}",
                "read_only": True,
            }
            for one in receivers
        ),
    ]
    container = server(
        ALERTMANAGER,
        images.reference("alertmanager"),
        ALERTMANAGER_COMMAND,
        ports={"http": ALERTMANAGER_PORT},
        probes=probes(
            ALERTMANAGER_PORT,
            ready="/-/ready",
            live="/-/healthy",
            startup_seconds=_STARTUP_SECONDS,
        ),
        resources=resources(_CPU_MILLICORES, _MEMORY_MIB),
        mounts=mounts,
    )
    return pod(
        container,
        account=account,
        user=NOBODY,
        volumes=volumes,
        pull_secrets=images.pull_secrets,
    )
