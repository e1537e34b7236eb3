"""IMG-01: images come from approved registries, pinned where images are locked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.images import Image, read_image
from hoheit_policy.kubernetes import containers_of
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, text_at
from hoheit_policy.verdict import Judgement, failed, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.declarations import Declarations
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View


def judge_images(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for every container, init and ephemeral ones among them."""
    for container in containers_of(resource):
        path = f"{container.path}.image"
        reference = text_at(container.body, "image")
        if isinstance(reference, Gap):
            late = reference is Gap.UNKNOWN
            yield unknown(path, f"the image {reference.value}", late=late)
            continue
        image = read_image(reference)
        if image is None:
            yield failed(path, "not an image reference; write registry/repository:tag@sha256:...")
            continue
        yield _registry(path, image, view.declarations)
        yield _digest(path, image, view.declarations)


def _registry(path: str, image: Image, declared: Declarations) -> Judgement:
    approved = declared.approved_registries
    if approved is None:
        return unknown(path, f"{image.name}: nobody declared approved_registries")
    if any(image.is_below(one) for one in approved):
        return passed(path, f"{image.name}: from an approved registry")
    return failed(
        path,
        f"{image.name}: not from an approved registry; approved: {', '.join(approved) or 'none'}; "
        "mirror the image, or approve its registry in approved_registries",
    )


def _digest(path: str, image: Image, declared: Declarations) -> Judgement:
    if image.digest:
        return passed(path, f"{image.name}: pinned by digest")
    if declared.images_locked is None:
        return unknown(path, f"{image.name}: no digest, and nobody declared images_locked")
    if not declared.images_locked:
        return passed(path, f"{image.name}: no digest, and images are not locked")
    return failed(
        path,
        f"{image.name}: no digest, and images are locked; add @sha256:... as your registry shows "
        "it, or declare images_locked: false outside production",
    )


APPROVED_IMAGES = Rule(
    id="IMG-01",
    title="Images come from approved registries and are pinned",
    asks=(
        "Every container's image, completed as a runtime completes it, lies below one of "
        "approved_registries, and has a digest where images_locked is true."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("BSI C5 DEV", "NIS2 Art. 21(2)(d)"),
    remediation=Remediation(
        en="Mirror the image into a registry of your own and pin it with its digest.",
        de="Das Image in eine eigene Registry spiegeln und mit seinem Digest festlegen.",
    ),
    of_resource=judge_images,
    looks_inside=True,
)
