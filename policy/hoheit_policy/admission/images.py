"""IMG-01 and IMG-02 in CEL: images come from approved registries, and are pinned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.rules.approved_images import APPROVED_IMAGES
from hoheit_policy.rules.pinned_images import ADD, NEWEST, PINNED_IMAGES
from hoheit_policy.verdict import Verdict

from .cel import finding, re2, text, texts
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
    '"tagged": c.tagged, "tag": dyn(string(c.tagged).find(":[^/:]*$"))})'
    '.map(c, {"path": c.path, "body": c.body, "given": c.given, "registry": c.registry, '
    '"tag": c.tag, "repository": '
    "dyn(string(c.tagged).substring(0, size(string(c.tagged)) - size(string(c.tag))))})"
)
_COMPLETED = (
    '.map(c, {"path": c.path, "body": c.body, "given": c.given, "registry": c.registry, '
    '"tag": c.tag, "repository": '
    'dyn(c.registry == "docker.io" && !string(c.repository).contains("/") '
    '? "library/" + string(c.repository) : string(c.repository))})'
)
IMAGES_OF_CONTAINERS = ("images", _BARE + _HOSTS + _PARTS + _UNTAGGED + _COMPLETED)
"""Every container with its image as a runtime completes it: ``registry`` and ``repository``.

``tag`` begins with its colon, or is empty.
"""

_REFERENCE = re.compile(r"^[^@\s$]+(@(sha256:[0-9a-f]{64})?)?$")
IS_REFERENCE = f"string(c.given).matches({text(re2(_REFERENCE))})"
NAME = '(string(c.registry) + "/" + string(c.repository))'


_PATH = 'string(c.path) + ".image"'


def image_checks(declared: Declarations) -> Iterator[Check]:
    """Return the checks of every container, ephemeral ones among them."""
    for rule, said in (
        (APPROVED_IMAGES, _registry(declared)),
        (PINNED_IMAGES, _digest(declared)),
    ):
        yield Check(
            rule=rule, subject=PODS, variables=(IMAGES_OF_CONTAINERS,), findings=_read(said)
        )


def _read(said: str) -> str:
    """Return findings on every image, of which those on one that can be read are given."""
    missing = finding(Verdict.UNKNOWN, _PATH, text("the image is missing"))
    wrong = finding(
        Verdict.FAIL,
        _PATH,
        text("not an image reference; write registry/repository:tag@sha256:..."),
    )
    return (
        f'variables.images.map(c, c.given == "" ? [{missing}] : !{IS_REFERENCE} ? [{wrong}] : '
        f"{said}).flatten()"
    )


def _registry(declared: Declarations) -> str:
    approved = declared.approved_registries
    if approved is None:
        return f"[{_said(Verdict.UNKNOWN, ': nobody declared approved_registries')}]"
    below = texts(f"{one.rstrip('/')}/" for one in approved)
    well = f"{NAME} in {texts(approved)} || {below}.exists(a, {NAME}.startsWith(a))"
    rest = (
        f": not from an approved registry; approved: {', '.join(approved) or 'none'}; "
        "mirror the image, or approve its registry in approved_registries"
    )
    return f"({well} ? [] : [{_said(Verdict.FAIL, rest)}])"


def _digest(declared: Declarations) -> str:
    floats = _said(Verdict.FAIL, f": neither a digest nor a tag that stays; {ADD}")
    if declared.images_locked is False:
        tagged = "[]"
    elif declared.images_locked is None:
        rest = f": no digest, and nobody declared images_locked; {ADD}"
        tagged = f"[{_said(Verdict.UNKNOWN, rest)}]"
    else:
        rest = (
            f": no digest, and images are locked; {ADD}, or declare images_locked: "
            "false outside production"
        )
        tagged = f"[{_said(Verdict.FAIL, rest)}]"
    return (
        '(string(c.given).matches("@sha256:[0-9a-f]{64}$") ? [] : '
        f"string(c.tag) in {texts(('', ':', f':{NEWEST}'))} ? [{floats}] : {tagged})"
    )


def _said(verdict: Verdict, rest: str) -> str:
    return finding(verdict, _PATH, f"{NAME} + {text(rest)}")
