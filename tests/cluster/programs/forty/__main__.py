"""Forty resources: four cabinets of nine, a custom kind and what belongs to it."""

import pulumi
import pulumi_kubernetes as k8s

config = pulumi.Config()
colour = config.require("colour")

namespace = k8s.core.v1.Namespace("forty")
name = namespace.metadata.name


def cabinet(number: int) -> None:
    """Nine objects of nine kinds."""
    label = {"cabinet": str(number)}
    metadata = {"namespace": name, "labels": label}
    paint = k8s.core.v1.ConfigMap(
        f"paint-{number}", metadata=metadata, data={"colour": colour, "number": str(number)}
    )
    k8s.core.v1.Secret(f"key-{number}", metadata=metadata, string_data={"key": f"bolt-{number}"})
    account = k8s.core.v1.ServiceAccount(f"owner-{number}", metadata=metadata)
    role = k8s.rbac.v1.Role(
        f"opens-{number}",
        metadata=metadata,
        rules=[
            {
                "api_groups": [""],
                "resources": ["configmaps"],
                "resource_names": [paint.metadata.name],
                "verbs": ["get"],
            }
        ],
    )
    k8s.rbac.v1.RoleBinding(
        f"owner-opens-{number}",
        metadata=metadata,
        role_ref={
            "api_group": "rbac.authorization.k8s.io",
            "kind": "Role",
            "name": role.metadata.name,
        },
        subjects=[{"kind": "ServiceAccount", "name": account.metadata.name, "namespace": name}],
    )
    k8s.core.v1.Service(
        f"door-{number}",
        metadata={**metadata, "annotations": {"pulumi.com/skipAwait": "true"}},
        spec={"selector": label, "ports": [{"port": 8000 + number}]},
    )
    k8s.core.v1.LimitRange(
        f"shelf-{number}",
        metadata=metadata,
        spec={"limits": [{"type": "Container", "max": {"cpu": str(number + 1)}}]},
    )
    k8s.core.v1.ResourceQuota(
        f"room-{number}", metadata=metadata, spec={"hard": {"pods": str(number + 10)}}
    )
    k8s.networking.v1.NetworkPolicy(
        f"wall-{number}",
        metadata=metadata,
        spec={"pod_selector": {"match_labels": label}, "policy_types": ["Ingress", "Egress"]},
    )


for number in range(config.require_int("cabinets")):
    cabinet(number)

kind = k8s.apiextensions.v1.CustomResourceDefinition(
    "drawers",
    metadata={"name": "drawers.furniture.example"},
    spec={
        "group": "furniture.example",
        "scope": "Namespaced",
        "names": {"kind": "Drawer", "plural": "drawers", "singular": "drawer"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {
                    "open_apiv3_schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "required": ["depth"],
                                "properties": {"depth": {"type": "integer", "minimum": 1}},
                            }
                        },
                    }
                },
            }
        ],
    },
)
drawer = k8s.apiextensions.CustomResource(
    "drawer",
    api_version="furniture.example/v1",
    kind="Drawer",
    metadata={"namespace": name},
    spec={"depth": config.require_int("depth")},
    opts=pulumi.ResourceOptions(depends_on=[kind]),
)
# Every namespace gets this ConfigMap from the cluster itself.
k8s.core.v1.ConfigMapPatch(
    "authorities",
    metadata={
        "namespace": name,
        "name": "kube-root-ca.crt",
        "annotations": {"furniture.example/owner": config.require("owner")},
    },
)

pulumi.export("namespace", name)
pulumi.export("drawer", drawer.metadata["name"])
