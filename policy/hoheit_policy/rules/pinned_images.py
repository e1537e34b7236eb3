"""IMG-02: an image is pinned by its digest, or at least does not float."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.images import Image
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.verdict import Judgement, failed, passed, unknown

from ._images import images_of, unread_image

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

NEWEST = "latest"
ADD = "add @sha256:... as your registry shows it"


def judge_pins(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for every container, init and ephemeral ones among them, and for volumes."""
    for path, image in images_of(resource):
        if isinstance(image, Image):
            yield _digest(path, image, locked=view.declarations.images_locked)
        else:
            yield unread_image(path, image)


def _digest(path: str, image: Image, *, locked: bool | None) -> Judgement:
    if image.digest:
        return passed(path, f"{image.name}: pinned by digest")
    if image.tag in (None, NEWEST):
        text = f"{image.name}: neither a digest nor a tag that stays; {ADD}"
        return failed(path, text)
    if locked is None:
        return unknown(path, f"{image.name}: no digest, and nobody declared images_locked; {ADD}")
    if not locked:
        return passed(path, f"{image.name}: no digest, and images are not locked", "declared")
    return failed(
        path,
        f"{image.name}: no digest, and images are locked; {ADD}, or declare images_locked: "
        "false outside production",
    )


PINNED_IMAGES = Rule(
    id="IMG-02",
    title="Images are pinned by digest",
    asks=(
        "The image of every container in Kubernetes, and of every volume, has a digest, which "
        "nobody can put another image behind. Where images_locked is declared as false a tag is "
        "enough, and latest is none."
    ),
    severity=Severity.MEDIUM,
    phases=ALWAYS,
    controls=("BSI C5 DEV", "NIS2 Art. 21(2)(d)"),
    remediation=Remediation(
        en="Add the digest that your registry shows: registry/repository:tag@sha256:...",
        de="Den Digest anfügen, den die eigene Registry zeigt: registry/repository:tag@sha256:...",
    ),
    of_resource=judge_pins,
    looks_inside=True,
)
