"""Image references in full, and how firmly they are pinned."""

from typing import Any

import pytest
from hoheit import ImageReference, Images, InvalidArgsError
from hoheit.images import IMAGE_FIELDS
from hoheit_facts import ENGINE
from support.samples import DIGEST, FETCHER, images

VERSION = f"v{ENGINE.version}"


@pytest.mark.parametrize(
    ("text", "registry", "repository", "tag", "digest"),
    [
        ("docker.io/library/haproxy:3.2", "docker.io", "library/haproxy", "3.2", None),
        ("localhost:5000/a:1", "localhost:5000", "a", "1", None),
        (
            "registry.example.internal:8443/a/b/c:v1.2-rc_3",
            "registry.example.internal:8443",
            "a/b/c",
            "v1.2-rc_3",
            None,
        ),
        (f"ghcr.io/a/b@{DIGEST}", "ghcr.io", "a/b", None, DIGEST),
        (f"ghcr.io/a/b:1@{DIGEST}", "ghcr.io", "a/b", "1", DIGEST),
        (f"ghcr.io/a/b:latest@{DIGEST}", "ghcr.io", "a/b", "latest", DIGEST),
    ],
)
def test_a_full_reference_is_read_into_its_parts(
    text: str, registry: str, repository: str, tag: str | None, digest: str | None
) -> None:
    read = ImageReference.parse(text)
    assert (read.registry, read.repository) == (registry, repository)
    assert (read.tag, read.digest) == (tag, digest)


@pytest.mark.parametrize(
    "text",
    [
        "haproxy",
        "haproxy:3.2",
        "library/haproxy:3.2",
        "localhost/haproxy:3.2",
        "docker.io/Library/haproxy:3.2",
        "docker.io/haproxy:3.2\n",
        "https://docker.io/haproxy:3.2",
        "user:secret@docker.io/haproxy:3.2",
        "docker.io/haproxy@sha256:abc",
        f"docker.io/haproxy@md5:{'0' * 64}",
        f"docker.io/haproxy@{DIGEST}0",
        "",
    ],
)
def test_a_reference_that_leaves_something_to_a_default_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a full image reference"):
        ImageReference.parse(text)


@pytest.mark.parametrize("text", ["docker.io/library/haproxy", "docker.io/library/haproxy:latest"])
def test_a_reference_that_can_move_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="floats; name a version tag"):
        ImageReference.parse(text)


def test_images_are_locked_unless_somebody_says_otherwise() -> None:
    with pytest.raises(InvalidArgsError, match="weights_fetcher: no digest, and images are locked"):
        Images(weights_fetcher=FETCHER)


def test_a_default_without_digest_is_refused_by_who_runs_it_and_not_before() -> None:
    given = Images(weights_fetcher=f"{FETCHER}@{DIGEST}")
    given.check("weights_fetcher")
    with pytest.raises(ValueError, match=r"^images\.vllm: no digest, and images are locked; add @"):
        given.check("weights_fetcher", "vllm")


def test_an_image_that_everybody_builds_for_himself_has_no_default() -> None:
    with pytest.raises(ValueError, match=r"^images\.mlflow: required here .* model_images/mlflow "):
        images(mlflow=None).check("mlflow")


def test_only_the_images_that_are_asked_for_are_named() -> None:
    assert images().references("weights_fetcher") == [FETCHER]


@pytest.mark.parametrize("field", IMAGE_FIELDS)
def test_locked_images_refuse_the_one_without_digest_by_its_name(field: str) -> None:
    pinned: dict[str, Any] = dict.fromkeys(IMAGE_FIELDS, f"docker.io/a/b:{VERSION}@{DIGEST}")
    assert Images(**pinned)
    with pytest.raises(InvalidArgsError, match=f"{field}: no digest"):
        Images(**pinned | {field: f"docker.io/a/b:{VERSION}"})


@pytest.mark.parametrize("field", IMAGE_FIELDS)
def test_a_reference_is_refused_by_the_name_of_its_field(field: str) -> None:
    with pytest.raises(InvalidArgsError, match=f"{field}: not a full image reference"):
        images(**{field: "haproxy:3.2"})


@pytest.mark.parametrize("field", ["vllm", "vllm_cpu"])
@pytest.mark.parametrize("tag", ["v0.31.0", "0.32.1", "nightly", "v0.32", "v0.32.0rc1", "v10.32.0"])
def test_an_engine_of_another_version_has_other_flags_and_is_refused(tag: str, field: str) -> None:
    given = images(**{field: f"docker.io/vllm/vllm-openai:{tag}"})
    with pytest.raises(ValueError, match=rf"^images\.{field}: tag '{tag}' is not of version 0\.32"):
        given.check(field)


@pytest.mark.parametrize("end", [f":{VERSION}", f":{VERSION}-cu129", f"@{DIGEST}"])
def test_a_build_of_our_version_and_a_bare_digest_are_accepted(end: str) -> None:
    reference = f"registry.example.internal/vllm{end}"
    given = images(vllm=reference)
    given.check("vllm")
    assert given.vllm == reference


def test_the_image_is_of_the_version_that_a_service_renders_for() -> None:
    given = images(vllm="docker.io/vllm/vllm-openai:v0.33.0")
    given.check("vllm", engine_version="0.33.0")
    with pytest.raises(ValueError, match=r"not of version 0\.32\.0, .*or set engine\.version$"):
        given.check("vllm")


def test_the_version_of_the_engine_says_nothing_of_other_images() -> None:
    images().check("weights_fetcher", "gateway", engine_version="0.33.0")


def test_every_image_is_rewritten_for_a_mirror_and_nothing_else() -> None:
    before = images(pull_secrets=("registry-credentials",))
    after = before.rewritten(lambda reference: f"mirror.example.internal/{reference}")
    for field in IMAGE_FIELDS:
        assert after.reference(field) == f"mirror.example.internal/{before.reference(field)}"
    assert after.model_dump(exclude=set(IMAGE_FIELDS)) == before.model_dump(
        exclude=set(IMAGE_FIELDS)
    )


@pytest.mark.parametrize(
    ("name", "hardware"),
    [
        (f"vllm-openai-cpu:{VERSION}-x86_64", "cpu"),
        (f"vllm-openai-rocm:{VERSION}", "rocm"),
        (f"vllm:{VERSION}-xpu", "xpu"),
    ],
)
def test_a_build_for_other_hardware_is_not_run_on_a_gpu(name: str, hardware: str) -> None:
    given = images(vllm=f"registry.example.internal/cpu/{name}")
    with pytest.raises(ValueError, match=rf"^images\.vllm: .* is a build for {hardware}, .*; take"):
        given.check("vllm")


def test_the_word_cpu_elsewhere_in_a_reference_says_nothing_of_the_build() -> None:
    images(vllm=f"cpu.example.internal/cpu/vllm-openai:{VERSION}").check("vllm")
