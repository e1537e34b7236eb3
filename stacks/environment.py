"""One environment: everything that a stack file may say, checked before the first resource."""

import json
import sys
from pathlib import Path
from typing import Any, Literal, Self

import pulumi
from hoheit import (
    DevicePluginSettings,
    DnsLabel,
    Hub,
    IdentityMechanism,
    MlflowSettings,
    MonitoringSettings,
    ObjectServerSettings,
    ObjectStore,
    ServiceName,
    VllmSettings,
    prometheus_url,
)
from hoheit.driver import Args, check_namespace, refusal, validated
from hoheit_infra import ExistingClusterArgs, ExistingClusterSettings, ExistingNodes
from locked_images import LockedImages, with_locked_weights
from pools import check_plugin_namespaces, check_pools_are_apart, plugin_namespaces
from pydantic import Field, model_validator
from residency import LOCAL_PROFILE, Residency

SCHEMA = Path(__file__).with_name("environment.schema.json")
KEY = "environment"


_PARTS = ("mlflow", "monitoring", "objects")
_NAMESPACES = {"models": "namespace", "objects": "object_server.namespace"}
"""Where a part's namespace is written, if not below its own name."""


class Model(VllmSettings):
    """One model service of the environment."""

    pool: DnsLabel
    """Name of the pool that it runs on."""


class Cluster(ExistingClusterSettings):
    """The cluster of the environment."""

    kind: Literal["existing"]
    """A cluster that somebody runs already."""


class Monitoring(MonitoringSettings):
    """The monitoring stack of the environment."""

    namespace: DnsLabel = "monitoring"


class Mlflow(MlflowSettings):
    """The MLflow server of the environment."""

    namespace: DnsLabel = "mlflow"


class OwnObjects(ObjectServerSettings):
    """An S3 server of the environment's own, where there is no object store."""

    namespace: DnsLabel = "objects"


class Environment(Args):
    """What one stack runs, and on what."""

    name: DnsLabel
    """Name of the environment, and of its cluster's resources."""
    namespace: DnsLabel = "models"
    """Namespace of the model services."""
    cluster: Cluster
    pools: dict[DnsLabel, ExistingNodes] = Field(min_length=1)
    """GPU pools by name."""
    device_plugin: DevicePluginSettings | None = None
    """NVIDIA's device plugin for every pool with GPUs, each in a namespace of its own that begins
    with this name; leave it out where the cluster's owner runs one."""
    images: LockedImages
    object_store: ObjectStore | None = None
    object_server: OwnObjects | None = None
    hub: Hub | None = None
    models: dict[ServiceName, Model] = Field(min_length=1)
    """Model services by name; the name is the Service's."""
    monitoring: Monitoring | None = None
    mlflow: Mlflow | None = None
    residency: Residency
    """The organisation's own rules, which every resource of the stack is judged by."""

    @model_validator(mode="before")
    @classmethod
    def _weights_have_the_digests_of_the_lock(cls, given: Any) -> Any:
        return with_locked_weights(given)

    @model_validator(mode="after")
    def _pools_exist(self) -> Self:
        for name, model in self.models.items():
            if model.pool not in self.pools:
                raise ValueError(
                    f"models.{name}.pool: no pool '{model.pool}'; pools: {', '.join(self.pools)}"
                )
        return self

    @model_validator(mode="after")
    def _models_have_names_of_their_own(self) -> Self:
        for name in self.models:
            if name in _PARTS:
                raise ValueError(
                    f"models.{name}: the name of a part of the platform; choose another"
                )
        return self

    @model_validator(mode="after")
    def _models_can_start(self) -> Self:
        for name, model in self.models.items():
            try:
                model.check_means(self._bucket, self.hub)
                shape = self.pools[model.pool].shape()
                shape.check_share(model.gpus, model.engine.gpu_memory_utilization)
                self.scaled(model).scaler(self.cluster.capabilities)
                model.plan_for(shape.gpu)
            except ValueError as error:
                raise ValueError(f"models.{name}.{error}") from None
        return self

    @model_validator(mode="after")
    def _images_can_be_pulled(self) -> Self:
        for name, model in self.models.items():
            try:
                self.images.check(*model.image_fields, engine_version=model.engine.version)
            except ValueError as error:
                raise ValueError(
                    f"{error}; models.{name} runs it, with engine.version "
                    f"{model.engine.version}, and all models of an environment share its images"
                ) from None
        for part in (self.mlflow, self.object_server):
            if part is not None:
                self.images.check(*part.image_fields)
        if self.device_plugin is not None:
            self.images.check("device_plugin")
        if self.monitoring is not None:
            gpus = any(pool.shape().gpus for pool in self.pools.values())
            self.images.check(*self.monitoring.image_fields_for(gpus=gpus))
        return self

    @model_validator(mode="after")
    def _pods_can_prove_themselves(self) -> Self:
        identity, offered = self.cluster.capabilities.identity, IdentityMechanism.STATIC_SECRET
        if identity is not offered:
            raise ValueError(
                f"cluster.capabilities.identity: {identity} needs a role at a cloud for each "
                f"account, which nobody creates for a cluster that exists already; set {offered}"
            )
        return self

    @model_validator(mode="after")
    def _somebody_watches_objectives(self) -> Self:
        for name, model in self.models.items():
            if model.objectives is not None and self.monitoring is None:
                raise ValueError(
                    f"models.{name}.objectives: there is no monitoring that tells when they are "
                    "missed; add monitoring, or leave them out"
                )
        return self

    @model_validator(mode="after")
    def _monitoring_can_watch(self) -> Self:
        if self.monitoring and self.monitoring.bundled and self.cluster.network.api_server is None:
            raise ValueError(
                "cluster.network.api_server: required by monitoring, which watches pods through "
                "it; `hoheit doctor` prints the addresses and the port to put here"
            )
        return self

    def scaled(self, model: Model) -> Model:
        """Return ``model`` with whom KEDA asks, the environment's own Prometheus by default."""
        scaling, monitoring = model.autoscaling, self.monitoring
        if (
            scaling is None
            or scaling.prometheus_url
            or monitoring is None
            or not monitoring.bundled
        ):
            return model
        url = prometheus_url("monitoring", monitoring.namespace, self.cluster.network.domain)
        known = scaling.model_copy(update={"prometheus_url": url})
        return model.model_copy(update={"autoscaling": known})

    @property
    def _bucket(self) -> str | None:
        store = self.object_store or self.object_server
        return store.bucket if store else None

    @property
    def namespaces(self) -> dict[str, str]:
        """The namespace of each part that there is, by the part's name."""
        parts = {
            "objects": self.object_server,
            "mlflow": self.mlflow,
            "monitoring": self.monitoring,
        }
        others = {name: part.namespace for name, part in parts.items() if part is not None}
        return {"models": self.namespace, **others}

    @model_validator(mode="after")
    def _namespaces_are_apart(self) -> Self:
        taken: dict[str, str] = {}
        for part, namespace in self.namespaces.items():
            field = _NAMESPACES.get(part, f"{part}.namespace")
            check_namespace(field, namespace)
            if namespace in taken:
                raise ValueError(
                    f"{field}: '{namespace}' is the namespace of {taken[namespace]} already; "
                    "choose another, so that each part has network rules of its own"
                )
            taken[namespace] = part
        plugins = plugin_namespaces(self.device_plugin, self.pools)
        check_plugin_namespaces(plugins, self.namespaces)
        return self

    @model_validator(mode="after")
    def _pools_are_apart(self) -> Self:
        check_pools_are_apart(self.pools)
        return self

    @model_validator(mode="after")
    def _one_object_store(self) -> Self:
        if self.object_store and self.object_server:
            raise ValueError(
                "object_server: there is an object_store already; leave out one of the two"
            )
        return self

    @model_validator(mode="after")
    def _development_is_local(self) -> Self:
        if self.mlflow and self.mlflow.development and self.residency.profile != LOCAL_PROFILE:
            raise ValueError(
                f"mlflow.development: true loses data or admits everybody, and the profile is "
                f"'{self.residency.profile}'; leave it out, or set residency.profile: "
                f"{LOCAL_PROFILE}"
            )
        return self

    @model_validator(mode="after")
    def _pools_hold_their_models(self) -> Self:
        offered = self.cluster.capabilities
        cache = offered.cache(offered.model_cache_storage_class)
        for pool, nodes in self.pools.items():
            claims = {
                name: model.claim_on(cache)
                for name, model in self.models.items()
                if model.pool == pool
            }
            shape = nodes.shape()
            if why := refusal(claims, shape.room, shape.max_nodes):
                raise ValueError(f"pools.{pool}: {why}")
        return self

    @model_validator(mode="after")
    def _only_simulations_are_simulated(self) -> Self:
        for pool, nodes in self.pools.items():
            if nodes.kind == "simulated" and not self.cluster.capabilities.simulated:
                raise ValueError(
                    f"pools.{pool}.kind: simulated, but the cluster is not, so pods would wait for "
                    "ever; use kind: labelled, or cluster.capabilities.simulated: true on kwok"
                )
        return self


def read_environment() -> Environment:
    """Return the environment of the selected stack.

    Raises:
        pulumi.RunError: with the path of every wrong field and what is allowed there.
    """
    stack = pulumi.get_stack()
    try:
        given = pulumi.Config().get_object(KEY)
    except pulumi.ConfigTypeError:
        given = None
    if given is None:
        raise pulumi.RunError(
            f"stack '{stack}' has no '{pulumi.get_project()}:{KEY}', or not as a mapping; start "
            "from stacks/Pulumi.example.yaml, which shows every field"
        )
    return validated(Environment, given, f"{pulumi.get_project()}:{KEY} of stack '{stack}'")


def cluster_args(environment: Environment) -> ExistingClusterArgs:
    """Return the cluster's settings, completed with the kubeconfig that is kept as a secret."""
    settings = environment.cluster
    own = {field: getattr(settings, field) for field in ExistingClusterSettings.model_fields}
    return ExistingClusterArgs(**own, kubeconfig=pulumi.Config().get_secret("kubeconfig"))


def schema() -> str:
    """Return the JSON schema of a stack file, for editors."""
    environment = Environment.model_json_schema(ref_template="#/$defs/{model}")
    definitions = environment.pop("$defs")
    for nodes in ("LabelledNodes", "SimulatedNodes", "CpuNodes"):
        # pydantic gives the tag a default, but tells members apart by it: a file has to state it.
        definitions[nodes]["required"].append("kind")
    for names in ("pools", "models"):
        environment["properties"][names]["additionalProperties"] = False
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A hoheit stack file",
        "type": "object",
        "properties": {
            "config": {
                "type": "object",
                "properties": {f"hoheit:{KEY}": environment},
                "required": [f"hoheit:{KEY}"],
            }
        },
        "required": ["config"],
        "$defs": definitions,
    }
    return json.dumps(document, indent=2) + "\n"


def main(arguments: list[str]) -> int:
    """Write the schema, or with ``--check`` say whether it is up to date."""
    if arguments != ["--check"]:
        SCHEMA.write_text(schema(), encoding="utf-8")
        return 0
    if SCHEMA.read_text(encoding="utf-8") == schema():
        return 0
    sys.stderr.write(f"{SCHEMA.name} is out of date; run: make format\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
