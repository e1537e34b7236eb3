"""IMG-01: images come from approved registries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.images import Image
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.verdict import Judgement, failed, passed, unknown

from ._images import images_of, unread_image

if TYPE_CHECKING:
    from hoheit_policy.declarations import Declarations
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View


def judge_images(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for every container, init and ephemeral ones among them, and for volumes."""
    for path, image in images_of(resource):
        if isinstance(image, Image):
            yield _registry(path, image, view.declarations)
        else:
            yield unread_image(path, image)


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


APPROVED_IMAGES = Rule(
    id="IMG-01",
    title="Images come from approved registries",
    asks=(
        "The image of every container in Kubernetes, and of every volume, completed as a runtime "
        "completes it, lies below one of approved_registries."
    ),
    severity=Severity.HIGH,
    phases=ALWAYS,
    controls=("BSI C5 DEV", "NIS2 Art. 21(2)(d)"),
    remediation=Remediation(
        en="Mirror the image into a registry of your own, or approve its registry.",
        de="Das Image in eine eigene Registry spiegeln, oder seine Registry freigeben.",
    ),
    of_resource=judge_images,
    looks_inside=True,
)
