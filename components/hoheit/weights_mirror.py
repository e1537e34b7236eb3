"""The weights of a model, brought once from a hub or an image into the environment's store."""

import math
from typing import Annotated, Self

import pulumi
import pulumi_kubernetes as k8s
from pydantic import InstanceOf, StringConstraints, model_validator

from ._args import PACKAGE, Args, InputStr, plain, validated
from ._labels import object_labels, selector_labels
from ._network_policy import NEEDS_ANNOTATION, allow, describe
from ._service_needs import mirror_egress
from ._service_register import mirror_recipients, mirror_stores
from ._weights import is_mirrored, object_prefix
from ._weights_fetcher import mirror_pod
from ._weights_image import Unpacking, unpacking
from .cluster import Access, Cluster, ObjectStoreGrant, WorkloadIdentity, on_cluster
from .images import Images
from .model_weights import Hub, ModelWeights, WeightsSource
from .object_store import ObjectStore
from .register import Egress, Store

FETCHER = "weights-fetcher"
_RETRIES = 6
_SHORTEST_SECONDS = 2 * 60 * 60
_SECONDS_PER_GIB = 1024 / 20
_SLACK_SECONDS = 600
"""For the node to pull the image, before the Job's own deadline counts."""


class _Name(Args):
    name: Annotated[str, StringConstraints(pattern=r"^[a-z]([-a-z0-9]*[a-z0-9])?$", max_length=48)]


class WeightsMirrorArgs(Args):
    """Which weights, from where, to where."""

    cluster: InstanceOf[Cluster]
    namespace: InputStr
    weights: ModelWeights
    hub: Hub | None = None
    """Where a repository is fetched from; weights that come in an image need none."""
    object_store: ObjectStore
    images: Images

    @model_validator(mode="after")
    def _comes_from_somewhere(self) -> Self:
        if not is_mirrored(self.weights):
            raise ValueError(
                "weights: only a repository of a hub or an image is mirrored, not a uri"
            )
        if self.weights.source is WeightsSource.HUB and self.hub is None:
            raise ValueError("hub: required, because weights.repository is fetched from it")
        if self.weights.source is WeightsSource.IMAGE and self.hub is not None:
            raise ValueError("hub: weights.image comes from a registry; leave hub out")
        return self

    @model_validator(mode="after")
    def _image_can_be_pulled(self) -> Self:
        self.images.check("weights_fetcher")
        return self


class WeightsMirror(pulumi.ComponentResource):
    """A Job without GPU that brings the weights, and the only pod that may reach a hub.

    Weights that come in an image are copied out of it on the node, and no hub is reached at all.
    Creates a Job, a ServiceAccount without token that may write to the object store, and a
    NetworkPolicy. The Job is idle when the weights are there already.
    """

    prefix: str
    """Key prefix in the bucket, known in preview."""
    stores: tuple[Store, ...]
    egress: tuple[Egress, ...]

    def __init__(
        self, name: str, args: WeightsMirrorArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        owner = f"WeightsMirror '{name}'"
        args = validated(WeightsMirrorArgs, args, owner)
        validated(_Name, {"name": name}, owner)
        super().__init__(
            f"{PACKAGE}:index:WeightsMirror", name, None, on_cluster(args.cluster, opts)
        )
        self.prefix = object_prefix(args.weights, args.object_store)
        images = args.images.rewritten(args.cluster.image)
        metadata: k8s.meta.v1.ObjectMetaArgsDict = {
            "namespace": args.namespace,
            "labels": object_labels(FETCHER, name),
        }
        account, identity = self._account(name, args, metadata)
        needs = mirror_egress(args.object_store, args.hub, args.cluster.network)
        policy = k8s.networking.v1.NetworkPolicy(
            f"{name}-policy",
            metadata={**metadata, "annotations": {NEEDS_ANNOTATION: describe([], needs)}},
            spec=allow(selector_labels(FETCHER, name), egress=needs),
            opts=pulumi.ResourceOptions(parent=self),
        )
        pod = mirror_pod(
            args.weights, args.object_store, _source(args), images, account.metadata.name
        )
        seconds = _seconds(args.weights)
        k8s.batch.v1.Job(
            f"{name}-job",
            metadata=metadata,
            spec={
                "backoff_limit": _RETRIES,
                "active_deadline_seconds": seconds,
                "template": {"metadata": {"labels": metadata["labels"]}, "spec": pod},
            },
            opts=pulumi.ResourceOptions(
                parent=self,
                depends_on=[args.cluster.ready, policy, *identity.ready],
                custom_timeouts=pulumi.CustomTimeouts(create=f"{seconds + _SLACK_SECONDS}s"),
            ),
        )
        self.stores = mirror_stores(args.object_store, self.prefix)
        pulled = {"the weights-fetcher image": images.reference("weights_fetcher")}
        if args.weights.image:
            pulled["the weights, in an image"] = args.cluster.image(args.weights.image)
        self.egress = mirror_recipients(args.weights, pulled, args.object_store, args.hub)
        self.register_outputs(
            {"prefix": self.prefix, "stores": plain(self.stores), "egress": plain(self.egress)}
        )

    def _account(
        self, name: str, args: WeightsMirrorArgs, metadata: k8s.meta.v1.ObjectMetaArgsDict
    ) -> tuple[k8s.core.v1.ServiceAccount, WorkloadIdentity]:
        """Make the only account that may write; a cloud's trust policy names it, so it is fixed."""
        account = f"{name}-mirror"
        grant = ObjectStoreGrant(
            bucket=args.object_store.bucket, prefix=self.prefix, access=Access.READ_WRITE
        )
        identity = args.cluster.workload_identity(
            name,
            namespace=args.namespace,
            account=account,
            grants=[grant],
            opts=pulumi.ResourceOptions(parent=self),
        )
        resource = k8s.core.v1.ServiceAccount(
            f"{name}-account",
            metadata={**metadata, "name": account, "annotations": identity.annotations},
            automount_service_account_token=False,
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        return resource, identity


def _source(args: WeightsMirrorArgs) -> Hub | Unpacking:
    """Return whence the Job takes the files, its image as the cluster names it."""
    image = args.weights.image
    return args.hub or unpacking(args.weights, args.cluster.image(image or ""))


def _seconds(weights: ModelWeights) -> int:
    """Return how long the transfer may take: at least two hours, else 20 MiB in a second."""
    return max(_SHORTEST_SECONDS, math.ceil(weights.size_gib * _SECONDS_PER_GIB))
