"""A web application: shop, database, chores, and what they may do and reach."""

import pulumi
import pulumi_kubernetes as k8s
from chores import Chores
from database import PORT, Database
from settings import Settings
from shop import Shop

settings = Settings.load()

namespace = k8s.core.v1.Namespace(
    "webapp",
    metadata={"labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
)
name = namespace.metadata.name

credentials = k8s.core.v1.Secret(
    "credentials",
    metadata={"namespace": name},
    string_data={"PASSWORD": settings.password},
)
account = k8s.core.v1.ServiceAccount(
    "shop", metadata={"namespace": name}, automount_service_account_token=False
)
reader = k8s.rbac.v1.Role(
    "reader",
    metadata={"namespace": name},
    rules=[{"api_groups": [""], "resources": ["configmaps"], "verbs": ["get", "watch"]}],
)
k8s.rbac.v1.RoleBinding(
    "shop-reads",
    metadata={"namespace": name},
    role_ref={
        "api_group": "rbac.authorization.k8s.io",
        "kind": "Role",
        "name": reader.metadata.name,
    },
    subjects=[{"kind": "ServiceAccount", "name": account.metadata.name, "namespace": name}],
)
k8s.networking.v1.NetworkPolicy(
    "only-shop-to-database",
    metadata={"namespace": name},
    spec={
        "pod_selector": {"match_labels": {"app": "database"}},
        "policy_types": ["Ingress"],
        "ingress": [
            {
                "from_": [{"pod_selector": {"match_labels": {"app": settings.selector}}}],
                "ports": [{"port": PORT}],
            }
        ],
    },
)

database = Database("database", name, credentials.metadata.name, settings)
chores = Chores("chores", name, settings, pulumi.ResourceOptions(depends_on=[database]))
shop = Shop(
    "shop", name, account.metadata.name, settings, pulumi.ResourceOptions(depends_on=[chores])
)

pulumi.export("namespace", name)
pulumi.export("address", shop.address)
pulumi.export("servers", shop.servers.metadata.name)
