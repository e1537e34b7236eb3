"""The shop itself: a Deployment that scales, behind a load balancer and an Ingress."""

import pods
import pulumi
import pulumi_kubernetes as k8s
from settings import Settings


class Shop(pulumi.ComponentResource):
    """The web server of the shop and the ways to it."""

    def __init__(
        self,
        name: str,
        namespace: pulumi.Input[str],
        account: pulumi.Input[str],
        settings: Settings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("webapp:index:Shop", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        labels = {"app": settings.selector}
        self.pages = k8s.core.v1.ConfigMap(
            f"{name}-pages",
            metadata={"namespace": namespace},
            data={"index.html": f"<h1>Shop {settings.version}</h1>"},
            opts=child,
        )
        self.servers = k8s.apps.v1.Deployment(
            f"{name}-servers",
            metadata={
                "namespace": namespace,
                "annotations": {"pulumi.com/timeoutSeconds": "5"},
            },
            spec=k8s.apps.v1.DeploymentSpecArgs(
                selector={"match_labels": labels},
                template=k8s.core.v1.PodTemplateSpecArgs(
                    metadata={
                        "labels": labels,
                        "annotations": {} if settings.ready else {"hoheit-lab/ready": "false"},
                    },
                    spec=self._pod(account, settings),
                ),
            ),
            # The autoscaler owns the number of replicas.
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["spec.replicas"]),
        )
        self.entrance = k8s.core.v1.Service(
            f"{name}-entrance",
            metadata={"namespace": namespace},
            spec={"type": "LoadBalancer", "selector": labels, "ports": [{"port": 80}]},
            opts=child,
        )
        self.address = self.entrance.status.load_balancer.ingress[0].ip
        k8s.networking.v1.Ingress(
            f"{name}-ingress",
            metadata={"namespace": namespace},
            spec={
                "rules": [
                    {
                        "host": "shop.example",
                        "http": {
                            "paths": [
                                {
                                    "path": "/",
                                    "pathType": "Prefix",
                                    "backend": {
                                        "service": {
                                            "name": self.entrance.metadata.name,
                                            "port": {"number": 80},
                                        }
                                    },
                                }
                            ]
                        },
                    }
                ]
            },
            opts=child,
        )
        k8s.autoscaling.v2.HorizontalPodAutoscaler(
            f"{name}-scaler",
            metadata={"namespace": namespace},
            spec={
                "scale_target_ref": {
                    "api_version": "apps/v1",
                    "kind": "Deployment",
                    "name": self.servers.metadata.name,
                },
                "min_replicas": 1,
                "max_replicas": 4,
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {
                            "name": "cpu",
                            "target": {"type": "Utilization", "average_utilization": 70},
                        },
                    }
                ],
            },
            opts=child,
        )
        k8s.policy.v1.PodDisruptionBudget(
            f"{name}-budget",
            metadata={"namespace": namespace},
            spec={"max_unavailable": 1, "selector": {"match_labels": labels}},
            opts=child,
        )
        self.register_outputs({"address": self.address})

    def _pod(self, account: pulumi.Input[str], settings: Settings) -> k8s.core.v1.PodSpecArgs:
        forbidden = k8s.core.v1.SecurityContextArgs(privileged=True)
        return k8s.core.v1.PodSpecArgs(
            service_account_name=account,
            node_selector={"example/disk": settings.disk} if settings.disk else None,
            containers=[
                k8s.core.v1.ContainerArgs(
                    name="server",
                    image=f"registry.example/shop:{settings.version}",
                    ports=[{"container_port": settings.port}],
                    resources=pods.RESOURCES,
                    security_context=forbidden if settings.privileged else pods.RESTRICTED,
                    volume_mounts=[{"name": "pages", "mount_path": "/pages"}],
                )
            ],
            volumes=[{"name": "pages", "config_map": {"name": self.pages.metadata.name}}],
        )
