"""What runs to an end: the migration of the database, and its nightly backup."""

import pods
import pulumi
import pulumi_kubernetes as k8s
from settings import Settings


class Chores(pulumi.ComponentResource):
    """A Job now and a CronJob every night."""

    def __init__(
        self,
        name: str,
        namespace: pulumi.Input[str],
        settings: Settings,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("webapp:index:Chores", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.migration = k8s.batch.v1.Job(
            f"{name}-migration",
            metadata={"namespace": namespace},
            spec=k8s.batch.v1.JobSpecArgs(
                backoff_limit=1, template=template("migrate", settings.migration)
            ),
            opts=child,
        )
        k8s.batch.v1.CronJob(
            f"{name}-backup",
            metadata={"namespace": namespace},
            spec=k8s.batch.v1.CronJobSpecArgs(
                schedule="15 3 * * *",
                concurrency_policy="Forbid",
                job_template={"spec": {"template": template("back-up", "1")}},
            ),
            opts=child,
        )
        self.register_outputs({})


def template(task: str, version: str) -> k8s.core.v1.PodTemplateSpecArgs:
    """A pod that does one task and ends."""
    return k8s.core.v1.PodTemplateSpecArgs(
        spec=k8s.core.v1.PodSpecArgs(
            restart_policy="Never",
            containers=[
                k8s.core.v1.ContainerArgs(
                    name=task,
                    image=f"registry.example/chores:{version}",
                    args=[task],
                    resources=pods.RESOURCES,
                    security_context=pods.RESTRICTED,
                )
            ],
        )
    )
