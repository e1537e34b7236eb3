"""Weights as one locked unit, from each of the five sources."""

from typing import Any

import pytest
from hoheit import InvalidArgsError, ModelWeights, StorageChoice, TrustedCode, WeightsSource
from hoheit._weights import (
    is_pulled,
    is_shared,
    model_path,
    object_prefix,
    shared_claim_spec,
    unit_key,
    volume_gib,
    weights_volume,
)
from support.samples import (
    COMMIT,
    DIGEST,
    hub_weights,
    image_weights,
    object_store,
    stored_weights,
)
from support.samples import (
    WEIGHTS_IMAGE as IMAGE,
)

NODE_DISK = StorageChoice(storage_class=None)
OCI = f"oci://registry.example.internal/models/mistral@{DIGEST}"


@pytest.mark.parametrize(
    ("weights", "source", "pulled"),
    [
        (hub_weights(), WeightsSource.HUB, True),
        (image_weights(), WeightsSource.IMAGE, True),
        (stored_weights("s3://models/mistral/v1"), WeightsSource.S3, True),
        (stored_weights(OCI), WeightsSource.OCI, False),
        (stored_weights("pvc://claim/mistral"), WeightsSource.PVC, False),
    ],
    ids=["hub", "image", "s3", "oci", "pvc"],
)
def test_the_source_decides_whether_pods_pull(
    weights: ModelWeights, source: WeightsSource, pulled: bool
) -> None:
    assert (weights.source, is_pulled(weights)) == (source, pulled)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "name one of repository"),
        ({"repository": "a/b", "revision": COMMIT, "uri": "s3://c/d"}, "name one of repository"),
        ({"repository": "a/b", "revision": COMMIT, "image": IMAGE}, "name one of repository"),
        ({"image": IMAGE, "uri": "s3://c/d"}, "name one of repository"),
        ({"repository": "a/b"}, "revision: required with repository"),
        ({"repository": "a/b", "revision": "main"}, "'main' is a branch or tag and can move"),
        ({"repository": "a/b", "revision": COMMIT[:7]}, "is a branch or tag"),
        ({"repository": "a/b", "revision": f"{COMMIT}\n"}, "is a branch or tag"),
        ({"repository": "a/b", "revision": COMMIT.upper()}, "is a branch or tag"),
        ({"repository": "no-organisation", "revision": COMMIT}, "repository"),
        ({"uri": "https://example.internal/model"}, "uri"),
        ({"uri": "oci://registry.example.internal/models/mistral:1"}, "needs its digest"),
        ({"uri": "oci://registry.example.internal/models/mistral@sha256:ab"}, "needs its digest"),
        ({"uri": "s3://b/m", "digests": {"model.safetensors": "ab"}}, "digests: model.safetensors"),
        ({"uri": "s3://b/m", "digests": {"a.json": f"{DIGEST}\n"}}, "digests: a.json"),
        ({"uri": "s3://b/m", "manifest_digest": "ab"}, "manifest_digest"),
        ({"uri": "s3://b/m", "revision": COMMIT}, "revision: goes with repository"),
        ({"uri": "pvc://claim/m", "digests": {"a.json": DIGEST}}, "digests, manifest_digest: no"),
        ({"uri": "pvc://claim/m", "manifest_digest": DIGEST}, "digests, manifest_digest: nobody"),
        ({"uri": OCI, "manifest_digest": DIGEST}, "digests, manifest_digest: nobody checks"),
        ({"uri": "pvc://claim/../m"}, "uri: '.' and '..' are no part"),
        ({"uri": "pvc://claim/.."}, "uri: '.' and '..' are no part"),
        ({"uri": "s3://b/./m"}, "uri: '.' and '..' are no part"),
        ({"uri": "pvc://../m"}, "uri: '.' and '..' are no part"),
        ({"uri": "pvc://Claim/m"}, "uri: a claim is named in lower case"),
        ({"uri": "pvc://-claim"}, "uri: a claim is named in lower case"),
        ({"image": IMAGE.split("@")[0]}, "image: '.*:0.1.0' has a tag, which can move"),
        ({"image": "registry.example.internal/models/mistral"}, "image: floats"),
        ({"image": "mistral:1"}, "image: not a full image reference"),
        ({"image": f"registry.example.internal/../mistral@{DIGEST}"}, "image: '.' and '..' are"),
        ({"image": IMAGE, "revision": COMMIT}, "revision: goes with repository"),
        ({"image": IMAGE, "image_path": "model"}, "image_path: a directory inside the image"),
        ({"image": IMAGE, "image_path": "/"}, "image_path: a directory inside the image"),
        ({"image": IMAGE, "image_path": "/model/"}, "image_path: a directory inside the image"),
        ({"image": IMAGE, "image_path": "/model/../etc"}, "image_path: '.' and '..' are no part"),
        ({"uri": "s3://b/m", "image_path": "/model"}, "image_path: goes with image"),
    ],
)
def test_weights_that_could_change_overnight_or_come_from_nowhere_are_refused(
    given: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidArgsError, match=said):
        ModelWeights(size_gib=1, **given)


def test_a_floating_revision_has_to_be_asked_for() -> None:
    assert hub_weights(revision="main", allow_floating_revision=True).revision == "main"


def test_an_image_without_digest_has_to_be_asked_for() -> None:
    floating = image_weights(image=IMAGE.split("@")[0], allow_floating_revision=True)
    assert object_prefix(floating, object_store()) == "models/models/mistral/0.1.0/model"


@pytest.mark.parametrize("size", [0, -1])
def test_weights_without_size_are_refused(size: float) -> None:
    with pytest.raises(InvalidArgsError, match="size_gib"):
        hub_weights(size_gib=size)


def test_pickled_weights_are_not_among_the_fetched_files() -> None:
    for pattern in hub_weights().files:
        assert not pattern.endswith((".bin", ".pt", ".pth", ".pkl", "*"))


@pytest.mark.parametrize(
    "pattern",
    ["*.bin", "pytorch_model.bin", "*.pt", "*.pth", "*.pkl", "*.ckpt", "*.pickle", "*.BIN"],
)
def test_files_that_run_code_when_they_are_loaded_are_refused(pattern: str) -> None:
    with pytest.raises(InvalidArgsError, match=r"files: .*: a pickle runs code when it is loaded"):
        hub_weights(files=("*.json", pattern))


@pytest.mark.parametrize("locks", [{"digests": {"a.json": DIGEST}}, {"manifest_digest": DIGEST}])
def test_what_pods_pull_can_be_locked(locks: dict[str, Any]) -> None:
    assert hub_weights(**locks)
    assert image_weights(**locks)
    assert stored_weights("s3://models/mistral/v1", **locks)


@pytest.mark.parametrize(
    ("weights", "path", "volume"),
    [
        (
            hub_weights(),
            "/models/Mistral-7B-v0.1-AWQ",
            {"empty_dir": {"size_limit": "5Gi"}},
        ),
        (
            image_weights(),
            "/models/mistral",
            {"empty_dir": {"size_limit": "5Gi"}},
        ),
        (
            stored_weights("s3://models/mistral/v1/"),
            "/models/v1",
            {"empty_dir": {"size_limit": "5Gi"}},
        ),
        (
            stored_weights(OCI),
            "/models",
            {"image": {"reference": OCI.removeprefix("oci://")}},
        ),
        (
            stored_weights("pvc://claim/models/mistral"),
            "/models/models/mistral",
            {"persistent_volume_claim": {"claim_name": "claim", "read_only": True}},
        ),
        (
            stored_weights("pvc://claim"),
            "/models",
            {"persistent_volume_claim": {"claim_name": "claim", "read_only": True}},
        ),
    ],
    ids=["hub", "image", "s3", "oci", "pvc with path", "pvc"],
)
def test_each_source_has_its_volume_and_its_path(
    weights: ModelWeights, path: str, volume: dict[str, Any]
) -> None:
    assert model_path(weights) == path
    assert weights_volume(weights, NODE_DISK) == {"name": "weights", **volume}


def test_the_volume_has_room_for_the_file_that_is_being_written() -> None:
    assert volume_gib(hub_weights(size_gib=10)) == 11
    assert volume_gib(hub_weights(size_gib=0.1)) == 1


def test_two_revisions_of_a_repository_lie_under_two_prefixes() -> None:
    store = object_store(prefix="team/models")
    prefixes = {
        object_prefix(hub_weights(revision=revision), store) for revision in ("a" * 40, "b" * 40)
    }
    repository = "TheBloke/Mistral-7B-v0.1-AWQ"
    assert prefixes == {f"team/models/{repository}/{letter * 40}" for letter in "ab"}


def test_an_image_lies_under_its_digest_whatever_registry_and_tag_it_has() -> None:
    digits = DIGEST.removeprefix("sha256:")
    named = [IMAGE, f"mirror.example.internal:5000/models/mistral@{DIGEST}"]
    assert {object_prefix(image_weights(image=image), object_store()) for image in named} == {
        f"models/models/mistral/{digits}/model"
    }


def test_two_models_in_one_image_lie_under_two_prefixes() -> None:
    large = image_weights(image_path="/models/large")
    assert object_prefix(large, object_store()).endswith("/models/large")
    assert unit_key(large) != unit_key(image_weights())


def test_the_image_of_the_weights_keeps_its_name_where_a_mirror_serves_it() -> None:
    assert image_weights().rewritten(str.upper) == image_weights()


def test_a_mirror_rewrites_an_artefact_and_leaves_other_sources_alone() -> None:
    mirrored = stored_weights(OCI).rewritten(
        lambda reference: f"mirror.example.internal/{reference}"
    )
    assert mirrored.uri == OCI.replace("oci://", "oci://mirror.example.internal/")
    assert hub_weights().rewritten(str.upper) == hub_weights()


def test_a_clusters_fast_volumes_hold_the_copy_of_one_pod() -> None:
    nvme = StorageChoice(storage_class="local-nvme")
    volume: Any = weights_volume(hub_weights(size_gib=10), nvme)
    spec = volume["ephemeral"]["volume_claim_template"]["spec"]
    assert spec["storage_class_name"] == "local-nvme"
    assert spec["resources"] == {"requests": {"storage": "11Gi"}}


def test_a_prefix_in_the_bucket_is_needed() -> None:
    with pytest.raises(InvalidArgsError, match="name the prefix of the model"):
        stored_weights("s3://models/")


@pytest.mark.parametrize(
    "fields", [{"repository": "../.."}, {"revision": "a/../b"}, {"repository": "./x"}]
)
def test_no_part_of_a_source_leads_to_another_prefix(fields: dict[str, str]) -> None:
    with pytest.raises(InvalidArgsError, match=f"{next(iter(fields))}: '.' and '..' are no part"):
        hub_weights(**fields, allow_floating_revision=True)


def test_a_volume_for_many_pods_holds_one_copy_for_all_of_them() -> None:
    shared = StorageChoice(storage_class="nfs", read_write_many=True)
    assert is_shared(hub_weights(), shared)
    assert not is_shared(hub_weights(), NODE_DISK)
    assert not is_shared(stored_weights("pvc://claim/mistral"), shared)
    assert shared_claim_spec(hub_weights(size_gib=10), shared) == {
        "access_modes": ["ReadWriteMany"],
        "storage_class_name": "nfs",
        "resources": {"requests": {"storage": "11Gi"}},
    }
    volume: Any = weights_volume(hub_weights(), shared, "claimed")
    assert volume["persistent_volume_claim"] == {"claim_name": "claimed"}


def test_another_unit_has_another_key() -> None:
    units = [
        hub_weights(),
        hub_weights(revision="a" * 40),
        hub_weights(manifest_digest=DIGEST),
        hub_weights(files=("*.safetensors", "*.json")),
        stored_weights("s3://models/mistral/v1"),
        image_weights(),
        image_weights(image=IMAGE.replace("ab", "cd")),
    ]
    assert len({unit_key(unit) for unit in units}) == len(units)


PICKLE: dict[str, Any] = {"files": ("*.json", "pytorch_model.bin"), "allow_pickles": True}


def test_a_pickle_is_accepted_by_name_and_digest() -> None:
    accepted = hub_weights(**PICKLE, digests={"pytorch_model.bin": DIGEST})
    assert accepted.fetched == ("*.json", "pytorch_model.bin")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (PICKLE, "digests: pytorch_model.bin: allow_pickles needs the digest"),
        ({**PICKLE, "files": ("*.bin",)}, r"files: \*.bin: allow_pickles takes names, no patterns"),
        ({"allow_pickles": True}, "allow_pickles: files names none"),
    ],
)
def test_pickles_that_nobody_locked_one_by_one_are_refused(
    given: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidArgsError, match=said):
        hub_weights(**given)


def review(**changes: Any) -> dict[str, Any]:
    given = {"revision": COMMIT, "reviewed_by": "ml team", "reviewed_on": "2026-11-02"}
    return {**given, **changes}


def test_code_is_fetched_only_after_somebody_read_this_commit() -> None:
    assert "*.py" not in hub_weights().fetched
    assert hub_weights(trusted_code=review()).fetched[-1] == "*.py"
    named = hub_weights(files=("*.json", "modeling_own.py"), trusted_code=review())
    assert named.fetched == ("*.json", "modeling_own.py")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"files": ("*.json", "*.py")}, r"files: \*.py: code of the repository would run"),
        (
            {"trusted_code": review(revision="a" * 40)},
            f"trusted_code.revision: {'a' * 40} was read, and revision is {COMMIT}",
        ),
        (
            {"trusted_code": review(), "revision": "main", "allow_floating_revision": True},
            "trusted_code: goes with repository and a commit",
        ),
        ({"trusted_code": review(reviewed_by="")}, "reviewed_by"),
    ],
)
def test_code_of_a_commit_that_nobody_read_is_refused(given: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidArgsError, match=said):
        hub_weights(**given)


def test_code_from_a_bucket_cannot_be_told_from_another() -> None:
    with pytest.raises(InvalidArgsError, match="trusted_code: goes with repository"):
        stored_weights("s3://models/mistral/v1", trusted_code=review())


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2999-01-01", "2999-01-01 is yet to come"),
        (20261102, 'a number is no day; write it as "2026-11-02"'),
    ],
)
def test_a_review_is_of_a_day_that_was(day: object, said: str) -> None:
    given: Any = {"revision": "a" * 40, "reviewed_by": "somebody", "reviewed_on": day}
    with pytest.raises(InvalidArgsError, match=f"reviewed_on: {said}"):
        TrustedCode(**given)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"files": ()}, "files: "),
        ({"files": ("../x",)}, "files: '../x' leads out of the repository"),
        ({"files": ("/etc/passwd",)}, "files: '/etc/passwd' leads out of the repository"),
        (
            {"digests": {"../../etc/passwd": DIGEST}},
            "digests: '../../etc/passwd' leads out of the repository",
        ),
        ({"size_gib": float("inf")}, "size_gib: Input should be a finite number"),
        ({"manifest_digest": "abc"}, "manifest_digest: expected 'sha256:' and 64 hex digits"),
    ],
)
def test_a_unit_that_no_repository_can_hold_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidArgsError) as refused:
        hub_weights(**changes)
    assert said in str(refused.value)


def test_code_without_weights_is_refused() -> None:
    with pytest.raises(InvalidArgsError, match=r"files: \*\.py: code and no weights"):
        hub_weights(files=("*.py",), trusted_code=review())
