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
from .mlflow_server import MlflowServer, MlflowServerArgs
from .mlflow_settings import (
    BundledArtifacts,
    BundledDatabase,
    ExistingArtifacts,
    ExistingDatabase,
    MlflowSettings,
    Permission,
    SqliteDatabase,
)
from .model_weights import Architecture, Hub, ModelWeights, WeightsSource
from .monitoring_settings import (
    AlertThresholds,
    MonitoringMode,
    MonitoringSettings,
    OperatorSettings,
    WebhookReceiver,
)
from .monitoring_stack import MonitoringStack, MonitoringStackArgs
from .network import ClusterNetwork, Peer
from .object_server import ObjectServer, ObjectServerArgs, ObjectServerSettings
from .object_store import ObjectStore
from .plan import MemoryPlan, plan_memory
from .register import DataClass, Egress, OnDestroy, Phase, Register, Store, Unknown, joined
from .restricted_namespace import RestrictedNamespace, RestrictedNamespaceArgs
from .scrape_target import ScrapeTarget
from .vllm_service import VllmService, VllmServiceArgs
from .vllm_settings import VllmSettings
from .weights_mirror import WeightsMirror, WeightsMirrorArgs

__all__ = [
    "Access",
    "AlertThresholds",
    "Architecture",
    "BundledArtifacts",
    "BundledDatabase",
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
    "ExistingArtifacts",
    "ExistingDatabase",
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
    "MlflowServer",
    "MlflowServerArgs",
    "MlflowSettings",
    "ModelWeights",
    "MonitoringMode",
    "MonitoringSettings",
    "MonitoringStack",
    "MonitoringStackArgs",
    "NetworkPolicyEnforcement",
    "NodeShape",
    "ObjectServer",
    "ObjectServerArgs",
    "ObjectServerSettings",
    "ObjectStore",
    "ObjectStoreGrant",
    "OnDestroy",
    "OperatorSettings",
    "Peer",
    "Permission",
    "Phase",
    "Register",
    "RestrictedNamespace",
    "RestrictedNamespaceArgs",
    "ScrapeTarget",
    "ServiceName",
    "Source",
    "SourceKind",
    "SqliteDatabase",
    "StorageChoice",
    "StorageClass",
    "StoragePurpose",
    "Store",
    "Unknown",
    "VllmService",
    "VllmServiceArgs",
    "VllmSettings",
    "WebhookReceiver",
    "WeightsMirror",
    "WeightsMirrorArgs",
    "WeightsSource",
    "WorkloadIdentity",
    "joined",
    "plan_memory",
]
