"""Writes the bill of materials of an image that is built from a lock: `sbom.cdx.json` beside it.

It is a function of the lock file and of nothing else: neither clock nor dice, so a changed bill is
a changed lock, and a reviewer sees both in one diff. Run it after every change of a lock:
`python model_images/sbom.py`; with `--check` it says whether all are up to date.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    XsUri,
)
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterator

IMAGES = Path(__file__).parent
NAME = "sbom.cdx.json"
_PACKAGES = IMAGES / "debian"
_DEBIAN = {
    "gateway": ("haproxy", "haproxy"),
    "postgres": ("postgresql", "postgresql-15"),
}
"""Images that are packages of Debian: the list of their base, and the package that they run."""
_MODULES = IMAGES.parent / "lab" / "hoheit_lab" / "toolchain" / "modules"
_GO = {
    "alertmanager": "github.com/prometheus/alertmanager",
    "prometheus": "github.com/prometheus/prometheus",
    "versitygw": "github.com/versity/versitygw",
}
"""Images of a program that the lab's tool chain builds, and the module that it comes from."""
_TARGET = {
    "os_name": "posix",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "implementation_name": "cpython",
    "python_version": "3.13",
    "python_full_version": "3.13.0",
}
"""Where the images run; what a lock holds for other systems is not in them."""


def locked_images() -> list[Path]:
    """Return the folder of each image that is built from a lock of ours."""
    python = {file.parent for file in IMAGES.glob("*/requirements.txt")}
    return sorted(python | {IMAGES / name for name in (*_DEBIAN, *_GO)})


def sbom(image: Path) -> str:
    """Return the bill of materials of one image, as CycloneDX 1.6 in JSON."""
    name = image.name
    if name in _DEBIAN:
        version, lock, parts = _from_debian(*_DEBIAN[name])
    elif name in _GO:
        version, lock, parts = _from_modules(_MODULES / name / "go.mod", _GO[name])
    else:
        project = tomllib.loads((image / "pyproject.toml").read_text("utf-8"))["project"]
        lock = (image / "requirements.txt").read_text("utf-8")
        name, version, parts = project["name"], project["version"], list(_parts(lock))
    return _bill(name, version, lock, parts)


def _bill(name: str, version: str, lock: str, parts: list[Component]) -> str:
    root = Component(name=name, version=version, type=ComponentType.APPLICATION, bom_ref=name)
    bom = Bom(
        serial_number=uuid5(NAMESPACE_URL, f"{name}@{version}\n{lock}"),
        metadata=BomMetaData(component=root),
        components=parts,
    )
    bom.metadata.timestamp = None
    bom.register_dependency(root, parts)
    outputter = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6)
    return outputter.output_as_string(indent=2) + "\n"


def _from_debian(base: str, package: str) -> tuple[str, str, list[Component]]:
    """Return the version of what is run, the list, and every package on it."""
    lock = (_PACKAGES / f"{base}.txt").read_text("utf-8")
    lines = [line for line in lock.splitlines() if line and not line.startswith("#")]
    versions = dict(line.split("=", 1) for line in lines)
    parts = [
        _library(name, version, PackageURL("deb", "debian", name, version))
        for name, version in versions.items()
    ]
    return versions[package], lock, parts


def _from_modules(file: Path, module: str) -> tuple[str, str, list[Component]]:
    """Return the version of what is run, the lock, and every module that a build may take."""
    lock = file.read_text("utf-8")
    versions = dict(re.findall(r"^(?:require)?\s+(\S+) (v\S+)", lock, re.MULTILINE))
    parts: list[Component] = []
    for name, version in versions.items():
        namespace, _, last = name.rpartition("/")
        parts.append(
            _library(name, version, PackageURL("golang", namespace or None, last, version))
        )
    return versions[module], lock, parts


def _library(name: str, version: str, purl: PackageURL) -> Component:
    return Component(
        name=name, version=version, type=ComponentType.LIBRARY, bom_ref=str(purl), purl=purl
    )


def _parts(lock: str) -> Iterator[Component]:
    for line in lock.replace("\\\n", " ").splitlines():
        text = line.partition("#")[0].strip()
        if not text:
            continue
        pinned, *digests = text.split(" --hash=sha256:")
        requirement = Requirement(pinned)
        if requirement.marker and not requirement.marker.evaluate(dict(_TARGET)):
            continue
        (version,) = (specifier.version for specifier in requirement.specifier)
        yield _part(canonicalize_name(requirement.name), version, digests)


def _part(name: str, version: str, digests: list[str]) -> Component:
    purl = PackageURL("pypi", name=name, version=version)
    accepted = ExternalReference(
        type=ExternalReferenceType.DISTRIBUTION,
        url=XsUri(str(purl)),
        comment="the files that the lock accepts",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest.strip()) for digest in digests],
    )
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=str(purl),
        purl=purl,
        external_references=[accepted],
    )


def main(arguments: list[str]) -> int:
    """Write every bill, or with ``--check`` say which is not that of its lock."""
    for image in locked_images():
        file = image / NAME
        if arguments != ["--check"]:
            file.write_text(sbom(image), encoding="utf-8")
        elif not file.exists() or file.read_text("utf-8") != sbom(image):
            sys.stderr.write(f"{file} is out of date; run: python model_images/sbom.py\n")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
