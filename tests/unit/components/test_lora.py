"""LoRA adapters: what can be declared, what goes together, and what server and fetcher are told."""

import json
from typing import Any

import pytest
from hoheit import InvalidArgsError, LoraAdapter, ObjectStore, StorageChoice, VllmSettings
from hoheit._lora import (
    adapter_argument,
    adapter_key,
    adapter_mounts,
    adapter_path,
    adapter_unit,
    adapter_volumes,
    adapters_gib,
    lora_flags,
)
from hoheit._lora_ranks import RANKS, reserved_rank
from hoheit._weights import object_prefix
from hoheit_facts import ENGINES
from support import samples
from support.samples import (
    COMMIT,
    DIGEST,
    adapter,
    engine,
    hub_weights,
    object_store,
    settings,
    stored_weights,
)

SERVED = "TheBloke/Mistral-7B-v0.1-AWQ"
NODE_DISK = StorageChoice(storage_class=None)


def refused(**changes: Any) -> str:
    with pytest.raises(InvalidArgsError) as refusal:
        settings(**changes)
    return str(refusal.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"repository": None, "revision": None}, "name either repository"),
        ({"uri": "s3://models/a/v1"}, "name either repository"),
        ({"revision": "main"}, "revision: give the commit"),
        ({"revision": None}, "revision: give the commit"),
        ({"repository": None, "uri": "s3://models/a/v1"}, "revision: goes with repository"),
        ({"repository": "../x"}, "repository: '.' and '..' are no part"),
        ({"repository": None, "revision": None, "uri": "s3://models/"}, "name the prefix of the"),
        ({"repository": None, "revision": None, "uri": "pvc://Claim/a"}, "named in lower case"),
        ({"repository": None, "revision": None, "uri": "oci://r/a@x"}, "uri"),
        ({"rank": 513}, "rank: 513, and vLLM serves at most 512; train it with a smaller one"),
        ({"rank": 0}, "rank"),
        ({"name": "a b"}, "name"),
        ({"name": "a=b"}, "name"),
        ({"target_modules": ()}, "target_modules"),
        ({"target_modules": ("q_proj", "v_proj", "q_proj")}, "target_modules: q_proj stands there"),
        ({"weights_digest": DIGEST, "config_digest": DIGEST}, "config_digest: the same as weights"),
        ({"weights_digest": "ab"}, "weights_digest"),
        ({"compatible_with": ({"repository": SERVED, "reason": "ok"},)}, "reason"),
    ],
)
def test_an_adapter_that_is_not_pinned_or_cannot_be_served_is_refused(
    given: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidArgsError, match=said):
        adapter(**given)


@pytest.mark.parametrize(
    ("rank", "reserved"), [(1, 1), (2, 8), (8, 8), (9, 16), (33, 64), (300, 320), (512, 512)]
)
def test_the_engine_reserves_the_smallest_rank_in_which_an_adapter_fits(
    rank: int, reserved: int
) -> None:
    assert reserved_rank(rank) == reserved


@pytest.mark.parametrize("version", sorted(ENGINES))
def test_ranks_are_those_that_every_release_of_the_engine_takes(version: str) -> None:
    flag = ENGINES[version].flag("--max-lora-rank")
    assert flag
    assert flag.choices == RANKS


def test_every_reserved_rank_is_its_own() -> None:
    assert [reserved_rank(rank) for rank in RANKS] == list(RANKS)


def test_the_engine_gets_room_for_the_largest_rank_and_all_adapters() -> None:
    adapters = (adapter(name="a", rank=8), adapter(name="b", rank=32), adapter(name="c", rank=20))
    assert lora_flags(adapters, max_loras=2) == [
        "--enable-lora",
        "--max-lora-rank=32",
        "--max-loras=2",
        "--max-cpu-loras=3",
        "--lora-modules",
        *(f"{one.name}={adapter_path(one)}" for one in adapters),
    ]


def test_a_server_without_adapters_is_told_nothing_of_them() -> None:
    assert lora_flags((), max_loras=0) == []


def test_other_bytes_or_another_name_lie_in_another_directory() -> None:
    changes: list[dict[str, Any]] = [
        {},
        {"name": "tax"},
        {"weights_digest": "sha256:" + "cd" * 32},
        {"config_digest": "sha256:" + "cd" * 32},
    ]
    paths = {adapter_path(adapter(**change)) for change in changes}
    assert len(paths) == 4
    assert all(path.startswith("/adapters/") for path in paths)


def test_a_name_with_slashes_and_colons_is_one_directory() -> None:
    path = adapter_path(adapter(name="team/legal:v2"))
    assert path == f"/adapters/team-legal-v2-{adapter_key(adapter(name='team/legal:v2'))}"


def test_the_fetcher_is_told_what_to_compare_and_where_it_lies() -> None:
    told = adapter_argument(adapter(), object_store())
    assert told.startswith("--adapter=")
    assert json.loads(told.removeprefix("--adapter=")) == {
        "name": "legal",
        "path": adapter_path(adapter()),
        "base": "mistralai/Mistral-7B-v0.1",
        "rank": 16,
        "target_modules": ["k_proj", "o_proj", "q_proj", "v_proj"],
        "config_sha256": "ef" * 32,
        "weights_sha256": "ab" * 32,
        "prefix": f"models/example/legal-adapter/{COMMIT}",
    }


def test_an_adapter_of_the_bucket_lies_where_its_uri_says() -> None:
    stored = adapter(repository=None, revision=None, uri="s3://models/adapters/legal/v3/")
    assert object_prefix(stored, object_store()) == "adapters/legal/v3"


def claimed(**changes: Any) -> LoraAdapter:
    return adapter(repository=None, revision=None, uri="pvc://tuned/legal/v3", **changes)


def test_an_adapter_of_a_claim_is_mounted_read_only_and_checked_without_a_store() -> None:
    one = claimed()
    volume = f"adapter-{adapter_key(one)}"
    assert "prefix" not in adapter_argument(one, object_store())
    assert adapter_volumes([one]) == [
        {"name": volume, "persistent_volume_claim": {"claim_name": "tuned", "read_only": True}}
    ]
    assert adapter_mounts([one], read_only=False) == [
        {
            "name": volume,
            "mount_path": adapter_path(one),
            "read_only": True,
            "sub_path": "legal/v3",
        }
    ]
    assert not adapter_path(one).startswith("/adapters/")


def test_copied_adapters_share_a_volume_with_room_for_all_of_them() -> None:
    adapters = (adapter(name="a", size_mib=600), adapter(name="b", size_mib=600), claimed(name="c"))
    assert adapters_gib(adapters) == 2
    assert adapter_volumes(adapters)[0] == {"name": "adapters", "empty_dir": {"size_limit": "2Gi"}}
    assert adapter_mounts(adapters, read_only=True)[0]["read_only"] is True
    assert adapter_mounts(adapters, read_only=False)[0]["read_only"] is False


def test_the_mirror_brings_both_files_and_locks_them() -> None:
    unit = adapter_unit(adapter())
    assert (unit.repository, unit.revision) == ("example/legal-adapter", COMMIT)
    assert (
        unit.files
        == tuple(unit.digests)
        == (
            "adapter_config.json",
            "adapter_model.safetensors",
        )
    )


def test_adapters_are_models_of_their_own() -> None:
    served = settings(adapters=(adapter(), adapter(name="tax")))
    assert served.model_names == ("mistral", "legal", "tax")


@pytest.mark.parametrize("name", ["mistral", "tax"])
def test_two_models_of_one_name_are_refused(name: str) -> None:
    said = refused(adapters=(adapter(name="tax"), adapter(name=name)))
    assert f"adapters[1].name: '{name}' names the served model or another adapter" in said


def test_an_adapter_of_another_base_is_refused_unless_somebody_says_why_it_fits() -> None:
    said = refused(adapters=(adapter(compatible_with=()),))
    assert f"adapters[0].base: trained on mistralai/Mistral-7B-v0.1, and {SERVED} is served" in said
    assert settings(adapters=(adapter(base=SERVED, compatible_with=()),)).adapters
    assert settings(adapters=(adapter(),)).adapters


def test_weights_of_a_uri_have_to_say_of_what_they_are_a_copy() -> None:
    uri = "s3://models/mistral/v1"
    said = refused(weights=stored_weights(uri), adapters=(adapter(),))
    assert f"weights.copy_of: nobody said of which repository {uri} is a copy" in said
    assert settings(weights=stored_weights(uri, copy_of=SERVED), adapters=(adapter(),)).adapters


def test_a_repository_is_no_copy() -> None:
    with pytest.raises(InvalidArgsError, match="copy_of: goes with image or uri"):
        hub_weights(copy_of=SERVED)


def three(**changes: Any) -> VllmSettings:
    names = ("a", "b", "c")
    return settings(adapters=tuple(adapter(name=name) for name in names), **changes)


def test_every_adapter_may_be_in_a_batch_as_far_as_it_holds_requests() -> None:
    assert three().adapter_slots == 3
    assert three(engine=engine(max_num_seqs=2)).adapter_slots == 2
    assert three(max_loras=1).adapter_slots == 1
    assert settings().adapter_slots == 0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"max_loras": 4}, "max_loras: 4, and there are 3 adapters"),
        (
            {"max_loras": 3, "engine": engine(max_num_seqs=2)},
            "max_loras: 3, and a batch holds 2 requests",
        ),
    ],
)
def test_room_for_more_adapters_than_a_batch_can_have_is_refused(
    changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(InvalidArgsError) as refusal:
        three(**changes)
    assert said in str(refusal.value)


def test_slots_without_adapters_are_refused() -> None:
    assert "max_loras: 1, and there are 0 adapters" in refused(max_loras=1)


@pytest.mark.parametrize(
    ("given", "store", "hub", "said"),
    [
        (adapter(), None, True, "adapters[0]: server pods take it from object_store"),
        (adapter(), object_store(), False, "adapters[0].repository: fetched from hub"),
        (
            adapter(repository=None, revision=None, uri="s3://others/a/v1"),
            object_store(),
            False,
            "adapters[0].uri: must lie in the object store's bucket, s3://models/",
        ),
        (claimed(), None, False, None),
    ],
)
def test_an_adapter_needs_the_means_of_its_source(
    given: LoraAdapter, store: ObjectStore | None, hub: bool, said: str | None
) -> None:
    weights = stored_weights("pvc://claim/mistral", copy_of=SERVED)
    asked = settings(weights=weights, adapters=(given,))
    means = (store.bucket if store else None, samples.hub() if hub else None)
    if said is None:
        asked.check_means(*means)
        return
    with pytest.raises(ValueError, match=r"^adapters") as refusal:
        asked.check_means(*means)
    assert said in str(refusal.value)


def test_adapters_take_room_on_the_node_and_a_fetcher_beside_the_server() -> None:
    weights = stored_weights("pvc://claim/mistral", copy_of=SERVED)
    without, with_ = settings(weights=weights), settings(weights=weights, adapters=(adapter(),))
    assert with_.claim_on(NODE_DISK).pod.disk_gib == without.claim_on(NODE_DISK).pod.disk_gib + 1
    assert "weights_fetcher" in with_.image_fields
    assert "weights_fetcher" not in without.image_fields
    assert (without.copies_from_store, with_.copies_from_store) == (False, True)
