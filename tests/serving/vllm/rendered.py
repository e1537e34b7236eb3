"""What a component renders for one pod, read as the kubelet reads it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from serving.vllm.container import Mount

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass
class Rendered:
    """One pod template, and the objects that it names."""

    objects: list[dict[str, Any]]
    owner: dict[str, Any]
    """The Deployment or Job."""
    folder: Path
    """Where the pod's volumes lie on this machine."""
    claims: Mapping[str, Path] = field(default_factory=dict)
    """Claim -> folder, for claims that somebody has filled before."""
    secrets: Mapping[str, dict[str, str]] = field(default_factory=dict)
    """Secret -> content, for Secrets that exist already or are to hold something else."""

    @property
    def pod(self) -> dict[str, Any]:
        return self.owner["spec"]["template"]["spec"]

    @property
    def init_containers(self) -> list[dict[str, Any]]:
        return self.pod.get("initContainers", [])

    @property
    def user(self) -> int:
        return self.pod["securityContext"]["runAsUser"]

    def container(self, name: str) -> dict[str, Any]:
        every = [*self.init_containers, *self.pod["containers"]]
        (found,) = [one for one in every if one["name"] == name]
        return found

    def environment(self, container: dict[str, Any]) -> dict[str, str]:
        return {one["name"]: self._value(one) for one in container.get("env", [])}

    def mounts(self, container: dict[str, Any]) -> list[Mount]:
        return [self._mount(one) for one in container.get("volumeMounts", [])]

    def prepare_volumes(self) -> None:
        """Do what the kubelet does before a container starts."""
        for volume in self.pod["volumes"]:
            if "persistentVolumeClaim" in volume:
                continue
            folder = self._source(volume["name"])
            folder.mkdir(parents=True)
            for file, content in self._files(volume).items():
                (folder / file).write_text(content)
            if "emptyDir" in volume or "ephemeral" in volume:
                folder.chmod(0o777)

    def volume(self, name: str) -> Path:
        """The folder of a volume on this machine."""
        return self._source(name)

    def secret(self, name: str) -> dict[str, str]:
        """The content of a Secret whose name is, or begins with, ``name``."""
        given = [content for one, content in self.secrets.items() if name.startswith(one)]
        return given[0] if given else self._object("Secret", name)["stringData"]

    def _files(self, volume: dict[str, Any]) -> dict[str, str]:
        if "configMap" in volume:
            return self._object("ConfigMap", volume["configMap"]["name"])["data"]
        if "secret" in volume:
            return self.secret(volume["secret"]["secretName"])
        return {}

    def _mount(self, mount: dict[str, Any]) -> Mount:
        source = self._source(mount["name"])
        if "subPath" in mount:
            source /= mount["subPath"]
            if not source.exists():
                source.mkdir(parents=True)
                source.chmod(0o777)
        return Mount(source, mount["mountPath"], is_writable=not mount.get("readOnly", False))

    def _source(self, name: str) -> Path:
        (volume,) = [one for one in self.pod["volumes"] if one["name"] == name]
        if "persistentVolumeClaim" in volume:
            return self.claims[volume["persistentVolumeClaim"]["claimName"]]
        return self.folder / name

    def _value(self, variable: dict[str, Any]) -> str:
        if "value" in variable:
            return variable["value"]
        source = variable["valueFrom"]
        if "fieldRef" in source:
            assert source["fieldRef"]["fieldPath"] == "metadata.namespace"
            return self.owner["metadata"]["namespace"]
        reference = source["secretKeyRef"]
        return self.secret(reference["name"])[reference["key"]]

    def _object(self, kind: str, name: str) -> dict[str, Any]:
        (found,) = [
            one for one in self.objects if (one["kind"], one["metadata"]["name"]) == (kind, name)
        ]
        return found


def owners(objects: list[dict[str, Any]], container: str) -> list[dict[str, Any]]:
    """Every Deployment and Job with a container of that name."""
    return [
        one
        for one in objects
        if one["kind"] in ("Deployment", "Job")
        and any(each["name"] == container for each in one["spec"]["template"]["spec"]["containers"])
    ]
