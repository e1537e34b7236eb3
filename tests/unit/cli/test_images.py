"""Which images are locked, and what a lock keeps from the one before."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hoheit import ImageLock, ImageReference, LockedImage
from hoheit_cli.errors import UsageError
from hoheit_cli.images import resolved_lock
from hoheit_cli.registry import Registry, Resolved
from hoheit_cli.used_images import used_fields, weights_images
from support.monitor import stack_environment
from support.samples import DIGEST

HAPROXY = "docker.io/library/haproxy:3.2.22"
OTHER = f"sha256:{'1' * 64}"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


class Known(Registry):
    """A registry that has one digest for everything, and remembers what it was asked."""

    def __init__(self, digest: str = DIGEST) -> None:
        super().__init__()
        self.digest = digest
        self.asked: list[str] = []

    def resolve(self, image: ImageReference) -> Resolved:
        self.asked.append(f"{image.registry}/{image.repository}:{image.tag}")
        return Resolved(self.digest, ("linux/amd64",))


def before(**changed: Any) -> ImageLock:
    stated = {
        "name": "gateway",
        "reference": HAPROXY,
        "digest": DIGEST,
        "platforms": ("linux/amd64",),
        "registry": "docker.io",
        "resolved_at": LONG_AGO,
    }
    return ImageLock(images=(LockedImage(**stated | changed),))


def lock(registry: Registry, known: ImageLock, reference: str = HAPROXY) -> LockedImage:
    (image,) = resolved_lock({"gateway": reference}, None, registry, known).images
    return image


def test_a_mirror_is_asked_by_its_name_and_the_lock_holds_the_environments() -> None:
    registry = Known()
    made = resolved_lock(
        {"gateway": HAPROXY, "mlflow": "mirror.example.internal/hoheit/mlflow:1"},
        "mirror.example.internal/all",
        registry,
        ImageLock(),
    )
    assert registry.asked == [
        f"mirror.example.internal/all/{HAPROXY}",
        "mirror.example.internal/hoheit/mlflow:1",
    ]
    assert [image.reference for image in made.images] == [
        HAPROXY,
        "mirror.example.internal/hoheit/mlflow:1",
    ]


def test_a_digest_that_is_still_the_same_keeps_the_time_when_it_was_first_seen() -> None:
    assert lock(Known(), before()).resolved_at == LONG_AGO
    assert lock(Known(OTHER), before()).resolved_at > LONG_AGO
    assert (
        lock(Known(), before(reference="docker.io/library/haproxy:3.2.21")).resolved_at > LONG_AGO
    )


def test_a_stated_digest_that_is_not_the_tags_is_refused() -> None:
    assert lock(Known(), ImageLock(), f"{HAPROXY}@{DIGEST}").digest == DIGEST
    with pytest.raises(UsageError, match=f"images.gateway: docker.io has {DIGEST} under the tag"):
        lock(Known(), ImageLock(), f"{HAPROXY}@{OTHER}")


def used(tmp_path: Path, environment: dict[str, Any]) -> set[str]:
    file = tmp_path / "Pulumi.test.yaml"
    file.write_text(yaml.safe_dump({"config": {"hoheit:environment": environment}}))
    return set(used_fields(environment, file))


def test_only_what_runs_is_locked(tmp_path: Path) -> None:
    environment = stack_environment("local")
    monitored = {"prometheus", "alertmanager", "grafana", "kube_state_metrics", "dcgm_exporter"}
    assert used(tmp_path, environment) == {
        *("vllm", "gateway", "weights_fetcher", "mlflow", "postgres", "versitygw"),
        *monitored,
    }
    for part in ("monitoring", "mlflow"):
        del environment[part]
    assert used(tmp_path, environment) == {"vllm", "gateway", "weights_fetcher"}


IN_AN_IMAGE = {"image": "registry.example.internal/models/mistral:0.1.0", "size_gib": 4}


def test_weights_in_an_image_are_locked_with_the_images(tmp_path: Path) -> None:
    environment = stack_environment("local")
    assert weights_images(environment) == {}
    environment["models"]["mistral"]["weights"] = IN_AN_IMAGE
    assert weights_images(environment) == {"models.mistral.weights.image": IN_AN_IMAGE["image"]}
    assert "weights_fetcher" in used(tmp_path, environment)


def test_a_stated_digest_of_weights_that_is_not_the_tags_is_refused_by_its_path() -> None:
    stated = {"models.mistral.weights.image": f"{IN_AN_IMAGE['image']}@{OTHER}"}
    with pytest.raises(UsageError, match=r"^models\.mistral\.weights\.image: registry"):
        resolved_lock(stated, None, Known(), ImageLock())


def test_a_part_that_is_not_understood_is_named(tmp_path: Path) -> None:
    environment = stack_environment("local")
    environment["mlflow"]["databse"] = {}
    with pytest.raises(UsageError, match=r"mlflow is not valid:\n  databse: unknown field"):
        used(tmp_path, environment)
