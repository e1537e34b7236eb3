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
from ._gateway import API_PORT
from ._labels import object_labels, selector_labels
from ._network_policy import NEEDS_ANNOTATION, allow, describe
from ._server_pod import API_KEY, GATEWAY_FILE, ServerPod
from ._service_needs import server_egress, server_ingress
from ._service_register import service_egress, service_stores
from ._weights import is_pulled, object_prefix
from .cluster import Cluster, Exposure, ObjectStoreGrant, StoragePurpose, on_cluster
from .gpu_node_pool import GpuNodePool
from .images import Images
from .model_weights import Hub, WeightsSource
from .object_store import ObjectStore
from .plan import DoesNotFitError, MemoryPlan, plan_memory
from .register import Egress, Store
from .scrape_target import ScrapeTarget
from .vllm_settings import Reach, VllmSettings
from .weights_mirror import WeightsMirror, WeightsMirrorArgs

SERVER = "server"
_API_KEY_LENGTH = 48
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
        plain = {field: getattr(settings, field) for field in VllmSettings.model_fields}
        means = {"pool": pool, "namespace": namespace, "images": images}
        given = {**plain, **means, "object_store": object_store, "hub": hub}
        return validated(cls, given, f"the service of '{settings.served_model_name}'")

    @model_validator(mode="after")
    def _weights_can_be_reached(self) -> Self:
        self.check_means(self.object_store, self.hub)
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
    scrape: ScrapeTarget
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
        account = self._service_account()
        policy = self._network_policy()
        self.api_key_secret = self._api_key()
        self.deployment = self._deployment(account, [policy, *self._mirror()])
        if args.replicas > 1:
            self._disruption_budget()
        self.url = self._service()
        self.model_names = (args.served_model_name,)
        self.scrape = self._scrape_target()
        self.stores = service_stores(
            name,
            args.weights,
            args.object_store,
            nodes=args.pool.location,
            control_plane=self._cluster.location,
        )
        self.egress = service_egress(
            name, args.weights, self._pod.images, store=args.object_store, hub=args.hub
        )
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
        args = self._args
        try:
            return plan_memory(args.weights, args.engine, args.pool.shape.gpu, args.gpus)
        except DoesNotFitError as error:
            raise pulumi.RunError(f"VllmService '{self._service_name}': {error}") from None

    def _options(self, options: pulumi.ResourceOptions | None = None) -> pulumi.ResourceOptions:
        own = pulumi.ResourceOptions(parent=self)
        return pulumi.ResourceOptions.merge(own, options) if options else own

    def _metadata(self) -> k8s.meta.v1.ObjectMetaArgsDict:
        return {
            "namespace": self._args.namespace,
            "labels": object_labels(self._service_name, SERVER),
        }

    def _service_account(self) -> k8s.core.v1.ServiceAccount:
        args = self._args
        grants: list[ObjectStoreGrant] = []
        if args.object_store and is_pulled(args.weights):
            prefix = object_prefix(args.weights, args.object_store)
            bucket = args.object_store.bucket
            grants = [ObjectStoreGrant(bucket=bucket, prefix=prefix, write=False)]
        account = f"{self._service_name}-server"
        identity = self._cluster.workload_identity(args.namespace, account, grants)
        return k8s.core.v1.ServiceAccount(
            f"{self._service_name}-account",
            # A cloud's trust policy names the account, so its name is fixed.
            metadata={
                **self._metadata(),
                "name": account,
                "annotations": identity.annotations,
            },
            automount_service_account_token=False,
            opts=self._options(pulumi.ResourceOptions(delete_before_replace=True)),
        )

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
            spec=allow(selector_labels(self._service_name, SERVER), ingress=ingress, egress=egress),
            opts=self._options(),
        )

    def _mirror(self) -> list[pulumi.Resource]:
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
        selector = selector_labels(self._service_name, SERVER)
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
        return k8s.apps.v1.Deployment(
            f"{self._service_name}-server",
            metadata=self._metadata(),
            spec=deployment_spec(
                pod,
                replicas=args.replicas,
                surge=args.surge,
                progress_deadline_seconds=budget,
                selector=selector,
                labels=object_labels(self._service_name, SERVER),
                configuration=config_hash([*self._pod.flags, self._pod.gateway]),
            ),
            opts=self._options(
                pulumi.ResourceOptions(
                    depends_on=[*pool.ready, *after],
                    custom_timeouts=pulumi.CustomTimeouts(create=timeout, update=timeout),
                )
            ),
        )

    def _disruption_budget(self) -> None:
        k8s.policy.v1.PodDisruptionBudget(
            f"{self._service_name}-disruption-budget",
            metadata=self._metadata(),
            spec={
                "max_unavailable": 1,
                "selector": {"match_labels": selector_labels(self._service_name, SERVER)},
            },
            opts=self._options(),
        )

    def _service(self) -> pulumi.Output[str]:
        exposed = self._args.reach is Reach.INTERNAL
        exposure = self._cluster.expose() if exposed else Exposure(service_type="ClusterIP")
        service = k8s.core.v1.Service(
            f"{self._service_name}-service",
            # Clients find the model by this name.
            metadata={
                **self._metadata(),
                "name": self._service_name,
                "annotations": exposure.annotations,
            },
            spec={
                "type": exposure.service_type,
                "selector": selector_labels(self._service_name, SERVER),
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

    def _scrape_target(self) -> ScrapeTarget:
        return ScrapeTarget(
            namespace=self._args.namespace,
            selector=selector_labels(self._service_name, SERVER),
            port_name="metrics",
            exporter=ENGINE.name,
            exporter_version=ENGINE.version,
        )
