"""The rules, one module each, in the order in which they are reported."""

from hoheit_policy.rule import Rule

from .accelerators import ACCELERATORS
from .allowed_locations import ALLOWED_LOCATIONS
from .approved_images import APPROVED_IMAGES
from .aws_accounts import AWS_ACCOUNTS
from .backup_copies import BACKUP_COPIES
from .bedrock_regions import GUARDRAIL_REGIONS, MODEL_REGIONS
from .bound_places import BOUND_PLACES
from .bucket_copies import ACCESS_POINTS, TABLE_BUCKET_REPLICAS
from .bucket_replicas import BUCKET_REPLICAS
from .chart_origins import CHART_ORIGINS
from .chosen_clusters import CHOSEN_CLUSTERS
from .cluster_hosts import CLUSTER_HOSTS
from .content_networks import CONTENT_NETWORKS
from .database_replicas import DATABASE_REPLICAS
from .declared_egress import DECLARED_EGRESS
from .default_deny import DEFAULT_DENY
from .edge_settings import ACCELERATED_BUCKETS, EDGE_FIREWALLS
from .eks_endpoint import EKS_ENDPOINT
from .eks_logs import EKS_LOGS
from .eks_secrets import EKS_SECRETS
from .encrypted_buckets import ENCRYPTED_BUCKETS
from .encrypted_stores import ENCRYPTED_STORES
from .encrypted_volumes import ENCRYPTED_VOLUMES
from .external_reads import EXTERNAL_READS
from .hcloud_balancers import HCLOUD_BALANCERS
from .hcloud_networks_and_copies import HCLOUD_NETWORKS_AND_COPIES
from .hcloud_servers import HCLOUD_SERVERS
from .hcloud_volumes import HCLOUD_VOLUMES
from .image_caches import IMAGE_CACHES
from .internet_paths import INTERNET_PATHS
from .key_custody import KEY_CUSTODY
from .key_replicas import KEY_REPLICAS
from .known_locations import KNOWN_LOCATIONS
from .linked_places import NAME_ROUTING, PEERS
from .log_sinks import LOG_SINKS, PROMPT_LOGS
from .model_origins import MODEL_ORIGINS
from .model_services import MODEL_SERVICES
from .named_hosts import NAMED_HOSTS
from .named_places import NAMED_PLACES
from .no_exposure import NO_EXPOSURE
from .opaque_carriers import OPAQUE_CARRIERS
from .open_egress import OPEN_EGRESS
from .operators import OPERATORS_RULE
from .outside_addresses import OUTSIDE_ADDRESSES
from .pinned_images import PINNED_IMAGES
from .plain_locations import PLAIN_LOCATIONS
from .provider_endpoints import PROVIDER_ENDPOINTS
from .public_registry import PUBLIC_REGISTRY
from .region_guardrails import REGION_GUARDRAILS
from .registered_stores import REGISTERED_STORES
from .remote_writes import REMOTE_WRITES
from .seen_entries import SEEN_ENTRIES
from .service_replicas import SERVICE_REPLICAS
from .shared_data import SHARED_DATA
from .state_backend import STATE_BACKEND
from .store_labels import STORE_LABELS
from .table_replicas import TABLE_REPLICAS
from .telemetry_off import TELEMETRY_OFF
from .third_parties import THIRD_PARTIES
from .tracing_services import TRACING_SERVICES
from .velero_locations import VELERO_LOCATIONS
from .zones import ZONES_RULE

RULES: tuple[Rule, ...] = (
    ALLOWED_LOCATIONS,
    KNOWN_LOCATIONS,
    PLAIN_LOCATIONS,
    PROVIDER_ENDPOINTS,
    AWS_ACCOUNTS,
    ZONES_RULE,
    HCLOUD_SERVERS,
    HCLOUD_VOLUMES,
    HCLOUD_BALANCERS,
    HCLOUD_NETWORKS_AND_COPIES,
    CLUSTER_HOSTS,
    CHOSEN_CLUSTERS,
    STATE_BACKEND,
    NAMED_PLACES,
    BUCKET_REPLICAS,
    ACCESS_POINTS,
    ACCELERATED_BUCKETS,
    TABLE_BUCKET_REPLICAS,
    KEY_REPLICAS,
    TABLE_REPLICAS,
    DATABASE_REPLICAS,
    BACKUP_COPIES,
    SERVICE_REPLICAS,
    SHARED_DATA,
    LOG_SINKS,
    VELERO_LOCATIONS,
    CONTENT_NETWORKS,
    ACCELERATORS,
    EDGE_FIREWALLS,
    NAME_ROUTING,
    PUBLIC_REGISTRY,
    THIRD_PARTIES,
    MODEL_REGIONS,
    GUARDRAIL_REGIONS,
    PROMPT_LOGS,
    MODEL_SERVICES,
    MODEL_ORIGINS,
    TELEMETRY_OFF,
    REMOTE_WRITES,
    TRACING_SERVICES,
    APPROVED_IMAGES,
    PINNED_IMAGES,
    IMAGE_CACHES,
    CHART_ORIGINS,
    EKS_ENDPOINT,
    EKS_LOGS,
    DEFAULT_DENY,
    OPEN_EGRESS,
    INTERNET_PATHS,
    PEERS,
    NO_EXPOSURE,
    OUTSIDE_ADDRESSES,
    DECLARED_EGRESS,
    NAMED_HOSTS,
    EKS_SECRETS,
    ENCRYPTED_BUCKETS,
    ENCRYPTED_STORES,
    KEY_CUSTODY,
    ENCRYPTED_VOLUMES,
    OPAQUE_CARRIERS,
    EXTERNAL_READS,
    STORE_LABELS,
    REGION_GUARDRAILS,
    OPERATORS_RULE,
    BOUND_PLACES,
    REGISTERED_STORES,
    SEEN_ENTRIES,
)

__all__ = ["RULES"]
