"""One model, served by vLLM behind one Kubernetes Service."""

from collections.abc import Sequence
from typing import Self

import pulumi
import pulumi_kubernetes as k8s
import pulumi_random as random
from hoheit_facts import ENGINE
from pydantic import InstanceOf, model_validator

from ._args import PACKAGE, Args, InputStr, ServiceName, plain, validated
from ._deployment_spec import config_hash, deployment_spec
from ._gateway import API_PORT, GATEWAY_METRICS_PATH, METRICS_PORT
from ._labels import object_labels, selector_labels
from ._network_policy import NEEDS_ANNOTATION, allow, describe
from ._server_pod import API_KEY, GATEWAY_FILE, ServerPod
from ._service_needs import server_egress, server_ingress
from ._service_register import service_recipients, service_stores
from ._weights import is_pulled, object_prefix
from .cluster import (
    Access,
    Cluster,
    ObjectStoreGrant,
    StoragePurpose,
    WorkloadIdentity,
    on_cluster,
)
from .gpu_node_pool import GpuNodePool
from .images import Images
from .model_weights import Hub, WeightsSource
from .object_store import ObjectStore
from .plan import MemoryPlan
from .register import Egress, Store
from .scrape_target import ScrapeTarget
from .vllm_settings import VllmSettings
from .weights_mirror import WeightsMirror, WeightsMirrorArgs

_API_KEY_LENGTH = 48
_DELETE_SLACK_SECONDS = 300
_ROLLOUT_SLACK_SECONDS = 1800
"""For the node to come up and pull image and weights, before the startup probe counts."""


class _Name(Args):
    name: ServiceName


class VllmServiceArgs(VllmSettings):
    """What to serve, where, and with which means."""

    pool: InstanceOf[GpuNodePool]
    """GPU nodes; also names the cluster."""
    namespace: InputStr
    """Namespace, best of a ``RestrictedNamespace``."""
    images: Images
    object_store: ObjectStore | None = None
    """Where weights rest; needed unless they come as a claim or an image."""
    hub: Hub | None = None
    """Where a repository is fetched from, once."""

    @classmethod
    def of(  # noqa: PLR0913 - each is a means of the environment, by name
        cls,
        settings: VllmSettings,
        *,
        pool: GpuNodePool,
        namespace: InputStr,
        images: Images,
        object_store: ObjectStore | None = None,
        hub: Hub | None = None,
    ) -> Self:
        """Return ``settings`` completed with the means of one environment."""
        own = {field: getattr(settings, field) for field in VllmSettings.model_fields}
        means = {"pool": pool, "namespace": namespace, "images": images}
        given = {**own, **means, "object_store": object_store, "hub": hub}
        return validated(cls, given, f"the service of '{settings.served_model_name}'")

    @model_validator(mode="after")
    def _weights_can_be_reached(self) -> Self:
        self.check_means(self.object_store.bucket if self.object_store else None, self.hub)
        return self

    @model_validator(mode="after")
    def _images_can_be_pulled(self) -> Self:
        self.images.check(*self.image_fields)
        return self


class VllmService(pulumi.ComponentResource):
    """A model that answers under one address, guarded by a gateway in each pod.

    Creates a Deployment, a Service, a ServiceAccount without token, a Secret with the API key, a
    ConfigMap with the gateway's configuration, a NetworkPolicy, a PodDisruptionBudget from two
    replicas on, and for weights of a hub a :class:`WeightsMirror`.
    """

    url: pulumi.Output[str]
    """Base URL inside the cluster, ending in ``/v1``."""
    api_key_secret: pulumi.Output[str]
    """Name of the Secret whose key ``api-key`` clients send as bearer token."""
    model_names: tuple[str, ...]
    """What ``/v1/models`` lists."""
    scrape: tuple[ScrapeTarget, ...]
    """Metrics of the engine, and of the gateway."""
    plan: MemoryPlan
    stores: tuple[Store, ...]
    egress: tuple[Egress, ...]
    deployment: k8s.apps.v1.Deployment
    """The Deployment, for consumers who must reach past this component."""

    def __init__(
        self, name: str, args: VllmServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        owner = f"VllmService '{name}'"
        args = validated(VllmServiceArgs, args, owner)
        self._service_name = validated(_Name, {"name": name}, owner).name
        self._args = args
        self._cluster: Cluster = args.pool.cluster
        self._pod = ServerPod(
            settings=args,
            images=args.images.rewritten(self._cluster.image),
            weights=args.weights.rewritten(self._cluster.image),
            weights_storage=self._cluster.storage(StoragePurpose.MODEL_CACHE),
            store=args.object_store,
            runtime_class=self._cluster.capabilities.gpu_runtime_class,
        )
        self.plan = self._memory_plan()
        args.pool.claim(name, args.claim)
        super().__init__(
            f"{PACKAGE}:index:VllmService", name, None, on_cluster(self._cluster, opts)
        )
        account, identity = self._service_account()
        policy = self._network_policy()
        mirror = self._mirror()
        self.api_key_secret = self._api_key()
        self.deployment = self._deployment(account, [*identity.ready, policy, *mirror])
        if args.replicas > 1:
            self._disruption_budget()
        self.url = self._service()
        self.model_names = (args.served_model_name,)
        self.scrape = self._scrape_targets()
        self.stores = service_stores(
            name,
            args.weights,
            self._pod.weights_storage,
            nodes=args.pool.location,
            control_plane=self._cluster.location,
        )
        self.egress = service_recipients(
            name,
            self._pod.weights,
            self._pod.images.references(*args.image_fields),
            args.object_store,
        )
        for mirrored in mirror:
            self.stores += mirrored.stores
            self.egress += mirrored.egress
        self.register_outputs(
            {
                "url": self.url,
                "apiKeySecret": self.api_key_secret,
                "modelNames": list(self.model_names),
                "plan": self.plan.model_dump(mode="json"),
                "stores": plain(self.stores),
                "egress": plain(self.egress),
            }
        )

    def _memory_plan(self) -> MemoryPlan:
        try:
            return self._args.plan_for(self._args.pool.shape.gpu)
        except ValueError as error:
            raise pulumi.RunError(f"VllmService '{self._service_name}': {error}") from None

    def _options(self, options: pulumi.ResourceOptions | None = None) -> pulumi.ResourceOptions:
        own = pulumi.ResourceOptions(parent=self)
        return pulumi.ResourceOptions.merge(own, options) if options else own

    def _metadata(self) -> k8s.meta.v1.ObjectMetaArgsDict:
        return {
            "namespace": self._args.namespace,
            "labels": object_labels(ENGINE.name, self._service_name),
        }

    def _service_account(self) -> tuple[k8s.core.v1.ServiceAccount, WorkloadIdentity]:
        """Make an account that may read; a cloud's trust policy names it, so it is fixed."""
        args = self._args
        grants: list[ObjectStoreGrant] = []
        if args.object_store and is_pulled(args.weights):
            prefix = object_prefix(args.weights, args.object_store)
            bucket = args.object_store.bucket
            grants = [ObjectStoreGrant(bucket=bucket, prefix=prefix, access=Access.READ)]
        account = f"{self._service_name}-server"
        identity = self._cluster.workload_identity(
            self._service_name,
            namespace=args.namespace,
            account=account,
            grants=grants,
            opts=self._options(),
        )
        resource = k8s.core.v1.ServiceAccount(
            f"{self._service_name}-account",
            metadata={
                **self._metadata(),
                "name": account,
                "annotations": identity.annotations,
            },
            automount_service_account_token=False,
            opts=self._options(pulumi.ResourceOptions(delete_before_replace=True)),
        )
        return resource, identity

    def _network_policy(self) -> k8s.networking.v1.NetworkPolicy:
        args = self._args
        ingress = server_ingress(args)
        egress = server_egress(args, args.object_store, self._cluster.network)
        return k8s.networking.v1.NetworkPolicy(
            f"{self._service_name}-policy",
            metadata={
                **self._metadata(),
                "annotations": {NEEDS_ANNOTATION: describe(ingress, egress)},
            },
            spec=allow(
                selector_labels(ENGINE.name, self._service_name), ingress=ingress, egress=egress
            ),
            opts=self._options(),
        )

    def _mirror(self) -> list[WeightsMirror]:
        """Bring a repository into the object store; servers wait until it is there."""
        args = self._args
        if args.weights.source is not WeightsSource.HUB or not (args.object_store and args.hub):
            return []
        mirror = WeightsMirrorArgs(
            cluster=self._cluster,
            namespace=args.namespace,
            weights=args.weights,
            hub=args.hub,
            object_store=args.object_store,
            images=args.images,
        )
        return [WeightsMirror(f"{self._service_name}-weights", mirror, opts=self._options())]

    def _api_key(self) -> pulumi.Output[str]:
        key = random.RandomPassword(
            f"{self._service_name}-api-key",
            length=_API_KEY_LENGTH,
            special=False,
            opts=self._options(),
        )
        secret = k8s.core.v1.Secret(
            f"{self._service_name}-api-key",
            metadata=self._metadata(),
            # A new key is a new Secret with a new name, so pods roll by themselves.
            immutable=True,
            string_data={API_KEY: key.result},
            opts=self._options(),
        )
        return secret.metadata.name

    def _deployment(
        self, account: k8s.core.v1.ServiceAccount, after: Sequence[pulumi.Resource]
    ) -> k8s.apps.v1.Deployment:
        args, pool = self._args, self._args.pool
        selector = selector_labels(ENGINE.name, self._service_name)
        config = k8s.core.v1.ConfigMap(
            f"{self._service_name}-gateway",
            metadata=self._metadata(),
            immutable=True,
            data={GATEWAY_FILE: self._pod.gateway},
            opts=self._options(),
        )
        pod = self._pod.spec(
            service_account=account.metadata.name,
            api_key_secret=self.api_key_secret,
            gateway_config=config.metadata.name,
            placement=(pool.node_selector, pool.tolerations),
            spread_over=selector,
        )
        budget = args.startup_budget_seconds + _ROLLOUT_SLACK_SECONDS
        timeout = f"{budget * (args.replicas + args.surge)}s"
        leave = self._pod.drain.grace_period_seconds + _DELETE_SLACK_SECONDS
        return k8s.apps.v1.Deployment(
            f"{self._service_name}-server",
            metadata=self._metadata(),
            spec=deployment_spec(
                pod,
                replicas=args.replicas,
                surge=args.surge,
                progress_deadline_seconds=budget,
                selector=selector,
                labels=object_labels(ENGINE.name, self._service_name),
                configuration=config_hash([*self._pod.flags, self._pod.gateway]),
            ),
            opts=self._options(
                pulumi.ResourceOptions(
                    depends_on=[self._cluster.ready, *pool.ready, *after],
                    custom_timeouts=pulumi.CustomTimeouts(
                        create=timeout, update=timeout, delete=f"{leave}s"
                    ),
                )
            ),
        )

    def _disruption_budget(self) -> None:
        k8s.policy.v1.PodDisruptionBudget(
            f"{self._service_name}-disruption-budget",
            metadata=self._metadata(),
            spec={
                "max_unavailable": 1,
                "selector": {"match_labels": selector_labels(ENGINE.name, self._service_name)},
            },
            opts=self._options(),
        )

    def _service(self) -> pulumi.Output[str]:
        service = k8s.core.v1.Service(
            f"{self._service_name}-service",
            # Clients find the model by this name.
            metadata={**self._metadata(), "name": self._service_name},
            spec={
                "type": "ClusterIP",
                "selector": selector_labels(ENGINE.name, self._service_name),
                "ports": [{"name": "api", "port": API_PORT, "target_port": "api"}],
            },
            opts=self._options(
                pulumi.ResourceOptions(depends_on=[self.deployment], delete_before_replace=True)
            ),
        )
        return pulumi.Output.format(
            "http://{0}.{1}.svc.{2}:{3}/v1",
            service.metadata.name,
            service.metadata.namespace,
            self._cluster.network.domain,
            API_PORT,
        )

    def _scrape_targets(self) -> tuple[ScrapeTarget, ...]:
        engine = ScrapeTarget(
            namespace=self._args.namespace,
            selector=selector_labels(ENGINE.name, self._service_name),
            port_name="metrics",
            port=METRICS_PORT,
            job=self._service_name,
            exporter=ENGINE.name,
            exporter_version=ENGINE.version,
        )
        gateway = {"path": GATEWAY_METRICS_PATH, "exporter": "haproxy", "exporter_version": None}
        return engine, engine.model_copy(update=gateway)
