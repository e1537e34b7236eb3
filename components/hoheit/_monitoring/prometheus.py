"""Prometheus: its configuration, its flags, its pod."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .kubelets import kubelet_scrape_config
from .names import NOBODY, PROMETHEUS, PROMETHEUS_PORT
from .pods import pod, probes, resources, server
from .relabelling import labelling, selection

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pulumi
    from pulumi_kubernetes.core.v1 import (
        PodSpecArgsDict,
        VolumeArgsDict,
        VolumeMountArgsDict,
    )

    from hoheit.images import Images
    from hoheit.monitoring_settings import MonitoringSettings
    from hoheit.scrape_target import ScrapeTarget

CONFIG_FILE = "prometheus.yml"
RULES_FILE = "rules.yml"
TOKEN_KEY = "token"  # noqa: S105 - the key's name in a Secret
"""Key of a target's ``auth_secret`` under which its bearer token lies."""
_CONFIG_DIR = "/etc/prometheus/config"
_RULES_DIR = "/etc/prometheus/rules"
_TOKENS_DIR = "/etc/prometheus/tokens"
_DATA_DIR = "/prometheus"
_INTERVAL_SECONDS = 30
_STARTUP_SECONDS = 900
"""Replaying the write-ahead log of a busy hour takes minutes."""
_GRACE_SECONDS = 120

PROMETHEUS_COMMAND = (
    "/bin/prometheus",
    f"--config.file={_CONFIG_DIR}/{CONFIG_FILE}",
    f"--storage.tsdb.path={_DATA_DIR}",
    f"--web.listen-address=:{PROMETHEUS_PORT}",
)
"""No lifecycle, admin or remote-write API: nothing can be deleted or written from the network."""


def prometheus_config(
    settings: MonitoringSettings,
    targets: Sequence[ScrapeTarget],
    *,
    cluster: str,
    alertmanager: str,
) -> str:
    """Return ``prometheus.yml``, in JSON, which is YAML too.

    Args:
        settings: How long samples are kept, and whether kubelets are asked.
        targets: What to scrape; namespaces are known by now.
        cluster: Name of the cluster, on every alert.
        alertmanager: Host and port.
    """
    every = f"{_INTERVAL_SECONDS}s"
    retention = {"time": f"{settings.retention_days}d", "size": f"{settings.retention_size_gib}GB"}
    config = {
        "global": {
            "scrape_interval": every,
            "evaluation_interval": every,
            "external_labels": {"cluster": cluster},
        },
        # Powers of two: Prometheus calls a GiB a GB.
        "storage": {"tsdb": {"retention": retention}},
        "rule_files": [f"{_RULES_DIR}/{RULES_FILE}"],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
        "scrape_configs": [
            *(scrape_config(target, token) for target, token in _tokens(targets)),
            *([kubelet_scrape_config(settings.kubelets)] if settings.kubelets else []),
        ],
    }
    return json.dumps(config, indent=2) + "\n"


def scrape_config(target: ScrapeTarget, token: str) -> dict[str, Any]:
    """Return the scrape configuration of one target, whose namespace is known by now.

    Args:
        target: What to scrape.
        token: Name of the volume that its bearer token lies on, if it asks for one.
    """
    config: dict[str, Any] = {
        "job_name": f"{target.job}/{target.exporter}",
        "scheme": target.scheme,
        "metrics_path": target.path,
        "scrape_interval": f"{target.interval_seconds}s",
        "scrape_timeout": f"{target.timeout_seconds}s",
        "honor_labels": tells_of_others(target),
        "kubernetes_sd_configs": [{"role": "pod", "namespaces": {"names": [target.namespace]}}],
        "relabel_configs": [step.prometheus() for step in [*selection(target), *labelling(target)]],
    }
    if target.auth_secret is not None:
        file = f"{_TOKENS_DIR}/{token}/{TOKEN_KEY}"
        config["authorization"] = {"type": "Bearer", "credentials_file": file}
    return config


def tells_of_others(target: ScrapeTarget) -> bool:
    """Tell whether the exporter's own labels name the pods that it tells about, not itself."""
    return target.exporter == "kube-state-metrics"


def _tokens(targets: Sequence[ScrapeTarget]) -> list[tuple[ScrapeTarget, str]]:
    """Return each target with the name of a volume, which is short whatever the target's is."""
    return [(target, f"token-{index}") for index, target in enumerate(targets)]


def prometheus_pod(  # noqa: PLR0913 - each is a means of the pod, by name
    settings: MonitoringSettings,
    images: Images,
    targets: Sequence[ScrapeTarget],
    *,
    account: pulumi.Input[str],
    config: pulumi.Input[str],
    rules: pulumi.Input[str],
    claim: pulumi.Input[str],
) -> PodSpecArgsDict:
    """Return the pod; the named objects may be outputs of other resources."""
    tokens = {
        name: target.auth_secret
        for target, name in _tokens(targets)
        if target.auth_secret is not None
    }
    volumes: list[VolumeArgsDict] = [
        {"name": "config", "config_map": {"name": config}},
        {"name": "rules", "config_map": {"name": rules}},
        {"name": "data", "persistent_volume_claim": {"claim_name": claim}},
        *({"name": name, "secret": {"secret_name": secret}} for name, secret in tokens.items()),
    ]
    mounts: list[VolumeMountArgsDict] = [
        {"name": "config", "mount_path": _CONFIG_DIR, "read_only": True},
        {"name": "rules", "mount_path": _RULES_DIR, "read_only": True},
        {"name": "data", "mount_path": _DATA_DIR},
        *(
            {"name": name, "mount_path": f"{_TOKENS_DIR}/{name}", "read_only": True}
            for name in tokens
        ),
    ]
    container = server(
        PROMETHEUS,
        images.reference("prometheus"),
        PROMETHEUS_COMMAND,
        ports={"http": PROMETHEUS_PORT},
        probes=probes(
            PROMETHEUS_PORT,
            ready="/-/ready",
            live="/-/healthy",
            startup_seconds=_STARTUP_SECONDS,
        ),
        resources=resources(settings.prometheus_cpu_millicores, settings.prometheus_memory_mib),
        mounts=mounts,
    )
    return pod(
        container,
        account=account,
        user=NOBODY,
        volumes=volumes,
        pull_secrets=images.pull_secrets,
        token=True,
        grace_seconds=_GRACE_SECONDS,
    )
