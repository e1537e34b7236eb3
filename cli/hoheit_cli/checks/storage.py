"""Do the stated storage classes exist, and do they do what is stated of them?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hoheit_cli.finding import Unread, differs, missing, ok, unknown
from hoheit_cli.objects import labels_of, mapping_at, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from hoheit import Capabilities, StorageClass

    from hoheit_cli.finding import Finding
    from hoheit_cli.objects import Object

_PATH = "cluster.capabilities.storage_classes"
_DEFAULT = "storageclass.kubernetes.io/is-default-class"
_ZONE = "topology.kubernetes.io/zone"

ASKS_FOR_ENCRYPTION = {
    "ebs.csi.aws.com": ("encrypted", "true"),
    "driver.longhorn.io": ("encrypted", "true"),
    "csi.hetzner.cloud": ("csi.storage.k8s.io/node-publish-secret-name", None),
}
"""Provisioner to the parameter, and its value if it is fixed, with which a class asks for
encrypted volumes. Sources: aws-ebs-csi-driver docs/parameters.md, Longhorn's page Volume
Encryption, hetznercloud/csi-driver docs/kubernetes/README.md."""


def check_storage(
    stated: Capabilities,
    classes: list[Object] | Unread,
    nodes: list[Object] | Unread,
    *,
    needed: bool,
) -> list[Finding]:
    """Hold the stated storage classes against those of the cluster."""
    if isinstance(classes, Unread):
        return [classes.finding(_PATH)]
    there = {name_of(found): found for found in classes}
    zones = set[str]() if isinstance(nodes, Unread) else _zones(nodes)
    findings = [] if stated.storage_classes else [_nothing_stated(there, needed=needed)]
    for one in stated.storage_classes:
        findings += _check_class(one, there, zones)
    for field in ("model_cache_storage_class", "compile_cache_storage_class"):
        name: str | None = getattr(stated, field)
        if name is not None:
            findings.append(_exists(f"cluster.capabilities.{field}", name, there))
    return findings


def _nothing_stated(there: Mapping[str, Object], *, needed: bool) -> Finding:
    listed = _listed(there)
    if not needed:
        return ok(_PATH, f"none stated, and nothing of the environment needs one; there: {listed}")
    return missing(
        _PATH,
        f"none stated, but databases and metrics need one; there: {listed}",
        "name one of them" if there else "install a provisioner, and name its class",
    )


def _listed(there: Mapping[str, Object]) -> str:
    names = [
        f"{name} (default)"
        if mapping_at(found, "metadata", "annotations").get(_DEFAULT) == "true"
        else name
        for name, found in there.items()
    ]
    return ", ".join(names) or "none"


def _exists(path: str, name: str, there: Mapping[str, Object]) -> Finding:
    if name not in there:
        return missing(
            path,
            f"no StorageClass '{name}'; there: {_listed(there)}",
            "create it, or name one that is there",
        )
    return ok(path, f"there; provisioner {there[name]['provisioner']}")


def _check_class(
    stated: StorageClass, there: Mapping[str, Object], zones: set[str]
) -> list[Finding]:
    path = f"{_PATH}.{stated.name}"
    findings = [_exists(path, stated.name, there)]
    if stated.name not in there:
        return findings
    found = there[stated.name]
    findings.append(_check_encryption(f"{path}.encrypted", stated, found))
    if stated.read_write_many:
        findings.append(
            unknown(
                f"{path}.read_write_many",
                "true stated; a StorageClass does not say which access modes its volumes have",
                f"look it up for provisioner {found['provisioner']}",
            )
        )
    if found.get("volumeBindingMode") != "WaitForFirstConsumer" and len(zones) > 1:
        findings.append(
            differs(
                path,
                "binds a volume before its pod is placed (volumeBindingMode: Immediate), and nodes "
                f"are in {len(zones)} zones: a pod may not reach its volume",
                "take or make a class with volumeBindingMode: WaitForFirstConsumer",
            )
        )
    return findings


def _check_encryption(path: str, stated: StorageClass, found: Object) -> Finding:
    """Compare with what the class asks its provisioner for; disks below are not looked at."""
    provisioner: str = found["provisioner"]
    said = {True: "true stated", False: "false stated", None: "not stated"}[stated.encrypted]
    if provisioner not in ASKS_FOR_ENCRYPTION:
        return unknown(
            path,
            f"{said}; provisioner {provisioner} is none whose parameters for it are known here",
            "find out, and declare it in encryption, with its location",
        )
    asks = _asks_for_encryption(provisioner, mapping_at(found, "parameters"))
    shown = f"{said}; the class {'asks' if asks else 'does not ask'} for encrypted volumes"
    if stated.encrypted is None:
        return unknown(path, shown, f"state encrypted: {str(asks).lower()}")
    if stated.encrypted is asks:
        return ok(path, shown)
    if asks:
        return differs(path, shown, "state encrypted: true")
    key, value = ASKS_FOR_ENCRYPTION[provisioner]
    return differs(
        path,
        shown,
        f"take a class with the parameter {key}{f': {value}' if value else ''}; a default of the "
        "provider's account may encrypt all the same, and does not show here",
    )


def _asks_for_encryption(provisioner: str, parameters: Mapping[str, str]) -> bool:
    key, value = ASKS_FOR_ENCRYPTION[provisioner]
    # The EBS driver takes parameters in any case.
    found = {name.lower(): text.lower() for name, text in parameters.items()}.get(key.lower())
    return found is not None and (value is None or found == value)


def _zones(nodes: list[Object]) -> set[str]:
    return {labels_of(node)[_ZONE] for node in nodes if _ZONE in labels_of(node)}
