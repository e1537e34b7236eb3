"""Regions and zones that Kubernetes objects bind pods and volumes to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from hoheit_facts import REGIONS

from .aws_codes import aws_place
from .kubernetes import group_of
from .named_places import CODE
from .places import Place, in_region, lost
from .texts import texts_of
from .values import Gap

if TYPE_CHECKING:
    from .resource import Resource
    from .view import View

_WHAT = "place that is bound to"
_BINDS = re.compile(
    r"(?:nodeSelector\.\S*(?:region|zone|location)\S*"
    r"|(?:nodeAffinity|allowedTopologies)\S*\.values\[\d+\])$"
)
"""Ends of paths to the value of a label of nodes; of an affinity the key stands beside it."""
_HETZNER = {code for provider, code in REGIONS if provider == "hcloud"}
_OF_A_DATACENTER = re.compile(r"-dc\d+$")


def bound_places(resource: Resource, _view: View) -> Iterator[Place]:
    """Return the known regions and zones in selectors, affinities and topologies.

    A name that no table knows is one of the cluster itself, whose place is declared.
    """
    if group_of(resource) is None:
        return
    for one in texts_of(resource):
        if one.joined or not _BINDS.search(one.path):
            continue
        if isinstance(one.text, Gap):
            yield lost(_WHAT, one.path, one.text)
        elif CODE.fullmatch(one.text):
            yield aws_place(_WHAT, one.path, one.text)
        elif (code := _OF_A_DATACENTER.sub("", one.text)) in _HETZNER:
            yield in_region(_WHAT, one.path, code, ("hcloud",))
