"""IMG-01 in CEL: images come from approved registries, and are pinned where they are locked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.rules.approved_images import APPROVED_IMAGES
from hoheit_policy.verdict import Verdict

from .cel import finding, text, texts
from .check import Check
from .subject import PODS

if TYPE_CHECKING:
    from hoheit_policy.declarations import Declarations

_BARE = (
    "variables.containers.map(c, "
    '{"path": c.path, "body": c.body, "given": dyn(c.body.?image.orValue(""))})'
    '.map(c, {"path": c.path, "body": c.body, "given": c.given, '
    '"bare": dyn(string(c.given).split("@")[0])})'
)
_HOSTS = (
    '.map(c, {"path": c.path, "body": c.body, "given": c.given, "bare": c.bare, "host": '
    'dyn(string(c.bare).matches("^([^/]*[.:][^/]*|localhost)/.") '
    '? string(c.bare).split("/")[0] : "")})'
)
_PARTS = (
    '.map(c, {"path": c.path, "body": c.body, "given": c.given, '
    '"registry": dyn(c.host in ["", "index.docker.io", "registry-1.docker.io"] '
    '? "docker.io" : string(c.host)), '
    '"tagged": dyn(c.host == "" ? string(c.bare) : '
    "string(c.bare).substring(size(string(c.host)) + 1))})"
)
_UNTAGGED = (
    '.map(c, {"path": c.path, "body": c.body, "given": c.given, "registry": c.registry, '
    '"repository": dyn(string(c.tagged).substring(0, size(string(c.tagged)) - '
    'size(string(c.tagged).find(":[^/:]*$"))))})'
)
_COMPLETED = (
    '.map(c, {"path": c.path, "body": c.body, "given": c.given, "registry": c.registry, '
    '"repository": dyn(c.registry == "docker.io" && !string(c.repository).contains("/") '
    '? "library/" + string(c.repository) : string(c.repository))})'
)
IMAGES_OF_CONTAINERS = ("images", _BARE + _HOSTS + _PARTS + _UNTAGGED + _COMPLETED)
"""Every container with its image as a runtime completes it: ``registry`` and ``repository``."""

IS_REFERENCE = r'string(c.given).matches("^[^@\\s$]+(@(sha256:[0-9a-f]{64})?)?$")'
NAME = '(string(c.registry) + "/" + string(c.repository))'


def image_checks(declared: Declarations) -> Iterator[Check]:
    """Return the check of every container, ephemeral ones among them."""
    path = 'string(c.path) + ".image"'
    missing = finding(Verdict.UNKNOWN, path, text("the image is missing"))
    wrong = finding(
        Verdict.FAIL,
        path,
        text("not an image reference; write registry/repository:tag@sha256:..."),
    )
    yield Check(
        rule=APPROVED_IMAGES,
        subject=PODS,
        variables=(IMAGES_OF_CONTAINERS,),
        findings=(
            f'variables.images.map(c, c.given == "" ? [{missing}] : !{IS_REFERENCE} ? [{wrong}] : '
            f"{_registry(path, declared)} + {_digest(path, declared)}).flatten()"
        ),
    )


def _registry(path: str, declared: Declarations) -> str:
    approved = declared.approved_registries
    if approved is None:
        said = finding(Verdict.UNKNOWN, path, f'{NAME} + ": nobody declared approved_registries"')
        return f"[{said}]"
    below = texts(f"{one.rstrip('/')}/" for one in approved)
    well = f"{NAME} in {texts(approved)} || {below}.exists(a, {NAME}.startsWith(a))"
    rest = (
        f": not from an approved registry; approved: {', '.join(approved) or 'none'}; "
        "mirror the image, or approve its registry in approved_registries"
    )
    return f"({well} ? [] : [{finding(Verdict.FAIL, path, f'{NAME} + {text(rest)}')}])"


def _digest(path: str, declared: Declarations) -> str:
    if declared.images_locked is False:
        return "[]"
    if declared.images_locked is None:
        verdict, rest = Verdict.UNKNOWN, ": no digest, and nobody declared images_locked"
    else:
        verdict = Verdict.FAIL
        rest = (
            ": no digest, and images are locked; add @sha256:... as your registry shows it, or "
            "declare images_locked: false outside production"
        )
    said = finding(verdict, path, f"{NAME} + {text(rest)}")
    return f'(string(c.given).matches("@sha256:[0-9a-f]{{64}}$") ? [] : [{said}])'
