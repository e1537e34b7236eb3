"""One environment: everything that a stack file may say, checked before the first resource."""

import json
import sys
from pathlib import Path
from typing import Any, Literal, Self

import pulumi
from hoheit import (
    DnsLabel,
    Hub,
    Images,
    ObjectStore,
    ServiceName,
    VllmService,
    VllmSettings,
    plan_memory,
)
from hoheit.driver import Args, refusal, validated
from hoheit_facts import GPUS
from hoheit_infra import ExistingClusterArgs, ExistingClusterSettings, ExistingNodes
from pydantic import Field, model_validator

SCHEMA = Path(__file__).with_name("environment.schema.json")
KEY = "environment"


class Model(VllmSettings):
    """One model service of the environment."""

    pool: DnsLabel
    """Name of the pool that it runs on."""


class Cluster(ExistingClusterSettings):
    """The cluster of the environment."""

    kind: Literal["existing"]
    """A cluster that somebody runs already."""


class Environment(Args):
    """What one stack runs, and on what."""

    name: DnsLabel
    """Name of the environment, and of its cluster's resources."""
    namespace: DnsLabel = "models"
    """Namespace of the model services."""
    cluster: Cluster
    pools: dict[DnsLabel, ExistingNodes] = Field(min_length=1)
    """GPU pools by name."""
    images: Images
    object_store: ObjectStore | None = None
    hub: Hub | None = None
    models: dict[ServiceName, Model] = Field(min_length=1)
    """Model services by name; the name is the Service's."""

    @model_validator(mode="after")
    def _pools_exist(self) -> Self:
        for name, model in self.models.items():
            if model.pool not in self.pools:
                raise ValueError(
                    f"models.{name}.pool: no pool '{model.pool}'; pools: {', '.join(self.pools)}"
                )
        return self

    @model_validator(mode="after")
    def _models_can_start(self) -> Self:
        for name, model in self.models.items():
            gpu = GPUS[self.pools[model.pool].gpu]
            try:
                model.check_means(self.object_store, self.hub)
                plan_memory(model.weights, model.engine, gpu, model.gpus)
            except ValueError as error:
                raise ValueError(f"models.{name}.{error}") from None
        return self

    @model_validator(mode="after")
    def _pools_hold_their_models(self) -> Self:
        for pool, nodes in self.pools.items():
            claims = {
                name: model.claim for name, model in self.models.items() if model.pool == pool
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


def outputs_of(service: VllmService) -> dict[str, Any]:
    """Return what the operator of a model service asks for first."""
    return {
        "url": service.url,
        "apiKeySecret": service.api_key_secret,
        "modelNames": list(service.model_names),
        "plan": service.plan.model_dump(mode="json"),
    }


def schema() -> str:
    """Return the JSON schema of a stack file, for editors."""
    environment = Environment.model_json_schema(ref_template="#/$defs/{model}")
    definitions = environment.pop("$defs")
    for nodes in ("LabelledNodes", "SimulatedNodes"):
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
