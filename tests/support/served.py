"""One VllmService in a mocked run, and what the tests read of it."""

from typing import Any

import pulumi
import pytest

from support import components
from support.manifests import manifest
from support.monitor import Monitor, Registered, run

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
PDB = "kubernetes:policy/v1:PodDisruptionBudget"
SECRET = "kubernetes:core/v1:Secret"
SERVICE = "kubernetes:core/v1:Service"
JOB = "kubernetes:batch/v1:Job"
POLICY = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
GENERATED = "generated-password"


def built(**changes: Any) -> Monitor:
    return run(lambda: components.service(**changes))


def outputs(**changes: Any) -> dict[str, Any]:
    (found,) = [values for urn, values in built(**changes).outputs if "VllmService::" in urn]
    return found


def deployment(monitor: Monitor) -> dict[str, Any]:
    return manifest(monitor.named("mistral-server"))


def server(monitor: Monitor) -> dict[str, Any]:
    return deployment(monitor)["spec"]["template"]["spec"]


def volume(monitor: Monitor, name: str) -> dict[str, Any]:
    (found,) = [one for one in server(monitor)["volumes"] if one["name"] == name]
    return found


def waits_for(registered: Registered) -> set[str]:
    return {urn.rsplit("::", 1)[-1] for urn in registered.request.dependencies}


def refusal(**changes: Any) -> str:
    with pytest.raises(pulumi.RunError) as refused:
        built(**changes)
    return str(refused.value)
