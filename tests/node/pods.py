"""Small pods under the restricted profile, and what tests ask about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from node.conftest import RealLab


def pod(
    name: str, image: str, script: str, *, volumes: dict[str, str] | None = None, **spec: Any
) -> dict[str, Any]:
    """A pod that runs a script of busybox.

    Args:
        name: Its name, and the value of its label `app`.
        image: The image with `/busybox`.
        script: What its shell runs.
        volumes: Claims by the place where the pod sees them.
        spec: More of the pod's spec.
    """
    mounts = volumes or {}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "automountServiceAccountToken": False,
            "terminationGracePeriodSeconds": 1,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 65532,
                "fsGroup": 65532,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [
                {
                    "name": "main",
                    "image": image,
                    "command": ["/busybox", "sh", "-c", script],
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "readOnlyRootFilesystem": True,
                        "capabilities": {"drop": ["ALL"]},
                    },
                    "volumeMounts": [
                        {"name": claim, "mountPath": place} for place, claim in mounts.items()
                    ],
                }
            ],
            "volumes": [
                {"name": claim, "persistentVolumeClaim": {"claimName": claim}}
                for claim in mounts.values()
            ],
            **spec,
        },
    }


def claim(name: str, storage_class: str | None = "node") -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            **({"storageClassName": storage_class} if storage_class else {}),
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "16Mi"}},
        },
    }


def wait_ready(lab: RealLab, name: str, namespace: str, seconds: int = 60) -> None:
    lab.kubectl(
        *("wait", "--for=condition=Ready", f"pod/{name}"), "-n", namespace, f"--timeout={seconds}s"
    )


def output(lab: RealLab, name: str, namespace: str, seconds: int = 60) -> str:
    """Waits until a pod has done its work; returns what it said."""
    done = "--for=jsonpath={.status.phase}=Succeeded"
    lab.kubectl("wait", done, f"pod/{name}", "-n", namespace, f"--timeout={seconds}s")
    return lab.kubectl("logs", name, "-n", namespace)
