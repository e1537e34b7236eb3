"""Which container images run, from which registry, and how firmly they are pinned."""

import re
from collections.abc import Callable
from functools import cache
from typing import Self

from hoheit_facts import ENGINE, IMAGES
from pydantic import model_validator

from ._args import Args, ObjectName

_REFERENCE = re.compile(
    r"(?P<host>[a-z0-9.-]+(?::[0-9]+)?)/(?P<path>[a-z0-9._/-]+)"
    r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
_ENGINE_FIELDS = ("vllm", "vllm_cpu")
"""Images whose release decides on flags, metrics and the user id."""
_OTHER_HARDWARE = re.compile(r"(?<![a-z0-9])(cpu|rocm|xpu|tpu|hpu|gaudi|neuron)(?![a-z0-9])")
"""How a build of the engine is named that is of no use on NVIDIA's GPUs."""


class ImageReference(Args):
    """A reference in full: no registry, tag or digest is left to a default of somebody else."""

    registry: str
    repository: str
    tag: str | None
    digest: str | None

    @classmethod
    @cache  # the same few images, once for each service that runs them
    def parse(cls, text: str) -> Self:
        """Read ``registry/repository:tag@sha256:...``.

        Raises:
            ValueError: if the registry is missing, or both tag and digest, or the tag floats.
        """
        match = _REFERENCE.fullmatch(text)
        if not match or not ("." in match["host"] or ":" in match["host"]):
            raise ValueError(
                "not a full image reference; write registry/repository:tag or "
                "registry/repository@sha256:..., for example docker.io/library/haproxy:3.2"
            )
        if match["digest"] is None and match["tag"] in (None, "latest"):
            raise ValueError("floats; name a version tag other than 'latest', or a digest")
        return cls(
            registry=match["host"],
            repository=match["path"],
            tag=match["tag"],
            digest=match["digest"],
        )


_NO_DIGEST = (
    "no digest, and images are locked; add @sha256:... as your registry shows it (`hoheit images "
    "lock` asks it for all of them), or set locked: false outside production"
)


def _is_of(version: str, tag: str | None) -> bool:
    """Return whether a tag names a release; a bare digest is taken at its owner's word."""
    named = rf"(?<![\d.]){re.escape(version)}(?![\w.])"
    return tag is None or re.search(named, tag) is not None


def _other_hardware(image: ImageReference) -> str | None:
    """Return what else than NVIDIA's GPUs an engine is built for, as far as its name tells."""
    name = f"{image.repository.rpartition('/')[2]}:{image.tag or ''}"
    found = _OTHER_HARDWARE.search(name)
    return found[1] if found else None


def _way_to(field: str) -> str:
    """Return where an image comes from that is missing."""
    known = IMAGES[field.replace("_", "-")]
    if known.reference is None:
        return (
            "required here and without a default, because it is built from "
            f"model_images/{known.name} into a registry of your own"
        )
    return f"required here; leave it out to take the catalogue's, {known.reference}"


class Images(Args):
    """The images of one environment; a component checks those that it runs."""

    vllm: str | None = IMAGES["vllm"].reference
    """Serves the model."""
    vllm_cpu: str | None = IMAGES["vllm-cpu"].reference
    """Serves a small model where there is no GPU."""
    gateway: str | None = IMAGES["gateway"].reference
    """Guards the model, and lends other servers a metrics port: HAProxy."""
    router: str | None = IMAGES["router"].reference
    """Spreads requests over the replicas of a model service."""
    weights_fetcher: str | None = None
    """Brings the weights; built from ``model_images/weights-fetcher`` into your own registry."""
    prometheus: str | None = IMAGES["prometheus"].reference
    alertmanager: str | None = IMAGES["alertmanager"].reference
    grafana: str | None = IMAGES["grafana"].reference
    kube_state_metrics: str | None = IMAGES["kube-state-metrics"].reference
    dcgm_exporter: str | None = IMAGES["dcgm-exporter"].reference
    device_plugin: str | None = IMAGES["device-plugin"].reference
    """NVIDIA's device plugin, with GPU feature discovery."""
    mlflow: str | None = None
    """MLflow with drivers; built from ``model_images/mlflow`` into your own registry."""
    postgres: str | None = IMAGES["postgres"].reference
    versitygw: str | None = IMAGES["versitygw"].reference
    """S3 server over a volume, for artifacts where the environment has no object store."""
    locked: bool = True
    """Refuse an image without a digest."""
    pull_secrets: tuple[ObjectName, ...] = ()
    """Names of Secrets with registry credentials, in the workload's namespace."""

    @model_validator(mode="after")
    def _references_are_full(self) -> Self:
        for field in IMAGE_FIELDS:
            if (text := getattr(self, field)) is None:
                continue
            try:
                reference = ImageReference.parse(text)
            except ValueError as error:
                raise ValueError(f"{field}: {error}") from None
            # A default has no digest; whoever runs it says so. What is written here must have one.
            if self.locked and field in self.model_fields_set and reference.digest is None:
                raise ValueError(f"{field}: {_NO_DIGEST}")
        return self

    def check(self, *fields: str, engine_version: str = ENGINE.version) -> None:
        """Tell whether the images of these fields may run.

        Args:
            fields: which ones.
            engine_version: the release of vLLM for which a service renders its flags.

        Raises:
            ValueError: beginning with the path of the first one that is missing, that has no
                digest while images are locked, or that holds another release of the engine or a
                build for other hardware.
        """
        for field in fields:
            text = getattr(self, field)
            if text is None:
                raise ValueError(f"images.{field}: {_way_to(field)}")
            reference = ImageReference.parse(text)
            if self.locked and reference.digest is None:
                raise ValueError(f"images.{field}: {_NO_DIGEST}")
            if field in _ENGINE_FIELDS and not _is_of(engine_version, reference.tag):
                raise ValueError(
                    f"images.{field}: tag '{reference.tag}' is not of version {engine_version}, "
                    "for which flags, metrics and the user id are rendered; take that version, a "
                    "tag that contains it, or set engine.version"
                )
            if field == "vllm" and (hardware := _other_hardware(reference)):
                raise ValueError(
                    f"images.vllm: {text} is a build for {hardware}, and pods with NVIDIA GPUs run "
                    f"it; take a CUDA build such as {IMAGES['vllm'].reference}; for services with "
                    "gpus: 0 there is images.vllm_cpu"
                )

    def reference(self, field: str) -> str:
        """Return the image of a field that :meth:`check` has accepted."""
        reference: str = getattr(self, field)
        return reference

    def references(self, *fields: str) -> list[str]:
        """Return the images of these fields, which :meth:`check` has accepted."""
        return [self.reference(field) for field in fields]

    def rewritten(self, rewrite: Callable[[str], str]) -> Self:
        """Return the same images as ``rewrite`` names them, for example in a mirror."""
        given = {field: getattr(self, field) for field in IMAGE_FIELDS}
        return self.model_copy(
            update={field: text and rewrite(text) for field, text in given.items()}
        )


IMAGE_FIELDS = tuple(
    field for field in Images.model_fields if field not in ("locked", "pull_secrets")
)
"""The fields of :class:`Images` that name an image."""
