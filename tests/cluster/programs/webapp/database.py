"""The database: a StatefulSet with volumes behind a headless Service."""

import pods
import pulumi
import pulumi_kubernetes as k8s
from settings import Settings

LABELS = {"app": "database"}
PORT = 5432


class Database(pulumi.ComponentResource):
    """Three database pods with a volume each."""

    def __init__(
        self,
        name: str,
        namespace: pulumi.Input[str],
        credentials: pulumi.Input[str],
        settings: Settings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("webapp:index:Database", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.peers = k8s.core.v1.Service(
            f"{name}-peers",
            metadata={"namespace": namespace, "name": settings.peers},
            spec=k8s.core.v1.ServiceSpecArgs(
                cluster_ip="None" if settings.headless else None,
                selector=LABELS,
                ports=[{"name": "sql", "port": PORT}],
            ),
            opts=child,
        )
        self.pods = k8s.apps.v1.StatefulSet(
            f"{name}-pods",
            metadata={"namespace": namespace},
            spec=k8s.apps.v1.StatefulSetSpecArgs(
                replicas=3,
                service_name=self.peers.metadata.name,
                selector={"match_labels": LABELS},
                persistent_volume_claim_retention_policy={
                    "when_deleted": "Delete",
                    "when_scaled": "Delete",
                },
                template=k8s.core.v1.PodTemplateSpecArgs(
                    metadata={"labels": LABELS},
                    spec=k8s.core.v1.PodSpecArgs(
                        containers=[
                            k8s.core.v1.ContainerArgs(
                                name="sql",
                                image="registry.example/sql:17",
                                env_from=[{"secret_ref": {"name": credentials}}],
                                resources=pods.RESOURCES,
                                security_context=pods.RESTRICTED,
                                volume_mounts=[{"name": "data", "mount_path": "/data"}],
                            )
                        ]
                    ),
                ),
                volume_claim_templates=[
                    k8s.core.v1.PersistentVolumeClaimArgs(
                        metadata={"name": "data"},
                        spec={
                            "access_modes": ["ReadWriteOnce"],
                            "resources": {"requests": {"storage": "1Gi"}},
                        },
                    )
                ],
            ),
            opts=child,
        )
        self.register_outputs({})
