"""A model repository, brought once from a hub into the environment's object store."""

from typing import Self

import pulumi
import pulumi_kubernetes as k8s
from pydantic import InstanceOf, model_validator

from ._args import PACKAGE, Args, InputStr, validated
from ._labels import object_labels, selector_labels
from ._network_policy import NEEDS_ANNOTATION, allow, describe
from ._service_needs import mirror_egress
from ._weights import mirror_pod, object_prefix
from .cluster import Cluster, ObjectStoreGrant, on_cluster
from .images import Images
from .model_weights import Hub, ModelWeights, WeightsSource
from .object_store import ObjectStore

WEIGHTS = "weights"
_TIMEOUT = "2h"
_RETRIES = 6


class WeightsMirrorArgs(Args):
    """Which repository, from where, to where."""

    cluster: InstanceOf[Cluster]
    namespace: InputStr
    weights: ModelWeights
    hub: Hub
    object_store: ObjectStore
    images: Images

    @model_validator(mode="after")
    def _comes_from_a_hub(self) -> Self:
        if self.weights.source is not WeightsSource.HUB:
            raise ValueError("weights: only a repository of a hub is mirrored, not a uri")
        return self


class WeightsMirror(pulumi.ComponentResource):
    """A Job without GPU that fetches the weights, and the only pod that may reach the hub.

    Creates a Job, a ServiceAccount without token that may write to the object store, and a
    NetworkPolicy. The Job is idle when the weights are there already.
    """

    prefix: str
    """Key prefix in the bucket, known in preview."""

    def __init__(
        self, name: str, args: WeightsMirrorArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        args = validated(WeightsMirrorArgs, args, f"WeightsMirror '{name}'")
        super().__init__(
            f"{PACKAGE}:index:WeightsMirror", name, None, on_cluster(args.cluster, opts)
        )
        self.prefix = object_prefix(args.weights, args.object_store)
        metadata: k8s.meta.v1.ObjectMetaArgsDict = {
            "namespace": args.namespace,
            "labels": object_labels(name, WEIGHTS),
        }
        bucket = args.object_store.bucket
        grant = ObjectStoreGrant(bucket=bucket, prefix=self.prefix, write=True)
        account_name = f"{name}-mirror"
        identity = args.cluster.workload_identity(args.namespace, account_name, [grant])
        account = k8s.core.v1.ServiceAccount(
            f"{name}-account",
            # A cloud's trust policy names the account, so its name is fixed.
            metadata={**metadata, "name": account_name, "annotations": identity.annotations},
            automount_service_account_token=False,
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        needs = mirror_egress(args.object_store, args.hub, args.cluster.network)
        policy = k8s.networking.v1.NetworkPolicy(
            f"{name}-policy",
            metadata={**metadata, "annotations": {NEEDS_ANNOTATION: describe([], needs)}},
            spec=allow(selector_labels(name, WEIGHTS), egress=needs),
            opts=pulumi.ResourceOptions(parent=self),
        )
        images = args.images.rewritten(args.cluster.image)
        pod = mirror_pod(args.weights, args.object_store, args.hub, images, account.metadata.name)
        k8s.batch.v1.Job(
            f"{name}-job",
            metadata=metadata,
            spec={
                "backoff_limit": _RETRIES,
                "template": {"metadata": {"labels": metadata["labels"]}, "spec": pod},
            },
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[policy],
                custom_timeouts=pulumi.CustomTimeouts(create=_TIMEOUT),
            ),
        )
        self.register_outputs({"prefix": self.prefix})
