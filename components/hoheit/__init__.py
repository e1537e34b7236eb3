"""GPU pools and vLLM on Kubernetes, as Pulumi components under your own control."""

from ._args import DnsLabel, InputStr, InvalidArgsError, ServiceName
from .cluster import (
    Access,
    Capabilities,
    Cluster,
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
from .engine import Dtype, EngineSettings, KvCacheDtype
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
from .vllm_settings import VllmSettings
from .weights_mirror import WeightsMirror, WeightsMirrorArgs

__all__ = [
    "Access",
    "Architecture",
    "Capabilities",
    "Cluster",
    "ClusterNetwork",
    "DataClass",
    "Declaration",
    "DeclaredLocation",
    "DnsLabel",
    "Dtype",
    "Egress",
    "EngineSettings",
    "Fact",
    "GpuNodePool",
    "GpuNodePoolArgs",
    "GpuNodes",
    "Hub",
    "IdentityMechanism",
    "ImageReference",
    "Images",
    "InputStr",
    "InvalidArgsError",
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
    "RestrictedNamespace",
    "RestrictedNamespaceArgs",
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
    "plan_memory",
]
