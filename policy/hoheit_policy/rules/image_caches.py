"""IMG-03: caches of images fetch from approved registries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_policy.images import read_image
from hoheit_policy.resource import ALWAYS
from hoheit_policy.rule import Remediation, Rule, Severity
from hoheit_policy.values import Gap, text_at
from hoheit_policy.verdict import Judgement, failed, passed, unknown

if TYPE_CHECKING:
    from hoheit_policy.resource import Resource
    from hoheit_policy.view import View

_CACHE = "aws:ecr/pullThroughCacheRule:PullThroughCacheRule"
_UPSTREAM = "upstreamRegistryUrl"


def judge_cache(resource: Resource, view: View) -> Iterator[Judgement]:
    """Answer for one cache. A path that is approved is not the registry that it lies in."""
    if resource.type != _CACHE:
        return
    given, approved = text_at(resource.inputs, _UPSTREAM), view.declarations.approved_registries
    image = None if isinstance(given, Gap) else read_image(f"{given}/any/image")
    if image is None:
        gap = given if isinstance(given, Gap) else Gap.WRONG
        yield unknown(_UPSTREAM, f"the registry {gap.value}", late=gap is Gap.UNKNOWN)
    elif approved is None:
        yield unknown(_UPSTREAM, f"{image.registry}: nobody declared approved_registries")
    elif image.registry in {one.rstrip("/") for one in approved}:
        yield passed(_UPSTREAM, f"{image.registry}: an approved registry")
    else:
        yield failed(
            _UPSTREAM,
            f"{image.registry}: not an approved registry; approved: {', '.join(approved) or 'none'}"
            "; approve it whole in approved_registries, or copy images instead",
        )


IMAGE_CACHES = Rule(
    id="IMG-03",
    title="Caches of images fetch from approved registries",
    asks=(
        "Every pull-through cache of Amazon ECR fetches from a registry that is approved as a "
        "whole: through the cache its images look like one's own."
    ),
    severity=Severity.MEDIUM,
    phases=ALWAYS,
    controls=("BSI C5 DEV", "NIS2 Art. 21(2)(d)"),
    remediation=Remediation(
        en="Approve the upstream registry in approved_registries, or copy single images.",
        de="Die Quelle in approved_registries freigeben, oder einzelne Images kopieren.",
    ),
    of_resource=judge_cache,
)
