"""Makes the Kubernetes objects of one stack: named after it, labelled, in its namespace."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_kubernetes as k8s

from hoheit._deployment_spec import CONFIG_HASH_ANNOTATION, deployment_spec
from hoheit._labels import object_labels, selector_labels
from hoheit._network_policy import NEEDS_ANNOTATION, Need, allow, describe
from hoheit.register import OnDestroy
from hoheit.scrape_target import ScrapeTarget

_PROGRESS_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Maker:
    """Whose objects, and where."""

    parent: pulumi.ComponentResource
    stack: str
    namespace: pulumi.Output[str]
    ready: pulumi.Resource
    """What every workload waits for."""

    def options(self, **own: Any) -> pulumi.ResourceOptions:
        """Return the options of a child."""
        return pulumi.ResourceOptions(parent=self.parent, **own)

    def metadata(self, program: str) -> k8s.meta.v1.ObjectMetaArgsDict:
        """Return the metadata of an object of one program."""
        return {"namespace": self.namespace, "labels": object_labels(program, self.stack)}

    def account(self, program: str) -> pulumi.Output[str]:
        """Make a ServiceAccount and return its name; only a pod that asks gets its token."""
        account = k8s.core.v1.ServiceAccount(
            f"{self.stack}-{program}-account",
            metadata=self.metadata(program),
            automount_service_account_token=False,
            opts=self.options(),
        )
        return account.metadata.name

    def policy(
        self,
        program: str,
        ingress: Sequence[Need],
        egress: Sequence[Need] | pulumi.Output[list[Need]],
    ) -> k8s.networking.v1.NetworkPolicy:
        """Make the policy of one program; what it reaches may be known late."""
        pods = selector_labels(program, self.stack)
        late = pulumi.Output.from_input(egress)
        told = late.apply(lambda needs: describe(ingress, needs))
        return k8s.networking.v1.NetworkPolicy(
            f"{self.stack}-{program}-policy",
            metadata={**self.metadata(program), "annotations": {NEEDS_ANNOTATION: told}},
            spec=late.apply(lambda needs: allow(pods, ingress=ingress, egress=needs)),
            opts=self.options(),
        )

    def config(
        self, program: str, role: str, files: Mapping[str, pulumi.Input[str]]
    ) -> pulumi.Output[str]:
        """Make a ConfigMap and return its name: a changed file is a new one, so pods roll."""
        made = k8s.core.v1.ConfigMap(
            f"{self.stack}-{program}-{role}",
            metadata=self.metadata(program),
            immutable=True,
            data=files,
            opts=self.options(),
        )
        return made.metadata.name

    def claim(
        self, program: str, gib: int, storage_class: str, on_destroy: OnDestroy
    ) -> pulumi.Output[str]:
        """Make a claim on a volume and return its name.

        It is an object of its own and not a template of the StatefulSet: so it can grow, and no
        change of the StatefulSet touches it.
        """
        kept = True if on_destroy is OnDestroy.RETAIN else None
        made = k8s.core.v1.PersistentVolumeClaim(
            f"{self.stack}-{program}-data",
            metadata=self.metadata(program),
            spec={
                "access_modes": ["ReadWriteOnce"],
                "storage_class_name": storage_class,
                "resources": {"requests": {"storage": f"{gib}Gi"}},
            },
            opts=self.options(protect=kept, retain_on_delete=kept),
        )
        return made.metadata.name

    def stateful(
        self,
        program: str,
        spec: k8s.core.v1.PodSpecArgsDict,
        configuration: pulumi.Input[str],
        after: Sequence[pulumi.Resource],
        timeout: str,
    ) -> k8s.apps.v1.StatefulSet:
        """Make one pod that is stopped before its successor starts: two would share a volume."""
        return k8s.apps.v1.StatefulSet(
            f"{self.stack}-{program}",
            metadata=self.metadata(program),
            spec={
                "replicas": 1,
                "service_name": f"{self.stack}-{program}",
                "selector": {"match_labels": selector_labels(program, self.stack)},
                "template": {
                    "metadata": {
                        "labels": object_labels(program, self.stack),
                        "annotations": {CONFIG_HASH_ANNOTATION: configuration},
                    },
                    "spec": spec,
                },
            },
            opts=self.options(
                depends_on=[self.ready, *after],
                custom_timeouts=pulumi.CustomTimeouts(create=timeout, update=timeout),
            ),
        )

    def deployment(
        self,
        program: str,
        spec: pulumi.Input[k8s.core.v1.PodSpecArgsDict],
        configuration: pulumi.Input[str],
        after: Sequence[pulumi.Resource],
    ) -> k8s.apps.v1.Deployment:
        """Make one pod whose successor is ready before it goes."""
        late: Any = pulumi.Output.all(spec, configuration).apply(
            lambda pair: deployment_spec(
                pair[0],
                replicas=1,
                surge=1,
                progress_deadline_seconds=_PROGRESS_SECONDS,
                selector=selector_labels(program, self.stack),
                labels=object_labels(program, self.stack),
                configuration=pair[1],
            )
        )
        return k8s.apps.v1.Deployment(
            f"{self.stack}-{program}",
            metadata=self.metadata(program),
            spec=late,
            opts=self.options(depends_on=[self.ready, *after]),
        )

    def service(
        self, program: str, port: int, domain: str, after: pulumi.Resource
    ) -> pulumi.Output[str]:
        """Make the Service of one program and return its URL. Others find it by its name."""
        made = k8s.core.v1.Service(
            f"{self.stack}-{program}-service",
            metadata={**self.metadata(program), "name": f"{self.stack}-{program}"},
            spec={
                "type": "ClusterIP",
                "selector": selector_labels(program, self.stack),
                "ports": [{"name": "http", "port": port, "target_port": "http"}],
            },
            opts=self.options(depends_on=[after], delete_before_replace=True),
        )
        return pulumi.Output.format(
            "http://{0}.{1}.svc.{2}:{3}", made.metadata.name, made.metadata.namespace, domain, port
        )


def known(targets: Sequence[ScrapeTarget]) -> pulumi.Output[list[ScrapeTarget]]:
    """Return the targets once their namespaces are known."""

    def placed(namespaces: Sequence[str]) -> list[ScrapeTarget]:
        return [
            target.model_copy(update={"namespace": namespace})
            for target, namespace in zip(targets, namespaces, strict=True)
        ]

    return pulumi.Output.all(*(target.namespace for target in targets)).apply(placed)
