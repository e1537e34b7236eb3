"""Hub to object store."""

from __future__ import annotations

import json
import signal
import time
from typing import TYPE_CHECKING

import pytest
from serving.weights.hub_double import COMMIT, LARGE, REPOSITORY
from serving.weights.models import LARGEST, MIB, SECOND, TAKEN, sha256

if TYPE_CHECKING:
    from pathlib import Path

    from serving.weights.hub_double import HubDouble
    from serving.weights.programs import Fetcher, Store


def test_a_model_is_mirrored_with_a_manifest_of_what_it_is(
    fetcher: Fetcher, hub: HubDouble, store: Store
) -> None:
    run = fetcher.mirror(repository=REPOSITORY)

    assert run.status == 0, run
    assert store.names() == sorted([*TAKEN, "manifest.json"])
    for name in TAKEN:
        assert (store.objects / name).read_bytes() == hub.files[name]
    rendered = (store.objects / "manifest.json").read_bytes()
    assert run.manifest_digest == sha256(rendered)
    manifest = json.loads(rendered)
    assert (manifest["repository"], manifest["revision"]) == (REPOSITORY, "main")
    assert manifest["commit"] == COMMIT
    assert manifest["files"] == [
        {
            "path": name,
            "size": len(hub.files[name]),
            "sha256": sha256(hub.files[name]).removeprefix("sha256:"),
        }
        for name in TAKEN
    ]


def test_hidden_files_stay_behind_because_a_volume_takes_none(
    fetcher: Fetcher, hub: HubDouble, tmp_path: Path
) -> None:
    hub.files[".cache/notes.json"] = b"{}"

    assert fetcher.mirror("--allow=*.json", repository=REPOSITORY).status == 0

    assert fetcher.pull(tmp_path / "models").status == 0
    assert not (tmp_path / "models" / ".cache").exists()


def test_the_same_model_has_the_same_manifest_digest_everywhere(
    fetcher: Fetcher, store: Store
) -> None:
    first = fetcher.mirror("--allow=*.json", "--allow=*.md", repository=REPOSITORY)
    (store.objects / "manifest.json").unlink()

    second = fetcher.mirror("--allow=*.md", "--allow=*.json", repository=REPOSITORY)

    assert first.manifest_digest == second.manifest_digest


def test_a_second_run_fetches_no_byte(fetcher: Fetcher, hub: HubDouble) -> None:
    first = fetcher.mirror(repository=REPOSITORY)
    hub.seen.clear()

    second = fetcher.mirror(repository=REPOSITORY)

    assert (second.status, second.manifest_digest) == (0, first.manifest_digest)
    assert [seen.path for seen in hub.seen] == [f"/api/models/{REPOSITORY}/revision/main"]


def test_a_second_run_of_a_whole_commit_takes_no_hub_at_all(
    fetcher: Fetcher, hub: HubDouble
) -> None:
    assert fetcher.mirror("--allow=*.json", repository=REPOSITORY, revision=COMMIT).status == 0
    hub.stop()

    assert fetcher.mirror("--allow=*.json", repository=REPOSITORY, revision=COMMIT).status == 0


def test_an_object_that_vanished_is_brought_again_and_nothing_else(
    fetcher: Fetcher, hub: HubDouble, store: Store
) -> None:
    first = fetcher.mirror(repository=REPOSITORY)
    (store.objects / SECOND).unlink()
    hub.sent.clear()

    second = fetcher.mirror(repository=REPOSITORY)

    assert second.manifest_digest == first.manifest_digest
    assert (store.objects / SECOND).read_bytes() == hub.files[SECOND]
    assert hub.sent == {SECOND: len(hub.files[SECOND])}


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_that_was_stopped_midway_is_carried_on(
    fetcher: Fetcher, hub: HubDouble, store: Store, end: signal.Signals
) -> None:
    hub.hold_at[SECOND] = 10_000_000
    arguments = (f"--repository={REPOSITORY}", "--revision=main")
    process = fetcher.start("mirror", *arguments)
    assert hub.held.wait(60)
    process.send_signal(end)
    output, complaint = process.communicate(timeout=10)
    assert process.returncode == (143 if end is signal.SIGTERM else -9), output + complaint
    assert "Traceback" not in complaint
    assert "manifest.json" not in store.names()
    assert SECOND not in store.names()
    hub.hold_at.clear()
    hub.release.set()
    hub.sent.clear()

    run = fetcher.run("mirror", *arguments)

    assert run.status == 0, run
    assert set(hub.sent) == {SECOND}
    assert store.names() == sorted([*TAKEN, "manifest.json"])


def test_what_a_killed_upload_left_in_the_store_is_removed(
    fetcher: Fetcher, hub: HubDouble, store: Store
) -> None:
    hub.hold_at[LARGEST] = 39 * MIB  # two parts of 16 MiB and the beginning of a third
    process = fetcher.start("mirror", f"--repository={REPOSITORY}", "--revision=main")
    assert hub.held.wait(60)
    deadline = time.monotonic() + 60
    while len(store.larger_than(15 * MIB)) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.kill()
    process.communicate()
    hub.hold_at.clear()
    hub.release.set()

    assert fetcher.mirror(repository=REPOSITORY).status == 0

    assert store.larger_than(15 * MIB) == [LARGEST, SECOND]


def test_a_connection_that_breaks_is_carried_on_where_it_broke(
    fetcher: Fetcher, hub: HubDouble
) -> None:
    hub.break_at[LARGEST] = 20 * MIB

    assert fetcher.mirror(repository=REPOSITORY).status == 0

    ranges = [seen.headers.get("range") for seen in hub.seen if seen.path == f"/storage/{LARGEST}"]
    assert ranges == [None, f"bytes={20 * MIB}-"]
    assert hub.sent[LARGEST] == len(hub.files[LARGEST])


def test_a_hub_that_is_busy_for_a_moment_is_asked_again(fetcher: Fetcher, hub: HubDouble) -> None:
    hub.failing_storage = 2

    assert fetcher.mirror(repository=REPOSITORY).status == 0

    asked = [seen for seen in hub.seen if seen.path.startswith("/storage/")]
    assert len(asked) == len([name for name in TAKEN if len(hub.files[name]) >= LARGE]) + 2


def test_an_adapter_has_the_tokenizer_of_its_base(
    fetcher: Fetcher, hub: HubDouble, store: Store
) -> None:
    hub.files = {"adapter_config.json": b"{}", "adapter_model.safetensors": b"weights"}

    assert fetcher.mirror(repository=REPOSITORY).status == 0

    assert store.names() == ["adapter_config.json", "adapter_model.safetensors", "manifest.json"]


def test_a_bucket_with_room_for_what_is_still_missing_takes_it(
    fetcher: Fetcher, store: Store
) -> None:
    (store.root / "weights" / "others").write_bytes(b"x" * MIB)
    assert fetcher.mirror("--quota-gib=1", repository=REPOSITORY).status == 0

    assert fetcher.mirror("--quota-gib=1", repository=REPOSITORY).status == 0
