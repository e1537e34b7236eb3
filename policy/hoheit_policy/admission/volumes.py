"""ENC-05 in CEL: claims name a storage class that encrypts, and such classes encrypt."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.kubernetes import objects_of
from hoheit_policy.resource import Provider, Resource
from hoheit_policy.rules.encrypted_volumes import (
    EBS,
    ENCRYPTED_VOLUMES,
    HETZNER,
    PASSPHRASE,
    judge_volumes,
)
from hoheit_policy.values import text_at
from hoheit_policy.verdict import Judgement, Verdict
from hoheit_policy.view import KUBERNETES_PROVIDER

from .cel import finding, mapped, text
from .check import Check
from .subject import CLAIMS, PODS, STORAGE_CLASSES

if TYPE_CHECKING:
    from hoheit_policy.view import View

_OWN = '[{"path": "spec", "class": string(dyn(object).?spec.?storageClassName.orValue(""))}]'
_IN_PODS = (
    '(object.kind == "StatefulSet" ? dyn(object).?spec.?volumeClaimTemplates.orValue([])'
    '.transformList(i, t, {"path": "spec.volumeClaimTemplates[" + string(i) + "].spec", '
    '"class": string(t.?spec.?storageClassName.orValue(""))}) : []) + '
    "variables.pod.?volumes.orValue([]).transformList(i, v, has(v.ephemeral), "
    '{"path": variables.podPath + ".volumes[" + string(i) + "].ephemeral.volumeClaimTemplate.spec"'
    ', "class": string(v.ephemeral.volumeClaimTemplate.spec.?storageClassName.orValue(""))})'
)


def volume_checks(view: View, cluster: str) -> Iterator[Check]:
    """Return the checks of claims, of templates of claims, and of storage classes."""
    said = _said(view, cluster)
    for subject, claims in ((CLAIMS, _OWN), (PODS, _IN_PODS)):
        yield Check(
            rule=ENCRYPTED_VOLUMES,
            subject=subject,
            variables=(("claims", claims), ("classes", _classes(view, cluster))),
            findings=said,
        )
    yield Check(rule=ENCRYPTED_VOLUMES, subject=STORAGE_CLASSES, findings=_own_class())


def _said(view: View, cluster: str) -> str:
    path = 'c.path + ".storageClassName"'
    (default,) = _asked(view, cluster, None)
    (nobody,) = _asked(view, cluster, _ANY)
    known = "variables.classes[c.class]"
    message = " + c.class + ".join(text(part) for part in nobody.message.split(_ANY))
    return (
        "variables.claims.map(c, "
        f'c.class == "" ? [{finding(default.verdict, path, text(default.message))}] : '
        f"!(c.class in variables.classes) ? [{finding(nobody.verdict, path, message)}] : "
        f'{known}.verdict == "{Verdict.PASS}" ? [] : '
        f'[{{"verdict": {known}.verdict, "path": {path}, "message": {known}.message}}]).flatten()'
    )


_ANY = "CLASS"
"""Stands in a message of the rule for the name of a class that nobody knows."""


def _classes(view: View, cluster: str) -> str:
    """Return what the rule says of each class that is declared, or that the state shows."""
    names = {*view.declarations.clusters[cluster].storage_classes, *_made(view)}
    table: dict[str, str] = {}
    for name in sorted(names):
        (answer,) = _asked(view, cluster, name)
        table[name] = mapped(
            {"verdict": text(answer.verdict.value), "message": text(answer.message)}
        )
    return mapped(table) if table else '{"": {"verdict": "", "message": ""}}'


def _made(view: View) -> Iterator[str]:
    for resource in view.resources:
        for found in objects_of(resource):
            name = text_at(found.body, "metadata", "name")
            if found.kind == "StorageClass" and isinstance(name, str):
                yield name


def _asked(view: View, cluster: str, name: str | None) -> list[Judgement]:
    """Ask the rule about a claim of a class in the cluster."""
    claim = Resource(
        urn="claim",
        type="kubernetes:core/v1:PersistentVolumeClaim",
        name="claim",
        inputs={"spec": {"storageClassName": name}},
        provider=Provider(
            type=KUBERNETES_PROVIDER, name=cluster, inputs={"clusterIdentifier": cluster}
        ),
    )
    return list(judge_volumes(claim, view))


def _own_class() -> str:
    encrypted = 'dyn(object).?parameters[?"encrypted"].orValue("") == "true"'
    secret = f'dyn(object).?parameters[?{text(PASSPHRASE)}].orValue("") != ""'
    asked = " : ".join(
        f"object.provisioner == {text(provisioner)} ? ({well} ? [] : [{_lacks(name, need)}])"
        for provisioner, well, name, need in (
            (EBS, encrypted, "encrypted", "'true'"),
            (HETZNER, secret, PASSPHRASE, "the Secret with the passphrase for LUKS"),
        )
    )
    other = finding(
        Verdict.UNKNOWN,
        text("parameters"),
        text("no table says how this provisioner encrypts; declare the class as encrypted or not"),
    )
    return f"{asked} : [{other}]"


def _lacks(name: str, need: str) -> str:
    said = f"storage class without encryption; set parameters.{name} to {need}"
    return finding(Verdict.FAIL, text("parameters"), text(said))
