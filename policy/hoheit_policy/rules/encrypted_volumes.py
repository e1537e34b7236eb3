"""ENC-05: volumes are of storage classes whose disks are encrypted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.kubernetes import KubernetesObject, claims_of, objects_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, text_at
from hoheit_policy.verdict import Judgement, failed, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

EBS = "ebs.csi.aws.com"
HETZNER = "csi.hetzner.cloud"
PASSPHRASE = "csi.storage.k8s.io/node-publish-secret-name"  # noqa: S105 - a parameter's name


def judge_volumes(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for every claim, and for storage classes that the stack makes."""
    for path, claim in claims_of(resource):
        place = f"{path}.storageClassName"
        name = text_at(claim, "storageClassName")
        if name is Gap.MISSING:
            yield unknown(
                place, "the class is left to the cluster's default; name one that is declared"
            )
        elif isinstance(name, Gap):
            yield unknown(place, f"the class {name.value}", late=name is Gap.UNKNOWN)
        else:
            yield _class(place, name, resource, view)
    for found in objects_of(resource):
        if found.kind == "StorageClass":
            yield _own(found, found.where("parameters"))


def _class(path: str, name: str, resource: Resource, view: View) -> Judgement:
    for other in view.resources:
        for found in objects_of(other):
            if found.kind == "StorageClass" and text_at(found.body, "metadata", "name") == name:
                return _own(found, path)
    cluster = view.cluster_of(resource.provider)
    declared = cluster.declared.storage_classes.get(name) if cluster.declared else None
    key = "CLUSTER" if isinstance(cluster.key, Gap) else cluster.key
    field = f"clusters.{key}.storage_classes.{name}"
    if declared is None:
        text = f"storage class '{name}': declare it in {field}"
        return unknown(path, text, late=cluster.key is Gap.UNKNOWN or not view.complete)
    if declared.encrypted is None:
        return unknown(path, f"storage class '{name}': nobody stated {field}.encrypted")
    if declared.encrypted:
        return passed(path, f"storage class '{name}': encrypted", "declared")
    return failed(
        path,
        f"storage class '{name}': declared as not encrypted; use an encrypted one",
        "declared",
    )


def _own(found: KubernetesObject, path: str) -> Judgement:
    provisioner = text_at(found.body, "provisioner")
    if provisioner == EBS:
        return _parameter(found, path, "encrypted", "true")
    if provisioner == HETZNER:
        return _parameter(found, path, PASSPHRASE, None)
    text = "no table says how this provisioner encrypts; declare the class as encrypted or not"
    return unknown(path, text, late=provisioner is Gap.UNKNOWN)


def _parameter(found: KubernetesObject, path: str, name: str, wanted: str | None) -> Judgement:
    """Answer by one parameter: a wanted value, or any where a Secret is named."""
    given = text_at(found.body, "parameters", name)
    if isinstance(given, str) and wanted in (None, given):
        return passed(path, f"storage class: {name} encrypts")
    if isinstance(given, Gap) and given is not Gap.MISSING:
        return unknown(path, f"parameters.{name} {given.value}", late=given is Gap.UNKNOWN)
    need = f"'{wanted}'" if wanted else "the Secret with the passphrase for LUKS"
    return failed(path, f"storage class without encryption; set parameters.{name} to {need}")


ENCRYPTED_VOLUMES = Rule(
    id="ENC-05",
    title="Volumes are encrypted",
    asks=(
        "Every claim names a storage class that is declared as encrypted, or that the stack makes "
        "and whose parameters encrypt it. A class left to the cluster's default is unknown."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("GDPR Art. 32(1)(a)", "BSI C5 CRY"),
    remediation=Remediation(
        en="Name an encrypted storage class; declare encrypted under declarations.clusters.",
        de="Eine verschlüsselte StorageClass nennen; encrypted unter declarations.clusters "
        "erklären.",
    ),
    of_resource=judge_volumes,
    looks_inside=True,
)
