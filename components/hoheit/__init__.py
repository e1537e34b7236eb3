"""GPU pools and vLLM on Kubernetes, as Pulumi components under your own control."""

from ._args import Args, DnsLabel, InputStr, ServiceName, validated
from ._explain import explain
from .capacity import Claim, Room, refusal
from .cluster import (
    Capabilities,
    Cluster,
    Exposure,
    GpuNodes,
    IdentityMechanism,
    NetworkPolicyEnforcement,
    NodeShape,
    ObjectStoreGrant,
    StorageChoice,
    StorageClass,
    StoragePurpose,
    WorkloadIdentity,
)
from .engine import Dtype, EngineArgs, KvCacheDtype
from .gpu_node_pool import GpuNodePool, GpuNodePoolArgs
from .images import ImageReference, Images
from .location import Declaration, DeclaredLocation, Fact, Location, Source, SourceKind
from .model_weights import Architecture, Hub, ModelWeights, WeightsSource
from .network import ClusterNetwork, Peer
from .object_store import ObjectStore
from .plan import MemoryPlan, plan_memory
from .register import DataClass, Egress, OnDestroy, Phase, Store
from .restricted_namespace import RestrictedNamespace, RestrictedNamespaceArgs
from .scrape_target import ScrapeTarget
from .vllm_service import VllmService, VllmServiceArgs
from .vllm_settings import Reach, VllmSettings
from .weights_mirror import WeightsMirror, WeightsMirrorArgs

__all__ = [
    "Architecture",
    "Args",
    "Capabilities",
    "Claim",
    "Cluster",
    "ClusterNetwork",
    "DataClass",
    "Declaration",
    "DeclaredLocation",
    "DnsLabel",
    "Dtype",
    "Egress",
    "EngineArgs",
    "Exposure",
    "Fact",
    "GpuNodePool",
    "GpuNodePoolArgs",
    "GpuNodes",
    "Hub",
    "IdentityMechanism",
    "ImageReference",
    "Images",
    "InputStr",
    "KvCacheDtype",
    "Location",
    "MemoryPlan",
    "ModelWeights",
    "NetworkPolicyEnforcement",
    "NodeShape",
    "ObjectStore",
    "ObjectStoreGrant",
    "OnDestroy",
    "Peer",
    "Phase",
    "Reach",
    "RestrictedNamespace",
    "RestrictedNamespaceArgs",
    "Room",
    "ScrapeTarget",
    "ServiceName",
    "Source",
    "SourceKind",
    "StorageChoice",
    "StorageClass",
    "StoragePurpose",
    "Store",
    "VllmService",
    "VllmServiceArgs",
    "VllmSettings",
    "WeightsMirror",
    "WeightsMirrorArgs",
    "WeightsSource",
    "WorkloadIdentity",
    "explain",
    "plan_memory",
    "refusal",
    "validated",
]
