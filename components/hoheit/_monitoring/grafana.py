"""Grafana: its provisioning, its environment, its pod. Nothing of it is worth keeping."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from hoheit_facts import IMAGES, switches_off

from hoheit._secret_variable import secret_variable

from .dashboard import DATASOURCE_UID
from .names import GRAFANA, GRAFANA_PORT
from .pods import pod, probes, resources, server

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pulumi
    from pulumi_kubernetes.core.v1 import (
        EnvVarArgsDict,
        PodSpecArgsDict,
        VolumeArgsDict,
        VolumeMountArgsDict,
    )

    from hoheit.images import Images

    from .dashboard import Dashboard

ADMIN_PASSWORD_KEY = "admin-password"  # noqa: S105 - the key's name in a Secret
SIGNING_KEY = "signing-key"
DATASOURCES_FILE = "datasources.yaml"
PROVIDERS_FILE = "dashboards.yaml"
USER = 472
"""User id that Grafana's image ships: its Dockerfile, GF_UID."""
_PROVISIONING = "/etc/grafana/provisioning"
_PLACES = {
    DATASOURCES_FILE: f"datasources/{DATASOURCES_FILE}",
    PROVIDERS_FILE: f"dashboards/{PROVIDERS_FILE}",
}
"""Where Grafana looks for each file, below its provisioning directory."""
_DASHBOARDS_DIR = "/etc/grafana/dashboards"
_DATA_DIR = "/var/lib/grafana"
_DATA_MIB = 256
_CPU_MILLICORES = 100
_MEMORY_MIB = 512
_STARTUP_SECONDS = 300
_HOME = "/usr/share/grafana"

GRAFANA_COMMAND = ("grafana", "server", f"--homepath={_HOME}", "--packaging=docker")
"""What the image's start script ends with: the script itself edits files of the image."""


def provisioning(prometheus_url: str) -> dict[str, str]:
    """Return the files that connect Grafana to Prometheus and to the dashboards' directory."""
    datasource = {
        "name": "Prometheus",
        "uid": DATASOURCE_UID,
        "type": "prometheus",
        "access": "proxy",
        "url": prometheus_url,
        "isDefault": True,
        "editable": False,
    }
    provider = {
        "name": "hoheit",
        "type": "file",
        "allowUiUpdates": False,
        "disableDeletion": True,
        "options": {"path": _DASHBOARDS_DIR},
    }
    return {
        DATASOURCES_FILE: _yaml({"apiVersion": 1, "datasources": [datasource]}),
        PROVIDERS_FILE: _yaml({"apiVersion": 1, "providers": [provider]}),
    }


def dashboard_files(pages: Iterable[Dashboard]) -> dict[str, str]:
    """Return the file of each dashboard."""
    return {page.file: page.rendered() for page in pages}


def grafana_pod(  # noqa: PLR0913 - each is a means of the pod, by name
    images: Images,
    *,
    account: pulumi.Input[str],
    provisioning: pulumi.Input[str],
    dashboards: pulumi.Input[str],
    secret: pulumi.Input[str],
    home: str,
) -> PodSpecArgsDict:
    """Return the pod; the named objects may be outputs of other resources.

    Args:
        images: As the cluster's mirror names them.
        account: Name of the ServiceAccount.
        provisioning: Name of the ConfigMap with :func:`provisioning`.
        dashboards: Name of the ConfigMap with :func:`dashboard_files`.
        secret: Name of the Secret with the admin password and the signing key.
        home: File of the dashboard that people see first.
    """
    volumes: list[VolumeArgsDict] = [
        {
            "name": "provisioning",
            "config_map": {
                "name": provisioning,
                "items": [{"key": file, "path": path} for file, path in _PLACES.items()],
            },
        },
        {"name": "dashboards", "config_map": {"name": dashboards}},
        # A new pod is a new database: it takes the password that the Secret has then.
        {"name": "data", "empty_dir": {"size_limit": f"{_DATA_MIB}Mi"}},
        {"name": "tmp", "empty_dir": {"size_limit": f"{_DATA_MIB}Mi"}},
    ]
    mounts: list[VolumeMountArgsDict] = [
        {"name": "provisioning", "mount_path": _PROVISIONING, "read_only": True},
        {"name": "dashboards", "mount_path": _DASHBOARDS_DIR, "read_only": True},
        {"name": "data", "mount_path": _DATA_DIR},
        {"name": "tmp", "mount_path": "/tmp"},  # noqa: S108 - emptyDir
    ]
    container = server(
        GRAFANA,
        images.reference("grafana"),
        GRAFANA_COMMAND,
        ports={"http": GRAFANA_PORT},
        probes=probes(
            GRAFANA_PORT, ready="/api/health", live="/api/health", startup_seconds=_STARTUP_SECONDS
        ),
        resources=resources(_CPU_MILLICORES, _MEMORY_MIB),
        mounts=mounts,
    )
    container["env"] = _environment(secret, home)
    return pod(
        container,
        account=account,
        user=USER,
        volumes=volumes,
        pull_secrets=images.pull_secrets,
    )


def _environment(secret: pulumi.Input[str], home: str) -> list[EnvVarArgsDict]:
    own = {
        "GF_PATHS_DATA": _DATA_DIR,
        "GF_PATHS_PROVISIONING": _PROVISIONING,
        "GF_LOG_MODE": "console",
        "GF_SERVER_HTTP_PORT": str(GRAFANA_PORT),
        "GF_USERS_ALLOW_SIGN_UP": "false",
        "GF_USERS_ALLOW_ORG_CREATE": "false",
        "GF_AUTH_ANONYMOUS_ENABLED": "false",
        # Alerts are Prometheus' business; a second place for rules would be overlooked.
        "GF_UNIFIED_ALERTING_ENABLED": "false",
        "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH": f"{_DASHBOARDS_DIR}/{home}",
    }
    plain = {**own, **switches_off(IMAGES["grafana"].software)}
    secrets = {
        "GF_SECURITY_ADMIN_PASSWORD": ADMIN_PASSWORD_KEY,
        "GF_SECURITY_SECRET_KEY": SIGNING_KEY,
    }
    return [
        *({"name": name, "value": value} for name, value in plain.items()),
        *(secret_variable(name, secret, key) for name, key in secrets.items()),
    ]


def _yaml(document: dict[str, object]) -> str:
    """Return JSON, which is YAML too."""
    return json.dumps(document, indent=2) + "\n"
