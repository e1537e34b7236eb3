"""One model, served by vLLM behind one Kubernetes Service."""

from collections.abc import Sequence
from typing import Self

import pulumi
import pulumi_kubernetes as k8s
from pydantic import InstanceOf, model_validator

from ._args import PACKAGE, Args, InputStr, ServiceName, plain, validated
from ._router_pod import ROUTER, RouterPod
from ._server_pod import ServerPod
from ._service_needs import server_policy
from ._service_register import router_stores, service_recipients, service_stores
from ._vllm_service.compiled import compile_stores, make_compile_cache
from ._vllm_service.entrance import entrance, headless_service, scrape_targets
from ._vllm_service.keys import Accepted, ClientKeys, client_keys, engine_key, router_key
from ._vllm_service.parts import SERVER, Parts
from ._vllm_service.plan_log import log_plan
from ._vllm_service.routers import router_deployment
from ._vllm_service.scaling import make_scaler, watched
from ._vllm_service.servers import server_account, server_deployment
from ._vllm_service.weights import weights_mirrors
from ._vllm_service.workload import disruption_budget, network_policy
from .capabilities import StoragePurpose
from .cluster import Cluster, on_cluster
from .gpu_node_pool import GpuNodePool
from .images import Images
from .memory_plan import MemoryPlan
from .model_weights import Hub
from .object_store import ObjectStore
from .register import Egress, Store
from .scrape_target import ScrapeTarget
from .vllm_settings import VllmSettings
from .weights_mirror import WeightsMirror


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
        self.images.check(*self.image_fields, engine_version=self.engine.version)
        return self


class VllmService(pulumi.ComponentResource):
    """A model that answers under one address, guarded by gateways that know its clients' keys.

    Creates a Deployment, a Service, a ServiceAccount without token, Secrets with API keys, a
    ConfigMap with the gateway's configuration and a NetworkPolicy. From two replicas on there are
    a PodDisruptionBudget, and routers with all of these of their own; for weights and adapters of
    a hub a :class:`WeightsMirror` each; where the cluster offers shared volumes, claims.
    """

    url: pulumi.Output[str]
    """Base URL inside the cluster, ending in ``/v1``."""
    api_key_secret: pulumi.Output[str]
    """Name of the Secret with the clients' keys, each under the client's name. It is there when
    ``url`` is known; what uses the name is not replaced with the Secret."""
    model_names: tuple[str, ...]
    """What ``/v1/models`` lists."""
    scrape: tuple[ScrapeTarget, ...]
    """Metrics of the engine, of the router, and of the gateway in front of each."""
    plan: MemoryPlan
    stores: tuple[Store, ...]
    egress: tuple[Egress, ...]
    deployment: k8s.apps.v1.Deployment
    """The servers' Deployment, for consumers who must reach past this component."""

    def __init__(
        self, name: str, args: VllmServiceArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        owner = f"VllmService '{name}'"
        args = validated(VllmServiceArgs, args, owner)
        self._args = args
        self._cluster: Cluster = args.pool.cluster
        self._parts = Parts(
            name=validated(_Name, {"name": name}, owner).name,
            namespace=args.namespace,
            parent=self,
        )
        self._pod = ServerPod(
            settings=args,
            images=args.images.rewritten(self._cluster.image),
            weights=args.weights.rewritten(self._cluster.image),
            weights_storage=self._cluster.storage(StoragePurpose.MODEL_CACHE),
            store=args.object_store,
            runtime_class=self._cluster.capabilities.gpu_runtime_class,
            gpu_resource=args.pool.shape.gpu_resource,
        )
        self.plan = self._memory_plan()
        args.pool.claim(name, args.claim_on(self._pod.weights_storage))
        super().__init__(
            f"{PACKAGE}:index:VllmService", name, None, on_cluster(self._cluster, opts)
        )
        mirror = weights_mirrors(self._parts, args)
        entered = ROUTER if args.routed else SERVER
        clients = client_keys(self._parts, args.api_keys, entered)
        self.api_key_secret = pulumi.Output.from_input(clients.secret)
        entry = self._routed(clients, mirror) if args.routed else self._direct(clients, mirror)
        self.url = entrance(self._parts, entered, entry, self._cluster.network.domain)
        self.model_names = args.model_names
        router_image = self._pod.images.reference("router") if args.routed else None
        targets = scrape_targets(self._parts, args.engine.version, router_image)
        self.scrape = watched(targets, args, self._cluster.capabilities)
        self._tell(mirror)
        log_plan(name, self.plan, self)
        self.register_outputs(
            {
                "url": self.url,
                "apiKeySecret": self.api_key_secret,
                "modelNames": list(self.model_names),
                "adapters": plain(args.adapters),
                "plan": self.plan.model_dump(mode="json"),
                "stores": plain(self.stores),
                "egress": plain(self.egress),
            }
        )

    def _memory_plan(self) -> MemoryPlan:
        """Refuse what pool or cluster cannot give, and say what memory there is."""
        try:
            shape = self._args.pool.shape
            shape.check_share(self._args.gpus, self._args.engine.gpu_memory_utilization)
            self._args.scaler(self._cluster.capabilities)
            return self._args.plan_for(shape.gpu)
        except ValueError as error:
            raise pulumi.RunError(f"VllmService '{self._parts.name}': {error}") from None

    def _direct(
        self, clients: ClientKeys, mirror: Sequence[WeightsMirror]
    ) -> k8s.apps.v1.Deployment:
        """Let clients come to the servers; return what they come to."""
        self.deployment = self._servers(clients.accepted, mirror)
        return self.deployment

    def _routed(
        self, clients: ClientKeys, mirror: Sequence[WeightsMirror]
    ) -> k8s.apps.v1.Deployment:
        """Let clients come to routers, and routers to the servers; return what clients come to."""
        key, accepted = router_key(self._parts)
        self.deployment = self._servers(accepted, mirror)
        pod = RouterPod(
            settings=self._args,
            images=self._pod.images,
            servers=self._parts.headless_service,
            domain=self._cluster.network.domain,
        )
        return router_deployment(
            self._parts,
            pod,
            self._cluster,
            secrets=key.with_keys(clients.accepted),
            after=[headless_service(self._parts), *clients.accepted.after],
        )

    def _servers(
        self, accepted: Accepted, mirror: Sequence[WeightsMirror]
    ) -> k8s.apps.v1.Deployment:
        args, parts = self._args, self._parts
        account, identity = server_account(parts, args, self._cluster)
        rules = server_policy(
            args,
            args.object_store,
            self._cluster.network,
            servers=parts.servers,
            routers=parts.routers,
        )
        policy = network_policy(parts, rules)
        if args.most_replicas > 1:
            disruption_budget(parts, parts.servers)
        servers = server_deployment(
            parts,
            args,
            self._pod,
            account=account,
            secrets=engine_key(parts).with_keys(accepted),
            after=[*identity.ready, policy, *accepted.after, *mirror],
            compile_cache=make_compile_cache(parts, self._cluster, self._pod, self.plan.device),
        )
        make_scaler(parts, args, self._cluster.capabilities, servers)
        return servers

    def _tell(self, mirror: Sequence[WeightsMirror]) -> None:
        """Say what is kept where, and who is contacted."""
        args = self._args
        self.stores = service_stores(
            self._parts.name,
            args.weights,
            self._pod.weights_storage,
            nodes=args.pool.location,
            control_plane=self._cluster.location,
            adapters=args.adapters,
        )
        if args.routed:
            self.stores += router_stores(self._parts.name, nodes=self._cluster.node_location)
        self.egress = service_recipients(
            self._parts.name,
            self._pod.weights,
            self._pod.images.references(*args.image_fields),
            args.object_store,
            args.adapters,
        )
        self.stores += compile_stores(self._parts, self._cluster)
        for mirrored in mirror:
            self.stores += mirrored.stores
            self.egress += mirrored.egress
