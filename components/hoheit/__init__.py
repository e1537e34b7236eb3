"""GPU pools and vLLM on Kubernetes, as Pulumi components under your own control."""

from ._args import DnsLabel, InputStr, InvalidArgsError, ServiceName
from ._monitoring.names import prometheus_url
from .api_key import ApiKey
from .autoscaling import Autoscaling
from .capabilities import (
    Capabilities,
    IdentityMechanism,
    NetworkPolicyEnforcement,
    StorageChoice,
    StorageClass,
    StoragePurpose,
)
from .cluster import (
    Access,
    Cluster,
    GpuNodes,
    NodeShape,
    ObjectStoreGrant,
    WorkloadIdentity,
)
from .device_plugin import DevicePluginSettings
from .engine import Dtype, EngineSettings, KvCacheDtype
from .gpu_node_pool import GpuNodePool, GpuNodePoolArgs
from .image_lock import ImageLock, LockedImage
from .images import ImageReference, Images
from .kubelet_settings import KubeletSettings
from .location import Declaration, DeclaredLocation, Fact, Location, Source, SourceKind
from .lora import CompatibleBase, LoraAdapter
from .memory_plan import Basis, MemoryPlan, MemoryShare
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
from .model_weights import Hub, ModelWeights, WeightsSource
from .monitoring_settings import (
    AlertThresholds,
    MonitoringMode,
    MonitoringSettings,
    OperatorSettings,
    OptionalProgram,
    WebhookReceiver,
)
from .monitoring_stack import MonitoringStack, MonitoringStackArgs
from .network import ClusterNetwork, Peer
from .object_server import ObjectServer, ObjectServerArgs, ObjectServerSettings
from .object_store import ObjectStore
from .plan import GpuFit, HostRequest, PlanRequest, fitting_gpus, plan_gpu, plan_host
from .register import DataClass, Egress, OnDestroy, Phase, Register, Store, Unknown, joined
from .restricted_namespace import RestrictedNamespace, RestrictedNamespaceArgs
from .router_settings import RouterMode, RouterSettings, RoutingPolicy
from .scrape_target import ScrapeTarget
from .service_level import Objectives
from .trusted_code import TrustedCode
from .vllm_service import VllmService, VllmServiceArgs
from .vllm_settings import VllmSettings
from .weights_mirror import WeightsMirror, WeightsMirrorArgs

__all__ = [
    "Access",
    "AlertThresholds",
    "ApiKey",
    "Autoscaling",
    "Basis",
    "BundledArtifacts",
    "BundledDatabase",
    "Capabilities",
    "Cluster",
    "ClusterNetwork",
    "CompatibleBase",
    "DataClass",
    "Declaration",
    "DeclaredLocation",
    "DevicePluginSettings",
    "DnsLabel",
    "Dtype",
    "Egress",
    "EngineSettings",
    "ExistingArtifacts",
    "ExistingDatabase",
    "Fact",
    "GpuFit",
    "GpuNodePool",
    "GpuNodePoolArgs",
    "GpuNodes",
    "HostRequest",
    "Hub",
    "IdentityMechanism",
    "ImageLock",
    "ImageReference",
    "Images",
    "InputStr",
    "InvalidArgsError",
    "KubeletSettings",
    "KvCacheDtype",
    "Location",
    "LockedImage",
    "LoraAdapter",
    "MemoryPlan",
    "MemoryShare",
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
    "Objectives",
    "OnDestroy",
    "OperatorSettings",
    "OptionalProgram",
    "Peer",
    "Permission",
    "Phase",
    "PlanRequest",
    "Register",
    "RestrictedNamespace",
    "RestrictedNamespaceArgs",
    "RouterMode",
    "RouterSettings",
    "RoutingPolicy",
    "ScrapeTarget",
    "ServiceName",
    "Source",
    "SourceKind",
    "SqliteDatabase",
    "StorageChoice",
    "StorageClass",
    "StoragePurpose",
    "Store",
    "TrustedCode",
    "Unknown",
    "VllmService",
    "VllmServiceArgs",
    "VllmSettings",
    "WebhookReceiver",
    "WeightsMirror",
    "WeightsMirrorArgs",
    "WeightsSource",
    "WorkloadIdentity",
    "fitting_gpus",
    "joined",
    "plan_gpu",
    "plan_host",
    "prometheus_url",
]
