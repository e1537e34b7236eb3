"""Nodes of a cluster that exists already: labelled by its owner, simulated, or without GPU."""

import json
from typing import Annotated, Literal, Self, TypeAlias

import pulumi_kubernetes as k8s
from hoheit import DeclaredLocation, NodeShape
from hoheit.driver import POOL_LABEL, Args, Labels
from hoheit_facts import GPUS, gpu_named
from pydantic import Field, TypeAdapter, model_validator

from .gpu_sharing import Sharing

_KWOK_ANNOTATION = {"kwok.x-k8s.io/node": "fake"}
_CAPACITY_ANNOTATION = "hoheit-lab/capacity"


class _Nodes(Args):
    cpu_millicores: int = Field(gt=0)
    """Allocatable CPU of one node less DaemonSets; ``kubectl describe node`` shows both."""
    memory_mib: int = Field(gt=0)
    """Allocatable memory of one node less DaemonSets, in MiB."""
    disk_gib: int = Field(gt=0)
    """Allocatable ephemeral storage of one node in GiB."""
    nodes: int = Field(ge=1, le=1000)
    """How many nodes there are; simulated ones are created."""
    location: DeclaredLocation | None = None
    """Where the nodes are; unknown where nobody declares it."""


class _GpuNodes(_Nodes, Sharing):
    gpu: str
    """GPU model, a name of the catalogue."""
    gpus_per_node: int = Field(default=1, ge=1, le=16)
    min_nodes: int | None = Field(default=None, ge=0)
    """Nodes that stay when nobody needs them, where an autoscaler adds and removes the others; None
    where the number is fixed."""

    @model_validator(mode="after")
    def _gpu_is_known(self) -> Self:
        if self.gpu not in GPUS:
            try:
                meant = gpu_named(self.gpu)
            except ValueError as error:
                raise ValueError(f"gpu: {error}") from None
            raise ValueError(f"gpu: no '{self.gpu}' in the catalogue; did you mean '{meant.name}'?")
        return self

    @model_validator(mode="after")
    def _slices_are_known(self) -> Self:
        if self.mig is not None:
            self.mig.slice_of(GPUS[self.gpu])
        return self

    @model_validator(mode="after")
    def _fewer_stay_than_there_are(self) -> Self:
        if self.min_nodes is not None and self.min_nodes > self.nodes:
            raise ValueError(f"min_nodes: {self.min_nodes}, but nodes is {self.nodes}")
        return self

    @property
    def shares(self) -> int:
        """GPUs of one node, or slices of them."""
        return self.gpus_per_node * self.shares_per_gpu

    def shape(self) -> NodeShape:
        """Return the plain numbers of one node."""
        gpu = GPUS[self.gpu]
        return NodeShape(
            gpu=self.mig.slice_of(gpu) if self.mig else gpu,
            gpus=self.shares,
            gpu_resource=self.gpu_resource,
            time_slices=self.time_slices,
            min_nodes=self.min_nodes,
            cpu_millicores=self.cpu_millicores,
            memory_mib=self.memory_mib,
            disk_gib=self.disk_gib,
            max_nodes=self.nodes,
        )


class LabelledNodes(_GpuNodes):
    """Nodes that the cluster's owner runs; they carry a label and the taint already."""

    kind: Literal["labelled"] = "labelled"
    node_selector: Labels = Field(min_length=1)
    """Labels that only these nodes carry."""


class SimulatedNodes(_GpuNodes):
    """Node objects that kwok keeps alive: pods are scheduled onto them, no container runs."""

    kind: Literal["simulated"] = "simulated"

    def metadata(self, name: str, pool: str) -> k8s.meta.v1.ObjectMetaArgsDict:
        """Return the metadata of one Node object."""
        capacity = {
            "cpu": f"{self.cpu_millicores}m",
            "memory": f"{self.memory_mib}Mi",
            "ephemeral-storage": f"{self.disk_gib}Gi",
            "pods": "110",
            self.gpu_resource: str(self.shares),
        }
        labels = {
            "type": "kwok",
            "kubernetes.io/hostname": name,
            "kubernetes.io/os": "linux",
            "kubernetes.io/arch": "amd64",
            "hoheit/gpu": self.gpu.lower(),
            POOL_LABEL: pool,
            **self._feature_labels(),
        }
        annotations = {**_KWOK_ANNOTATION, _CAPACITY_ANNOTATION: json.dumps(capacity)}
        return {"name": name, "labels": labels, "annotations": annotations}

    def _feature_labels(self) -> dict[str, str]:
        """Return what GPU feature discovery would write on such a node, as far as it is known."""
        gpu = GPUS[self.gpu]
        major, _, minor = gpu.compute_capability.partition(".")
        return {
            "nvidia.com/gpu.present": "true",
            "nvidia.com/gpu.count": str(self.gpus_per_node),
            "nvidia.com/gpu.memory": str(gpu.reported_memory_mib),
            "nvidia.com/gpu.replicas": str(self.time_slices),
            "nvidia.com/gpu.compute.major": major,
            "nvidia.com/gpu.compute.minor": minor,
            "nvidia.com/gpu.sharing-strategy": "time-slicing" if self.time_slices > 1 else "none",
            "nvidia.com/mig.strategy": "mixed" if self.mig else "none",
        }


class CpuNodes(_Nodes):
    """Nodes without GPU that exist already, for a trial with a small model."""

    kind: Literal["cpu"] = "cpu"
    node_selector: Labels = Field(min_length=1)
    """Labels of these nodes; ``kubernetes.io/os: linux`` where any node will do."""

    def shape(self) -> NodeShape:
        """Return the plain numbers of one node."""
        return NodeShape(
            gpu=None,
            gpus=0,
            cpu_millicores=self.cpu_millicores,
            memory_mib=self.memory_mib,
            disk_gib=self.disk_gib,
            max_nodes=self.nodes,
        )


AnyNodes: TypeAlias = LabelledNodes | SimulatedNodes | CpuNodes

ExistingNodes: TypeAlias = Annotated[AnyNodes, Field(discriminator="kind")]
"""What a GpuNodePool on an existing cluster can be made of."""

EXISTING_NODES: TypeAdapter[AnyNodes] = TypeAdapter(ExistingNodes)
"""Validates a mapping into the one or the other."""
