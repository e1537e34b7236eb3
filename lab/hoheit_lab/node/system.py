"""What a real node needs in the cluster, and how the cluster sees it."""

import tempfile
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from hoheit_lab.cluster import api_of
from hoheit_lab.console import heartbeat
from hoheit_lab.errors import LabError
from hoheit_lab.paths import StateDir

from . import images
from .bridge import LOOPBACK
from .dns import apply_dns
from .layout import NODE_NAME, NodeLayout
from .storage import apply_storage

DNS_PODS = "/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns"
READY_SECONDS = 90.0
REGISTRY_SECONDS = 15.0


def install(state: StateDir, programs: Mapping[str, Path], registry_port: int) -> None:
    """Brings the images and objects of the system to their form; again, it changes nothing."""
    _wait_for_registry(registry_port)
    references: dict[str, str] = {}
    for name in ("pause", "coredns"):
        with tempfile.TemporaryDirectory(dir=state.root, prefix=".image-") as scratch:
            images.write_image(programs[name], Path(scratch))
            references[name] = images.push(programs["crane"], Path(scratch), registry_port, name)
    api = api_of(state)
    apply_storage(api)
    apply_dns(api, references["coredns"])


def _wait_for_registry(port: int) -> None:
    deadline = monotonic() + REGISTRY_SECONDS
    while not _answers(port):
        if monotonic() > deadline:
            raise LabError(f"the lab's registry does not answer on 127.0.0.1:{port}")
        sleep(0.1)


def _answers(port: int) -> bool:
    connection = HTTPConnection(LOOPBACK, port, timeout=1)
    try:
        connection.request("GET", "/v2/")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def wait_until_ready(state: StateDir, since: datetime) -> None:
    """Waits until the node that was started at `since` is ready, and names resolve in its pods."""
    deadline = monotonic() + READY_SECONDS
    with heartbeat("waiting for the real node"):
        while not _is_ready(state, since):
            if monotonic() > deadline:
                raise LabError(
                    f"the real node is not ready after {READY_SECONDS:.0f} s; its logs are in "
                    f"{NodeLayout(state).logs}"
                )
            sleep(0.2)


def _is_ready(state: StateDir, since: datetime) -> bool:
    """Says whether node and CoreDNS were ready since; an older word may be a dead one's."""
    api = api_of(state)
    nodes: list[dict[str, Any]] = api.get("/api/v1/nodes")["items"]
    pods: list[dict[str, Any]] = api.get(DNS_PODS)["items"]
    return any(
        node["metadata"]["name"] == NODE_NAME and _says_so(node, "lastHeartbeatTime", since)
        for node in nodes
    ) and any(_says_so(pod, "lastTransitionTime", since) for pod in pods)


def _says_so(found: dict[str, Any], when: str, since: datetime) -> bool:
    """Says whether an object called itself ready, at a time that the API keeps in seconds."""
    return any(
        condition["type"] == "Ready"
        and condition["status"] == "True"
        and datetime.fromisoformat(condition[when]) >= since.replace(microsecond=0)
        for condition in found["status"].get("conditions", [])
    )
