"""The pod of a router: the gateway, and vllm-router behind it on loopback."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hoheit_facts import IMAGES, switches_off

from ._gateway import HEALTH_PORT, LIVE_PATH
from ._gateway_container import GatewaySecrets, gateway_container, gateway_volumes
from ._lifecycle import Drain, liveness_probe, startup_probe
from ._pod_security import container_security, pod_security
from ._router_gateway import (
    NAMESPACE_VARIABLE,
    ROUTER_METRICS_PORT,
    ROUTER_PORT,
    router_gateway_config,
    slot_urls,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pulumi
    from pulumi_kubernetes.core.v1 import ContainerArgsDict, EnvVarArgsDict, PodSpecArgsDict

    from .images import Images
    from .vllm_settings import VllmSettings

ROUTER = "vllm-router"
"""Name of the program, in labels and metrics."""
_USER = 65532
_STARTUP_SECONDS = 120
_NO_LIMIT_SECONDS = 86_400
"""The router limits the whole of an answer. The gateways limit its silence, which is enough."""
_BYTES_PER_MIB = 1024**2


@dataclass(frozen=True, kw_only=True)
class RouterPod:
    """Everything that decides how a router pod looks."""

    settings: VllmSettings
    images: Images
    """As the cluster's mirror names them."""
    servers: str
    """Name of the headless Service of the server pods."""
    domain: str
    """Domain suffix of Services."""

    @property
    def drain(self) -> Drain:
        """How the pod stops."""
        return Drain(request_seconds=self.settings.drain_seconds)

    @property
    def gateway(self) -> str:
        """Configuration of HAProxy."""
        return router_gateway_config(
            servers=self.servers,
            domain=self.domain,
            slots=self.settings.most_pods,
            allowed_paths=self.settings.routes,
            idle_timeout_seconds=self.settings.idle_timeout_seconds,
            drain_seconds=self.settings.drain_seconds,
            max_body_bytes=self.settings.max_body_mib * _BYTES_PER_MIB,
        )

    @property
    def flags(self) -> list[str]:
        """Arguments of the router, which both its launchers know."""
        return [
            "--host=127.0.0.1",
            f"--port={ROUTER_PORT}",
            "--prometheus-host=127.0.0.1",
            f"--prometheus-port={ROUTER_METRICS_PORT}",
            f"--policy={self.settings.router.policy}",
            f"--max-payload-size={self.settings.max_body_mib * _BYTES_PER_MIB}",
            f"--request-timeout-secs={_NO_LIMIT_SECONDS}",
            # HAProxy in the same pod asks the servers; this is how it tells the router.
            "--health-check-interval-secs=2",
            "--health-failure-threshold=1",
            "--health-success-threshold=1",
            # A request that a server has begun is not begun again on another one.
            "--disable-retries",
            # An answer that is an error says nothing about the next request.
            "--disable-circuit-breaker",
            "--worker-urls",
            *slot_urls(self.settings.most_pods),
        ]

    def spec(
        self,
        *,
        service_account: pulumi.Input[str],
        secrets: GatewaySecrets,
        gateway_config: pulumi.Input[str],
        spread_over: Mapping[str, str],
    ) -> PodSpecArgsDict:
        """Return the pod spec; the named objects may be outputs of other resources."""
        namespace: EnvVarArgsDict = {
            "name": NAMESPACE_VARIABLE,
            "value_from": {"field_ref": {"field_path": "metadata.namespace"}},
        }
        gateway = gateway_container(self.images.reference("gateway"), secrets, namespace)
        spec: PodSpecArgsDict = {
            "service_account_name": service_account,
            "automount_service_account_token": False,
            "enable_service_links": False,
            "security_context": pod_security(_USER),
            "topology_spread_constraints": [
                {
                    "max_skew": 1,
                    "topology_key": "kubernetes.io/hostname",
                    "when_unsatisfiable": "ScheduleAnyway",
                    "label_selector": {"match_labels": dict(spread_over)},
                }
            ],
            "termination_grace_period_seconds": self.drain.grace_period_seconds,
            "init_containers": [gateway],
            "containers": [self._router()],
            "volumes": gateway_volumes(gateway_config, secrets),
        }
        if self.images.pull_secrets:
            spec["image_pull_secrets"] = [{"name": name} for name in self.images.pull_secrets]
        return spec

    def _router(self) -> ContainerArgsDict:
        router = self.settings.router
        silence = switches_off(IMAGES["router"].software)
        return {
            "name": "router",
            "image": self.images.reference("router"),
            "command": ["vllm-router"],
            "args": self.flags,
            "env": [{"name": name, "value": value} for name, value in silence.items()],
            "startup_probe": startup_probe(LIVE_PATH, HEALTH_PORT, _STARTUP_SECONDS),
            "liveness_probe": liveness_probe(LIVE_PATH, HEALTH_PORT),
            "lifecycle": {"pre_stop": {"sleep": {"seconds": self.drain.endpoint_removal_seconds}}},
            "resources": {
                "requests": {
                    "cpu": f"{router.cpu_millicores}m",
                    "memory": f"{router.memory_mib}Mi",
                },
                "limits": {"memory": f"{router.memory_mib}Mi"},
            },
            "security_context": container_security(),
            "volume_mounts": [],
        }
