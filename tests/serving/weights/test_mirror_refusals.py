"""What a mirror run does not accept, and what it says then."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from serving.weights.full_store import full_store
from serving.weights.hub_double import COMMIT, REPOSITORY
from serving.weights.models import LARGEST, MIB, SECOND, TAKEN, sha256
from serving.weights.programs import BUCKET, Fetcher, Store, refused, running_store

if TYPE_CHECKING:
    from pathlib import Path

    from serving.weights.hub_double import HubDouble


@pytest.mark.parametrize("name", [LARGEST, "tokenizer.json", "config.json"])
def test_other_bytes_than_the_hub_promised_never_become_an_object(
    fetcher: Fetcher, hub: HubDouble, store: Store, name: str
) -> None:
    hub.corrupt.add(name)

    sentence = refused(fetcher.mirror(repository=REPOSITORY))

    assert f"{name} is not what was expected: expected " in sentence
    assert name not in store.names()
    assert "manifest.json" not in store.names()
    assert not store.larger_than(18 * MIB)


@pytest.mark.parametrize("name", [LARGEST, "config.json"])
def test_a_declared_digest_that_differs_is_refused_with_both_digests(
    fetcher: Fetcher, hub: HubDouble, store: Store, name: str
) -> None:
    declared = sha256(b"something else")

    sentence = refused(fetcher.mirror(f"--digest={name}={declared}", repository=REPOSITORY))

    assert f"{name} is not what was expected: expected {declared}" in sentence
    assert f"got {sha256(hub.files[name])}" in sentence
    assert LARGEST not in hub.sent
    assert "manifest.json" not in store.names()


def test_declared_digests_that_agree_are_accepted(fetcher: Fetcher, hub: HubDouble) -> None:
    digests = [f"--digest={name}={sha256(hub.files[name])}" for name in TAKEN]

    assert fetcher.mirror(*digests, repository=REPOSITORY).status == 0


def test_a_digest_for_a_file_that_is_not_taken_is_refused(fetcher: Fetcher, hub: HubDouble) -> None:
    declared = f"--digest=README.md={sha256(hub.files['README.md'])}"

    sentence = refused(fetcher.mirror(declared, repository=REPOSITORY))

    assert "README.md, which is not among the files" in sentence


def test_a_manifest_digest_that_differs_is_refused_before_the_weights_are_fetched(
    fetcher: Fetcher, hub: HubDouble, store: Store
) -> None:
    declared = sha256(b"")

    sentence = refused(fetcher.mirror(f"--manifest-digest={declared}", repository=REPOSITORY))

    assert f"manifest.json is not what was expected: expected {declared}, got sha256:" in sentence
    assert LARGEST not in hub.sent
    assert "manifest.json" not in store.names()


def test_digests_are_checked_also_when_all_is_there_already(fetcher: Fetcher) -> None:
    run = fetcher.mirror("--allow=*.json", repository=REPOSITORY)
    declared = (f"--manifest-digest={run.manifest_digest}", "--allow=*.json")
    assert fetcher.mirror(*declared, repository=REPOSITORY).status == 0

    wrong = f"--digest=config.json={sha256(b'')}"
    sentence = refused(fetcher.mirror(*declared, wrong, repository=REPOSITORY))

    assert "config.json is not what was expected" in sentence


def test_a_large_file_whose_digest_nobody_knows_is_refused(
    fetcher: Fetcher, hub: HubDouble
) -> None:
    hub.unhashed = True

    sentence = refused(fetcher.mirror(repository=REPOSITORY))

    assert f"the hub knows no sha256 of {LARGEST}: declare it with --digest" in sentence
    digests = [f"--digest={name}={sha256(hub.files[name])}" for name in (LARGEST, SECOND)]
    assert fetcher.mirror(*digests, repository=REPOSITORY).status == 0


@pytest.mark.parametrize(
    ("file", "switch", "said"),
    [
        ("pytorch_model.bin", "--allow-pickle", "a pickle can run code when it is loaded"),
        ("modeling_tiny.py", "--allow-code", "code of the repository would run inside the server"),
    ],
)
def test_what_runs_code_is_taken_only_where_that_is_said(
    fetcher: Fetcher, store: Store, file: str, switch: str, said: str
) -> None:
    files = ("--allow=*.json", f"--allow=*{file[-4:]}")

    sentence = refused(fetcher.mirror(*files, repository=REPOSITORY))

    assert f"{file}: {said}; leave it out, or accept it with {switch}" in sentence
    assert store.names() == []
    assert fetcher.mirror(*files, switch, repository=REPOSITORY).status == 0
    assert file in store.names()
    assert file in refused(fetcher.mirror(*files, repository=REPOSITORY))


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ("config.json", f"{REPOSITORY} main has no config.json"),
        ("tokenizer.json", f"{REPOSITORY} main has no tokenizer (tokenizer.json, "),
    ],
)
def test_a_model_that_no_server_can_start_from_is_refused(
    fetcher: Fetcher, hub: HubDouble, store: Store, missing: str, said: str
) -> None:
    hub.files["tokenizer_config.json"] = b"{}"  # how to tokenize, and no vocabulary
    del hub.files[missing]

    assert said in refused(fetcher.mirror(repository=REPOSITORY))
    assert store.names() == []


def test_an_adapter_without_its_weights_is_refused(fetcher: Fetcher, hub: HubDouble) -> None:
    hub.files = {"adapter_config.json": b"{}"}

    sentence = refused(fetcher.mirror(repository=REPOSITORY))

    assert "is an adapter without adapter_model.safetensors" in sentence


def test_a_model_larger_than_its_volume_is_refused_before_it_is_fetched(
    fetcher: Fetcher, hub: HubDouble
) -> None:
    sentence = refused(fetcher.mirror("--room-gib=0", repository=REPOSITORY))

    assert "are 0.07 GiB, and server pods have room for 0 GiB: correct size_gib" in sentence
    assert hub.sent == {}
    assert fetcher.mirror("--room-gib=1", repository=REPOSITORY).status == 0


def test_a_bucket_without_room_is_refused_before_anything_is_copied(
    fetcher: Fetcher, hub: HubDouble, store: Store
) -> None:
    others = store.root / BUCKET / "others"
    others.parent.mkdir(exist_ok=True)
    with others.open("wb") as sparse:
        sparse.truncate(1000 * MIB)

    sentence = refused(fetcher.mirror("--quota-gib=1", repository=REPOSITORY))

    assert "0.07 GiB are still to be copied, and 0.98 of the 1 GiB of weights are" in sentence
    assert hub.sent == {}
    assert store.names() == []
    assert fetcher.mirror("--quota-gib=2", repository=REPOSITORY).status == 0


def test_a_store_that_fills_up_on_the_way_leaves_no_manifest(
    installed: Path, versitygw: Path, hub: HubDouble, tmp_path: Path
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={24 * MIB},mode=0777", "tmpfs", str(small)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small volume takes root")
    try:
        with running_store(versitygw, small / "store") as store:
            fetcher = Fetcher(installed, store, hub.endpoint, tmp_path)
            sentence = refused(fetcher.mirror(repository=REPOSITORY))
            assert "manifest.json" not in store.names()
    finally:
        subprocess.run(["umount", str(small)], check=True)

    assert f"could not write s3://{BUCKET}/models/tiny/{LARGEST} to" in sentence


def test_a_store_that_says_that_it_is_full_is_said_in_one_sentence(
    fetcher: Fetcher, store: Store
) -> None:
    with full_store() as endpoint:
        fetcher.store = Store(endpoint, store.root)
        sentence = refused(fetcher.mirror(repository=REPOSITORY))

    assert "it is full (XMinioStorageFull); give it more room, or delete what is no lon" in sentence


def test_an_allow_list_that_matches_nothing_is_refused(fetcher: Fetcher) -> None:
    sentence = refused(fetcher.mirror("--allow=*.gguf", repository=REPOSITORY))

    assert f"no file of {REPOSITORY} main matches *.gguf" in sentence


def test_another_commit_under_the_same_prefix_is_refused(
    fetcher: Fetcher, hub: HubDouble, store: Store
) -> None:
    fetcher.mirror("--allow=*.json", repository=REPOSITORY)
    before = (store.objects / "manifest.json").read_bytes()
    hub.revisions["main"] = "f" * 40

    sentence = refused(fetcher.mirror("--allow=*.json", repository=REPOSITORY))

    assert f"at {COMMIT}, and {REPOSITORY} main is {'f' * 40}: give it another prefix" in sentence
    assert (store.objects / "manifest.json").read_bytes() == before


def test_a_wider_allow_list_adds_files_and_a_new_manifest(
    fetcher: Fetcher, hub: HubDouble, store: Store
) -> None:
    narrow = fetcher.mirror("--allow=*.json", repository=REPOSITORY)
    hub.sent.clear()

    wide = fetcher.mirror("--allow=*.json", "--allow=*.md", repository=REPOSITORY)

    assert wide.manifest_digest != narrow.manifest_digest
    assert set(hub.sent) == {"README.md"}
    assert {"README.md", "config.json", "tokenizer.json"} <= set(store.names())


def test_a_gated_model_needs_the_token_and_only_the_hub_sees_it(
    fetcher: Fetcher, hub: HubDouble
) -> None:
    hub.token = "hf_right"
    for environment in ({}, {"HF_TOKEN": "hf_wrong"}):
        fetcher.environment = environment
        sentence = refused(fetcher.mirror(repository=REPOSITORY))
        assert f"{REPOSITORY} is gated: accept its licence at {hub.endpoint}" in sentence

    fetcher.environment = {"HF_TOKEN": "hf_right"}
    run = fetcher.mirror(repository=REPOSITORY)

    assert run.status == 0, run
    assert "hf_right" not in run.output + run.complaint
    storage = [seen for seen in hub.seen if seen.path.startswith("/storage/")]
    assert storage
    assert not [seen for seen in storage if "authorization" in seen.headers]


@pytest.mark.parametrize(
    ("repository", "revision", "complaint"),
    [
        (REPOSITORY, "v9", f"{REPOSITORY} has no revision v9 at http://"),
        (
            "example/unknown",
            "main",
            " has no model example/unknown, or shows it only",
        ),
        ("too/many/parts", "main", "'too/many/parts' is not a repository: expected ORG/NAME"),
    ],
)
def test_what_the_hub_does_not_have_is_said_in_one_sentence(
    fetcher: Fetcher, repository: str, revision: str, complaint: str
) -> None:
    assert complaint in refused(fetcher.mirror(repository=repository, revision=revision))


def test_a_hub_that_is_out_of_reach_is_said_in_one_sentence(fetcher: Fetcher) -> None:
    fetcher.hub = "http://127.0.0.1:9"

    sentence = refused(fetcher.mirror(repository=REPOSITORY))

    assert "cannot reach the hub http://127.0.0.1:9" in sentence
    assert "check HF_ENDPOINT, the egress rule" in sentence


@pytest.mark.parametrize("argument", ["--digest=config.json", "--digest=a=sha256:x", "--digest=x"])
def test_a_malformed_argument_is_a_usage_error(fetcher: Fetcher, argument: str) -> None:
    run = fetcher.mirror(argument, repository=REPOSITORY)

    assert run.status == 2
    assert "argument --digest" in run.complaint
