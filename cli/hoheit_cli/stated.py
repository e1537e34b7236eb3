"""What a stack file states about a cluster that exists."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import yaml
from hoheit import InvalidArgsError, KubeletSettings
from hoheit.driver import explain, validated
from hoheit_infra import CpuNodes, ExistingClusterSettings, LabelledNodes, SimulatedNodes
from hoheit_infra.existing_nodes import EXISTING_NODES
from pydantic import ValidationError

from .errors import UsageError
from .finding import unknown
from .objects import mapping_at

if TYPE_CHECKING:
    from hoheit_infra.existing_nodes import AnyNodes

    from .finding import Finding

_KEY = ":environment"
"""How the configuration key of an environment ends; before it stands the project's name."""

_SECTIONS = {"objects": "object_server", "mlflow": "mlflow", "monitoring": "monitoring"}
"""The section of each part that an environment may have; a part is named as its namespace is where
none is stated."""


@dataclass(frozen=True, kw_only=True)
class Stated:
    """One environment, as far as a cluster can be held against it."""

    cluster: ExistingClusterSettings
    pools: dict[str, AnyNodes]
    unread: tuple[Finding, ...]
    """Pools that this version does not understand."""
    namespaces: dict[str, str]
    """The namespace of each part that there is, by the part's name: ``models``, and those that have
    a section of their own."""
    parts_with_volumes: frozenset[str]
    """Parts of which something keeps data on a volume."""
    bundled_monitoring: bool
    """Monitoring is ours, and watches the cluster through its API server."""
    uses_operator: bool
    """Monitoring leaves its configuration to the Prometheus operator."""
    uses_image_volumes: bool
    """Weights of a model come as an image."""
    scales: bool
    """A model scales by its queue."""
    kubelets: KubeletSettings | Finding | None = None
    """Kubelets that bundled monitoring asks about volumes, or that they are not understood."""
    device_plugin: str | None = None
    """How the namespaces of the pools' device plugins begin; None where hoheit runs none."""


def stack_file(stack: str, project: Path) -> Path:
    """Return the file of a stack of the project in a directory.

    Raises:
        UsageError: if there is no project.
    """
    settings = project / "Pulumi.yaml"
    if not settings.exists():
        raise UsageError(f"{settings} does not exist; go to the project, or name the --file")
    directory: str = _mapping(settings).get("stackConfigDir", ".")
    return project / directory / f"Pulumi.{stack}.yaml"


def read_stated(file: Path) -> Stated:
    """Return what a stack file states.

    Raises:
        UsageError: if it holds no environment with an existing cluster.
    """
    environment = environment_of(file)
    settings = dict(_section(environment, "cluster", file))
    if settings.pop("kind", "existing") != "existing":
        raise UsageError(f"{file}: cluster.kind is not 'existing', so hoheit makes the cluster")
    try:
        cluster = validated(ExistingClusterSettings, settings, f"cluster of {file}")
    except InvalidArgsError as error:
        raise UsageError(str(error)) from None
    pools, unread = _pools(mapping_at(environment, "pools"))
    monitoring = environment.get("monitoring")
    operator = mapping_at(environment, "monitoring").get("mode") == "operator"
    bundled = monitoring is not None and not operator
    return Stated(
        cluster=cluster,
        pools=pools,
        unread=unread,
        namespaces=_namespaces(environment),
        parts_with_volumes=_parts_with_volumes(environment, bundled_monitoring=bundled),
        bundled_monitoring=bundled,
        uses_operator=operator,
        uses_image_volumes=any(map(_is_image, mapping_at(environment, "models").values())),
        scales=any(map(_scales, mapping_at(environment, "models").values())),
        kubelets=_kubelets(environment) if bundled else None,
        device_plugin=mapping_at(environment, "device_plugin").get("namespace"),
    )


def environment_of(file: Path) -> dict[str, Any]:
    """Return the environment of a stack file, as it is written.

    Raises:
        UsageError: if the file holds none.
    """
    config: dict[str, Any] = _mapping(file).get("config") or {}
    for key, value in config.items():
        if key.endswith(_KEY) and isinstance(value, dict):
            return cast(dict[str, Any], value)
    raise UsageError(
        f"{file} has no 'hoheit:environment' under 'config'; stacks/Pulumi.example.yaml shows one"
    )


def _mapping(file: Path) -> dict[str, Any]:
    try:
        document: Any = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{file} does not exist; name a stack file") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is no YAML: {' '.join(str(error).split())}") from None
    return cast(dict[str, Any], document) if isinstance(document, dict) else {}


def _section(environment: dict[str, Any], name: str, file: Path) -> dict[str, Any]:
    section = environment.get(name)
    if not isinstance(section, dict):
        raise UsageError(f"{file}: {name}: required, but not given")
    return cast(dict[str, Any], section)


def _pools(given: dict[str, Any]) -> tuple[dict[str, AnyNodes], tuple[Finding, ...]]:
    pools: dict[str, AnyNodes] = {}
    unread: list[Finding] = []
    for name, spec in given.items():
        try:
            pools[name] = EXISTING_NODES.validate_python(spec)
        except ValidationError as error:
            faults = explain(error, LabelledNodes, SimulatedNodes, CpuNodes).strip()
            unread.append(_misunderstood(f"pools.{name}", faults))
    return pools, tuple(unread)


def _kubelets(environment: dict[str, Any]) -> KubeletSettings | Finding | None:
    given = mapping_at(environment, "monitoring").get("kubelets")
    if given is None:
        return None
    try:
        return KubeletSettings.model_validate(given)
    except ValidationError as error:
        return _misunderstood("monitoring.kubelets", explain(error, KubeletSettings).strip())


def _misunderstood(path: str, faults: str) -> Finding:
    return unknown(path, f"not understood: {faults}", "mend it, and run it again")


def _namespaces(environment: dict[str, Any]) -> dict[str, str]:
    own = {
        part: mapping_at(environment, section).get("namespace", part)
        for part, section in _SECTIONS.items()
        if environment.get(section) is not None
    }
    return {"models": environment.get("namespace", "models"), **own}


def _parts_with_volumes(environment: dict[str, Any], *, bundled_monitoring: bool) -> frozenset[str]:
    kinds = [
        mapping_at(environment, "mlflow", part).get("kind") for part in ("database", "artifacts")
    ]
    keeps = {
        "monitoring": bundled_monitoring,
        "mlflow": "bundled" in kinds,
        "objects": environment.get("object_server") is not None,
    }
    return frozenset(part for part, kept in keeps.items() if kept)


def _is_image(model: dict[str, Any]) -> bool:
    return str(mapping_at(model, "weights").get("uri", "")).startswith("oci://")


def _scales(model: dict[str, Any]) -> bool:
    return model.get("autoscaling") is not None
