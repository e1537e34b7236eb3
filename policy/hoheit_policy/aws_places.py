"""Where a resource of AWS is, and by which way that was found.

In this order: the region of the resource, that of its provider, and, where nobody wrote one down,
what the state shows afterwards, a region or an ARN. A region in the environment is never assumed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from .aws_codes import aws_place, aws_region, has_region
from .places import Place
from .provider_urls import ProviderUrl, place_of, urls_of
from .resource import Resource
from .values import Gap, text_at
from .view import View

PROVIDER = "pulumi:providers:aws"
_WHAT = "AWS resource"
_DEFAULT = "default"
"""Name of the provider that the engine makes, before its version."""
_OWN = "bucketRegion"
"""Output with the region of a bucket itself; ``region`` is that of the request
(pulumi_aws 7.51.1, s3/bucket.py)."""
_ONE_NAME_SPACE = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
"""Found by name wherever it is, so that the region of the request says nothing."""


def aws_places(resource: Resource, view: View) -> Iterator[Place]:
    """Return where a resource or a provider of AWS is, and where its requests go."""
    if resource.type == PROVIDER:
        own, shown = (text_at(tree, "region") for tree in (resource.inputs, resource.outputs))
        if own is not Gap.MISSING:
            yield aws_region("AWS provider", "region", own)
        if shown not in (Gap.MISSING, own):
            yield aws_region("AWS provider", "outputs.region", shown)
        for url in urls_of(PROVIDER, resource.inputs):
            yield place_of(url, "", view)
    elif is_aws(resource):
        urls = list(urls_of(PROVIDER, resource.provider.inputs)) if resource.provider else []
        for url in urls:
            yield place_of(url, "provider.", view)
        if not any(_answers(url, resource) for url in urls):
            yield from region_places(resource)


def is_aws(resource: Resource) -> bool:
    """Tell whether something of AWS is made, not only grouped.

    What has a token of the provider (``aws:s3/bucket:Bucket``) is, whatever it says of itself.
    """
    return resource.package == "aws" and (resource.custom or "/" in resource.type)


def region_places(resource: Resource) -> tuple[Place, ...]:
    """Return the regions of a resource, which every reference to it asks for."""
    return resource.once(_regions)


def _regions(resource: Resource) -> tuple[Place, ...]:
    return tuple(_asked_and_shown(resource))


def _asked_and_shown(resource: Resource) -> Iterator[Place]:
    """Return the region that a resource is asked to be in, and any other that it shows.

    What is shown answers alone only where nobody wrote a region down: before an update the state
    shows what was there before, so it says nothing of a region that cannot be read.
    """
    asked = _asked(resource)
    shown = list(_shown(resource))
    if asked is not None:
        yield asked
    for place in shown:
        if asked is None or place.countries != asked.countries:
            yield place
    if not (shown or asked) or (_by_name(resource) and not _says_its_own(resource)):
        yield Place(what=_WHAT, path="provider.region", why_unknown=_hidden(resource))


def region_code(resource: Resource) -> str | None:
    """Return the region that a resource is asked to be in, else that it shows; None: unknown."""
    provider = resource.provider
    told = (
        text_at(resource.inputs, "region"),
        text_at(provider.inputs, "region") if provider else Gap.MISSING,
    )
    given = next((one for one in told if one is not Gap.MISSING), Gap.MISSING)
    shown = text_at(resource.outputs, "region") if given is Gap.MISSING else given
    return shown if isinstance(shown, str) else None


def _answers(url: ProviderUrl, resource: Resource) -> bool:
    """Tell whether all requests for a resource go to an address of its service."""
    return url.service != "" and resource.type.startswith(f"aws:{url.service}/")


def _asked(resource: Resource) -> Place | None:
    """Return the region that somebody wrote down for a resource, if anybody did."""
    own = text_at(resource.inputs, "region")
    if own is not Gap.MISSING:
        return _told(aws_region(_WHAT, "region", own), "region of the resource")
    provider = resource.provider
    given = text_at(provider.inputs, "region") if provider else Gap.MISSING
    if provider is None or given is Gap.MISSING or _by_name(resource):
        return None
    place = aws_region(_WHAT, "provider.region", given)
    return _told(place, f"region of provider '{provider.name}'")


def _by_name(resource: Resource) -> bool:
    return resource.external and resource.type in _ONE_NAME_SPACE


def _says_its_own(resource: Resource) -> bool:
    return isinstance(text_at(resource.outputs, _OWN), str)


def _hidden(resource: Resource) -> str:
    if _by_name(resource):
        return "it is read by name from anywhere, and the region of the request is not its own"
    provider = resource.provider
    default = provider is None or provider.name.startswith(_DEFAULT)
    who = "the default provider" if default or provider is None else f"provider '{provider.name}'"
    return (
        f"{who} takes its region from AWS_REGION or a profile, which nobody sees here; give the "
        "resource a provider with a region"
    )


def _shown(resource: Resource) -> Iterator[Place]:
    """Return what the state shows of a resource that exists."""
    arn = text_at(resource.outputs, "arn")
    regions = {text_at(resource.outputs, field): field for field in (_OWN, "region")}
    for region, field in regions.items():
        if isinstance(region, str):
            place = aws_region(_WHAT, f"outputs.{field}", region)
            yield _told(place, "region that the state shows")
    for path, text, way in (
        ("outputs.arn", arn, "ARN in the state"),
        ("id", resource.id, "id in the state"),
    ):
        if has_region(text):
            yield _told(aws_place(_WHAT, path, text), way)


def _told(place: Place, way: str) -> Place:
    """Return a place with the way by which it was found."""
    return replace(place, provenance=f"{way}; {place.provenance}") if place.countries else place
