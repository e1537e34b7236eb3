"""What the operator of each part asks for first."""

from typing import Any

import pulumi
from hoheit import MlflowServer, MonitoringStack, Register, VllmService
from hoheit_policy.guard import ResidencyGuard


def of_model(service: VllmService) -> dict[str, Any]:
    """Return how to call a model, and what is known of its memory."""
    return {
        "url": service.url,
        "apiKeySecret": service.api_key_secret,
        "modelNames": list(service.model_names),
        "plan": service.plan.model_dump(mode="json"),
    }


def of_mlflow(server: MlflowServer | None) -> dict[str, Any] | None:
    """Return how to reach MLflow, and where its administrator's password is."""
    return {"url": server.url, "adminSecret": server.admin_secret} if server else None


def of_monitoring(stack: MonitoringStack | None) -> dict[str, Any] | None:
    """Return how to reach dashboards, metrics and alerts."""
    if stack is None:
        return None
    return {
        "grafanaUrl": stack.grafana_url,
        "grafanaAdminSecret": stack.grafana_admin_secret,
        "prometheusUrl": stack.prometheus_url,
        "alertmanagerUrl": stack.alertmanager_url,
        "unwatched": list(stack.unwatched),
    }


def of_guard(guard: ResidencyGuard, register: Register) -> pulumi.Output[dict[str, Any]]:
    """Return how many findings there are; `hoheit residency check` shows each of them."""
    report = guard.report(register.model_dump(mode="json"))
    return report.apply(lambda said: {name: said[name] for name in ("profile", "counts", "stops")})
