"""Object store to volume."""

from __future__ import annotations

import fcntl
import shutil
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from serving.weights.holding_proxy import holding_proxy
from serving.weights.hub_double import REPOSITORY
from serving.weights.models import LARGEST, MIB, SECOND, TAKEN, sha256
from serving.weights.programs import BUCKET, Fetcher, Store, refused, visible

if TYPE_CHECKING:
    from pathlib import Path

    from serving.weights.hub_double import HubDouble

MARKER = ".weights-manifest.json"


def test_a_mirrored_model_is_pulled_and_verified(
    fetcher: Fetcher, digest: str, model: dict[str, bytes], destination: Path
) -> None:
    run = fetcher.pull(destination, f"--manifest-digest={digest}")

    assert (run.status, run.manifest_digest) == (0, digest), run
    assert visible(destination) == TAKEN
    for name in TAKEN:
        assert (destination / name).read_bytes() == model[name]
    assert sha256((destination / MARKER).read_bytes()) == digest


def test_a_second_pull_reads_no_weights_and_with_a_digest_needs_no_store(
    fetcher: Fetcher, digest: str, destination: Path, store: Store
) -> None:
    fetcher.pull(destination)
    for name in TAKEN:  # were any of them read again, that would fail
        (store.objects / name).unlink()
    times = [(destination / name).stat().st_mtime_ns for name in TAKEN]

    assert fetcher.pull(destination).status == 0
    fetcher.store = Store("http://127.0.0.1:9", store.root)
    run = fetcher.pull(destination, f"--manifest-digest={digest}")

    assert run.status == 0, run
    assert times == [(destination / name).stat().st_mtime_ns for name in TAKEN]


@pytest.mark.usefixtures("digest")
@pytest.mark.parametrize("name", [LARGEST, "config.json"])
def test_a_corrupt_object_is_named_and_does_not_come_to_lie_under_its_name(
    fetcher: Fetcher, store: Store, destination: Path, name: str
) -> None:
    stored = store.objects / name
    content = bytearray(stored.read_bytes())
    content[len(content) // 2] ^= 1
    stored.write_bytes(content)

    sentence = refused(fetcher.pull(destination))

    assert (
        f"s3://{BUCKET}/models/tiny/{name} is not what was expected: expected sha256:" in sentence
    )
    assert f"got {sha256(bytes(content))}" in sentence
    assert "delete the object and run the mirror Job again" in sentence
    assert name not in visible(destination)
    assert not (destination / MARKER).exists()


@pytest.mark.usefixtures("digest")
def test_a_corrupt_object_is_mended_as_the_sentence_says(
    fetcher: Fetcher, hub: HubDouble, store: Store, destination: Path
) -> None:
    (store.objects / LARGEST).write_bytes(b"other")
    refused(fetcher.pull(destination))

    (store.objects / LARGEST).unlink()
    fetcher.hub = hub.endpoint
    assert fetcher.mirror(repository=REPOSITORY).status == 0

    assert fetcher.pull(destination).status == 0


@pytest.mark.usefixtures("digest")
def test_an_interrupted_pull_is_carried_on_by_reading_what_is_there(
    fetcher: Fetcher, store: Store, destination: Path
) -> None:
    hidden = store.objects.parent / "hidden"
    (store.objects / SECOND).rename(hidden)
    refused(fetcher.pull(destination))  # the first file is there by now
    before = (destination / LARGEST).stat().st_mtime_ns
    (destination / "config.json").write_bytes(b"x" * (destination / "config.json").stat().st_size)
    hidden.rename(store.objects / SECOND)
    (store.objects / LARGEST).unlink()  # so that a second copy of it would fail

    run = fetcher.pull(destination)

    assert run.status == 0, run
    assert (destination / LARGEST).stat().st_mtime_ns == before
    assert (destination / "config.json").read_bytes().startswith(b'{"arch')


@pytest.mark.usefixtures("digest")
@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_pull_killed_midway_leaves_no_wrong_file_and_is_carried_on(
    fetcher: Fetcher, destination: Path, end: signal.Signals
) -> None:
    store = fetcher.store
    with holding_proxy(int(store.endpoint.rpartition(":")[2]), hold_after=20 * MIB) as proxy:
        fetcher.store = Store(proxy.endpoint, store.root)
        process = fetcher.start("pull", f"--destination={destination}")
        assert proxy.held.wait(60)
        process.send_signal(end)
        _, complaint = process.communicate(timeout=10)
    fetcher.store = store
    assert (destination / ".weights-unfinished").exists()
    assert "Traceback" not in complaint
    assert not (destination / MARKER).exists()

    assert fetcher.pull(destination).status == 0

    assert visible(destination) == TAKEN
    assert not (destination / ".weights-unfinished").exists()


@pytest.mark.usefixtures("digest")
def test_two_pods_on_one_volume_do_not_disturb_each_other(
    fetcher: Fetcher, destination: Path
) -> None:
    destination.mkdir(parents=True)
    with (destination / ".weights-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        process = fetcher.start("pull", f"--destination={destination}")
        assert process.stdout is not None
        assert "another pull is at work" in process.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=3)
        assert not visible(destination)
    output, complaint = process.communicate(timeout=60)

    assert process.returncode == 0, output + complaint


@pytest.mark.usefixtures("digest")
def test_two_pods_that_start_at_once_bring_the_model_to_their_volume_once(
    fetcher: Fetcher, destination: Path
) -> None:
    pods = [fetcher.start("pull", f"--destination={destination}") for _ in range(2)]
    ended = [(*pod.communicate(timeout=120), pod.returncode) for pod in pods]

    assert [status for _, _, status in ended] == [0, 0], ended
    everything = f"{len(TAKEN)} of {len(TAKEN)} files to copy"
    assert sorted(everything in output for output, _, _ in ended) == [False, True]
    assert sum("files to copy" in output for output, _, _ in ended) == 1
    assert visible(destination) == TAKEN


@pytest.mark.usefixtures("digest")
def test_a_pod_that_waits_takes_over_from_one_that_is_killed(
    fetcher: Fetcher, destination: Path
) -> None:
    store = fetcher.store
    with holding_proxy(int(store.endpoint.rpartition(":")[2]), hold_after=20 * MIB) as proxy:
        fetcher.store = Store(proxy.endpoint, store.root)
        first = fetcher.start("pull", f"--destination={destination}")
        assert proxy.held.wait(60)
        fetcher.store = store
        second = fetcher.start("pull", f"--destination={destination}")
        assert second.stdout is not None
        assert "another pull is at work" in second.stdout.readline()
        first.kill()
        first.communicate(timeout=10)
        output, complaint = second.communicate(timeout=60)

    assert second.returncode == 0, output + complaint
    assert visible(destination) == TAKEN


def test_a_new_model_replaces_the_old_one_and_its_files(
    fetcher: Fetcher, hub: HubDouble, store: Store, destination: Path
) -> None:
    hub.files = {"config.json": b"{1}", "tokenizer.json": b"", "old.safetensors": b"old"}
    fetcher.mirror(repository=REPOSITORY)
    fetcher.pull(destination)
    (destination / "notes").write_text("not ours")
    shutil.rmtree(store.objects)
    hub.files = {"config.json": b"{2}", "tokenizer.json": b"", "new.safetensors": b"new"}
    fetcher.mirror(repository=REPOSITORY)

    assert fetcher.pull(destination).status == 0

    assert visible(destination) == ["config.json", "new.safetensors", "notes", "tokenizer.json"]
    assert (destination / "config.json").read_bytes() == b"{2}"
