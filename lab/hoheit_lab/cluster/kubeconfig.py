"""The lab's own kubeconfig; the user's is never touched."""

import base64
from typing import Any

import yaml

from .layout import CLUSTER_NAME, Layout


def write_kubeconfig(layout: Layout, port: int) -> None:
    """Writes the state directory's kubeconfig with the one context `lab`, certificates inside."""

    def embedded(name: str) -> str:
        return base64.b64encode((layout.pki / name).read_bytes()).decode()

    document: dict[str, Any] = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": CLUSTER_NAME,
        "clusters": [
            {
                "name": CLUSTER_NAME,
                "cluster": {
                    "server": f"https://127.0.0.1:{port}",
                    "certificate-authority-data": embedded("ca.crt"),
                },
            }
        ],
        "users": [
            {
                "name": CLUSTER_NAME,
                "user": {
                    "client-certificate-data": embedded("admin.crt"),
                    "client-key-data": embedded("admin.key"),
                },
            }
        ],
        "contexts": [
            {"name": CLUSTER_NAME, "context": {"cluster": CLUSTER_NAME, "user": CLUSTER_NAME}}
        ],
    }
    target = layout.state.kubeconfig
    fresh = target.with_name(f".{target.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(yaml.safe_dump(document, sort_keys=False))
    fresh.replace(target)
