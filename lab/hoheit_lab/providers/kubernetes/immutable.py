"""Fields that cannot change on a live object, so that a change needs a new one."""

from typing import Any

from hoheit_lab.providers.paths import Path, covers, lookup
from hoheit_lab.providers.requests import Change

from .kinds import kind_of
from .quantity import parse_quantity
from .settings import Settings

_IDENTITY: tuple[Path, ...] = (
    ("apiVersion",),
    ("kind",),
    ("metadata", "name"),
    ("metadata", "namespace"),
)
_SELECTOR: tuple[Path, ...] = (("spec", "selector"),)
_ROLE: tuple[Path, ...] = (("roleRef",),)

_FIELDS: dict[tuple[str, str], tuple[Path, ...]] = {
    ("apps", "DaemonSet"): _SELECTOR,
    ("apps", "Deployment"): _SELECTOR,
    ("apps", "ReplicaSet"): _SELECTOR,
    ("apps", "StatefulSet"): (
        *_SELECTOR,
        ("spec", "podManagementPolicy"),
        ("spec", "serviceName"),
        ("spec", "volumeClaimTemplates"),
    ),
    ("batch", "Job"): (
        *_SELECTOR,
        ("spec", "backoffLimitPerIndex"),
        ("spec", "completionMode"),
        ("spec", "completions"),
        ("spec", "managedBy"),
        ("spec", "podFailurePolicy"),
        ("spec", "podReplacementPolicy"),
        ("spec", "successPolicy"),
        ("spec", "template"),
    ),
    ("", "PersistentVolume"): (
        ("spec", "csi"),
        ("spec", "hostPath"),
        ("spec", "local"),
        ("spec", "nfs"),
        ("spec", "volumeMode"),
    ),
    ("", "Secret"): (("type",),),
    ("", "ResourceQuota"): (("spec", "scopes"), ("spec", "scopeSelector")),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): _ROLE,
    ("rbac.authorization.k8s.io", "RoleBinding"): _ROLE,
    ("storage.k8s.io", "StorageClass"): (
        ("parameters",),
        ("provisioner",),
        ("reclaimPolicy",),
        ("volumeBindingMode",),
    ),
    ("storage.k8s.io", "CSIDriver"): (("spec", "attachRequired"), ("spec", "volumeLifecycleModes")),
    ("scheduling.k8s.io", "PriorityClass"): (("value",), ("preemptionPolicy",)),
    ("node.k8s.io", "RuntimeClass"): (("handler",),),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): (
        ("spec", "group"),
        ("spec", "names", "kind"),
        ("spec", "names", "plural"),
        ("spec", "scope"),
    ),
    ("resource.k8s.io", "ResourceClaim"): (("spec",),),
    ("certificates.k8s.io", "CertificateSigningRequest"): (("spec",),),
}

# A pod's other fields are fixed once it runs.
_MUTABLE_IN_POD: tuple[Path, ...] = (
    ("spec", "activeDeadlineSeconds"),
    ("spec", "containers", "*", "image"),
    ("spec", "initContainers", "*", "image"),
    ("spec", "schedulingGates"),
    ("spec", "tolerations"),
)
_DATA: tuple[Path, ...] = (("data",), ("binaryData",), ("stringData",))


def with_replacements(
    changes: dict[Path, Change],
    old: dict[str, Any],
    new: dict[str, Any],
    settings: Settings,
    *,
    patch: bool,
) -> dict[Path, Change]:
    """The changes, those that need a new object marked so.

    ``patch``: the object belongs to somebody else, so only its identity can call for a new one.
    """
    return {
        path: change.replacing() if _replaces(path, old, new, settings, patch=patch) else change
        for path, change in changes.items()
    }


def _replaces(
    path: Path, old: dict[str, Any], new: dict[str, Any], settings: Settings, *, patch: bool
) -> bool:
    if _any_touches(_IDENTITY, path) or path == ("metadata",):
        return True
    if patch:
        return False
    kind = kind_of(new)
    if _any_touches(_FIELDS.get((kind.group, kind.name), ()), path):
        return True
    special = _SPECIAL.get((kind.group, kind.name))
    return special is not None and special(path, old, new, settings)


def _any_touches(patterns: tuple[Path, ...], path: Path) -> bool:
    """Whether the path is inside one of the patterns, or around it."""
    return any(covers(pattern, path) or covers(path, pattern) for pattern in patterns)


def _config_map(path: Path, old: dict[str, Any], new: dict[str, Any], settings: Settings) -> bool:
    del new
    frozen = old.get("immutable") is True or not settings.mutable_config_maps
    return (frozen and _any_touches(_DATA, path)) or _thawed(path, old)


def _secret(path: Path, old: dict[str, Any], new: dict[str, Any], settings: Settings) -> bool:
    del new
    frozen = old.get("immutable") is True or not settings.mutable_secrets
    return (frozen and _any_touches(_DATA, path)) or _thawed(path, old)


def _thawed(path: Path, old: dict[str, Any]) -> bool:
    return path == ("immutable",) and old.get("immutable") is True


def _claim(path: Path, old: dict[str, Any], new: dict[str, Any], settings: Settings) -> bool:
    del settings
    if path[0] != "spec" or covers(("spec", "volumeAttributesClassName"), path):
        return False
    size = ("spec", "resources", "requests", "storage")
    if path == size:
        before, after = parse_quantity(lookup(old, size)[1]), parse_quantity(lookup(new, size)[1])
        return before is None or after is None or after < before
    return True


def _pod(path: Path, old: dict[str, Any], new: dict[str, Any], settings: Settings) -> bool:
    del old, new, settings
    return path[0] == "spec" and not any(covers(mutable, path) for mutable in _MUTABLE_IN_POD)


def _service(path: Path, old: dict[str, Any], new: dict[str, Any], settings: Settings) -> bool:
    del settings
    if not _any_touches((("spec", "clusterIP"), ("spec", "clusterIPs")), path):
        return False
    # An address that the server chose may be written down, and forgotten, without a new object.
    before, after = lookup(old, ("spec", "clusterIP"))[1], lookup(new, ("spec", "clusterIP"))[1]
    external = "ExternalName" in {
        lookup(old, ("spec", "type"))[1],
        lookup(new, ("spec", "type"))[1],
    }
    return not external and (before or after) is not None


_SPECIAL = {
    ("", "ConfigMap"): _config_map,
    ("", "Secret"): _secret,
    ("", "PersistentVolumeClaim"): _claim,
    ("", "Pod"): _pod,
    ("", "Service"): _service,
}
