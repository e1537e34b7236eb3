"""The restricted Pod Security Standard as the Kubernetes documentation words it.

Written from the standard's text, and independent of the admission plugin; the cluster tier
shows that the plugin agrees. https://kubernetes.io/docs/concepts/security/pod-security-standards/
"""

from collections.abc import Iterator
from typing import Any

from support.manifests import containers

VOLUMES = {
    *("configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image"),
    *("persistentVolumeClaim", "projected", "secret"),
}
"""The standard allows these; ``image`` since Kubernetes 1.33."""
SAFE_SYSCTLS = {
    *("kernel.shm_rmid_forced", "net.ipv4.ping_group_range"),
    "net.ipv4.ip_unprivileged_port_start",
}


def violations(pod: dict[str, Any]) -> list[str]:
    """Every control of the restricted standard that a pod spec violates."""
    return [*_of_the_pod(pod), *(fault for one in containers(pod) for fault in _of_one(pod, one))]


def _of_the_pod(pod: dict[str, Any]) -> Iterator[str]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if pod.get(field):
            yield field
    if pod.get("hostUsers") is True:
        yield "hostUsers"
    for volume in pod.get("volumes", []):
        (kind,) = set(volume) - {"name"}
        if kind not in VOLUMES:
            yield f"volume {volume['name']}: {kind}"
    security = pod.get("securityContext", {})
    for sysctl in security.get("sysctls", []):
        if sysctl["name"] not in SAFE_SYSCTLS:
            yield f"sysctl {sysctl['name']}"
    if security.get("runAsUser") == 0:
        yield "runAsUser 0"
    if security.get("windowsOptions", {}).get("hostProcess"):
        yield "hostProcess"


def _of_one(pod: dict[str, Any], container: dict[str, Any]) -> Iterator[str]:
    name, own = container["name"], container.get("securityContext", {})
    inherited = {**pod.get("securityContext", {}), **own}
    if own.get("privileged"):
        yield f"{name}: privileged"
    if own.get("allowPrivilegeEscalation") is not False:
        yield f"{name}: allowPrivilegeEscalation is not false"
    if inherited.get("runAsNonRoot") is not True:
        yield f"{name}: runAsNonRoot is not true"
    if own.get("runAsUser") == 0:
        yield f"{name}: runAsUser 0"
    if inherited.get("seccompProfile", {}).get("type") not in ("RuntimeDefault", "Localhost"):
        yield f"{name}: seccompProfile"
    capabilities = own.get("capabilities", {})
    if "ALL" not in capabilities.get("drop", []):
        yield f"{name}: capabilities are not dropped"
    if set(capabilities.get("add", [])) - {"NET_BIND_SERVICE"}:
        yield f"{name}: capabilities are added"
    if own.get("procMount", "Default") != "Default":
        yield f"{name}: procMount"
    if any(port.get("hostPort") for port in container.get("ports", [])):
        yield f"{name}: hostPort"
