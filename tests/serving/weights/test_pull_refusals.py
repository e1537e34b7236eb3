"""What a pull does not accept, and what it says then."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any

import pytest
from serving.weights.hub_double import REPOSITORY
from serving.weights.models import LARGEST, MIB, sha256
from serving.weights.programs import BUCKET, Fetcher, Store, refused, visible

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


MARKER = ".weights-manifest.json"


def rewrite_manifest(store: Store, change: Callable[[dict[str, Any]], None]) -> None:
    """Write another manifest in the way in which the fetcher renders one."""
    file = store.objects / "manifest.json"
    content = json.loads(file.read_text())
    change(content)
    file.write_text(json.dumps(content, indent=2, sort_keys=True) + "\n")


def without_locks(program: Path, folder: Path) -> Path:
    """Return the same program, on a machine whose file system answers as one without locks."""
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "weights-fetcher"
    script.write_text(
        f"#!{program.with_name('python')}\n"
        "import errno, fcntl, os, sys\n"
        "from weights_fetcher.cli import main\n"
        "def flock(*_):\n"
        "    raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))\n"
        "fcntl.flock = flock\n"
        "sys.exit(main())\n"
    )
    script.chmod(0o755)
    return script


def test_another_manifest_than_the_declared_one_is_refused(
    fetcher: Fetcher, digest: str, destination: Path
) -> None:
    declared = sha256(b"")

    sentence = refused(fetcher.pull(destination, f"--manifest-digest={declared}"))

    assert f"manifest.json is not what was expected: expected {declared}, got {digest}" in sentence
    assert not visible(destination)


@pytest.mark.usefixtures("digest")
def test_another_digest_than_the_declared_one_is_refused_also_when_all_is_there(
    fetcher: Fetcher, model: dict[str, bytes], destination: Path
) -> None:
    right, wrong = sha256(model[LARGEST]), sha256(b"")
    assert fetcher.pull(destination, f"--digest={LARGEST}={right}").status == 0

    sentence = refused(fetcher.pull(destination, f"--digest={LARGEST}={wrong}"))

    assert f"{LARGEST} is not what was expected: expected {wrong}, got {right}" in sentence


@pytest.mark.usefixtures("digest")
def test_too_small_a_volume_is_refused_before_anything_is_copied(
    fetcher: Fetcher, store: Store, destination: Path
) -> None:
    def grow(manifest: dict[str, Any]) -> None:
        manifest["files"][0]["size"] = 10**18

    rewrite_manifest(store, grow)

    sentence = refused(fetcher.pull(destination))

    assert f"{destination} has room for " in sentence
    assert "931322574.68 GiB are still to be copied" in sentence
    assert not visible(destination)


@pytest.mark.usefixtures("digest")
def test_a_model_larger_than_its_volume_was_made_for_is_refused(
    fetcher: Fetcher, destination: Path
) -> None:
    sentence = refused(fetcher.pull(destination, "--room-gib=0"))

    assert "are 0.07 GiB, and the volume was made for 0 GiB: correct size_gib" in sentence
    assert not visible(destination)
    assert fetcher.pull(destination, "--room-gib=1").status == 0


@pytest.mark.usefixtures("digest")
@pytest.mark.parametrize(("name", "switch"), [("a.bin", "allow-pickle"), ("a.py", "allow-code")])
def test_what_runs_code_comes_to_a_server_only_where_that_is_said(
    fetcher: Fetcher, store: Store, destination: Path, name: str, switch: str
) -> None:
    (store.objects / name).write_bytes(b"code")
    digest = sha256(b"code").removeprefix("sha256:")

    def add(manifest: dict[str, Any]) -> None:
        manifest["files"].append({"path": name, "size": 4, "sha256": digest})

    rewrite_manifest(store, add)

    assert f"{name}: " in refused(fetcher.pull(destination))
    assert not visible(destination)
    assert fetcher.pull(destination, f"--{switch}").status == 0


def test_a_volume_without_locks_is_said_in_one_sentence(
    fetcher: Fetcher, destination: Path
) -> None:
    fetcher.program = without_locks(fetcher.program, destination.parent)

    sentence = refused(fetcher.pull(destination))

    assert "has no file locks (No locks available)" in sentence


@pytest.mark.usefixtures("digest")
def test_a_volume_that_fills_up_on_the_way_is_said_in_one_sentence(
    fetcher: Fetcher, store: Store, tmp_path: Path
) -> None:
    def understate(manifest: dict[str, Any]) -> None:
        for file in manifest["files"]:
            file["size"] = 1

    rewrite_manifest(store, understate)
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={4 * MIB},mode=0777", "tmpfs", str(small)]
    if os.geteuid() != 0 or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small volume takes root")
    try:
        sentence = refused(fetcher.pull(small / "tiny"))
    finally:
        subprocess.run(["umount", str(small)], check=True)

    assert f"{small / 'tiny'} is full: give the volume more room" in sentence


@pytest.mark.usefixtures("digest")
@pytest.mark.parametrize("path", ["../../outside", "/etc/outside", ".weights-manifest.json", ""])
def test_a_manifest_that_leads_out_of_the_volume_is_refused(
    fetcher: Fetcher, store: Store, destination: Path, path: str
) -> None:
    def lead_out(manifest: dict[str, Any]) -> None:
        manifest["files"][0]["path"] = path

    rewrite_manifest(store, lead_out)

    sentence = refused(fetcher.pull(destination))

    assert f"lists {path!r} in a way that is not safe to follow" in sentence
    assert not visible(destination)


@pytest.mark.usefixtures("digest")
@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"not json", b'{"files": [{"path": 1}]}'])
def test_a_broken_manifest_is_refused(
    fetcher: Fetcher, store: Store, destination: Path, content: bytes
) -> None:
    (store.objects / "manifest.json").write_bytes(content)

    assert "manifest.json" in refused(fetcher.pull(destination))


def test_a_pull_before_the_mirror_says_who_has_to_run_first(
    fetcher: Fetcher, destination: Path
) -> None:
    sentence = refused(fetcher.pull(destination))

    assert f"there is no s3://{BUCKET}/models/tiny/manifest.json: the mirror Job" in sentence


@pytest.mark.usefixtures("digest")
def test_an_object_that_is_gone_is_named(fetcher: Fetcher, store: Store, destination: Path) -> None:
    (store.objects / LARGEST).unlink()

    sentence = refused(fetcher.pull(destination))

    assert f"s3://{BUCKET}/models/tiny/{LARGEST}" in sentence
    assert "there is no such object" in sentence


def test_a_volume_that_cannot_be_written_to_is_said_in_one_sentence(
    fetcher: Fetcher, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()

    sentence = refused(fetcher.pull(tmp_path / "file" / "tiny"))

    assert "check the volume and its fsGroup" in sentence


@pytest.mark.parametrize("command", ["mirror", "pull"])
class TestAStore:
    def run(self, fetcher: Fetcher, command: str, destination: Path) -> str:
        if command == "mirror":
            return refused(fetcher.mirror(repository=REPOSITORY))
        return refused(fetcher.pull(destination))

    def test_without_the_bucket_is_said_in_one_sentence(
        self, fetcher: Fetcher, store: Store, command: str, destination: Path
    ) -> None:
        (store.root / BUCKET).rmdir()

        sentence = self.run(fetcher, command, destination)

        assert f"there is no bucket {BUCKET} at {store.endpoint}: create it first" in sentence

    @pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])
    def test_that_refuses_the_credentials_is_said_in_one_sentence(
        self, fetcher: Fetcher, command: str, destination: Path, name: str
    ) -> None:
        fetcher.environment = {name: "wrong"}

        sentence = self.run(fetcher, command, destination)

        assert f"{fetcher.store.endpoint} refused these credentials" in sentence
        assert "test-secret" not in sentence

    def test_without_credentials_is_said_in_one_sentence(
        self, fetcher: Fetcher, command: str, destination: Path
    ) -> None:
        fetcher.environment = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}

        assert "set AWS_ACCESS_KEY_ID and AWS_SECRET" in self.run(fetcher, command, destination)

    def test_out_of_reach_is_said_in_one_sentence(
        self, fetcher: Fetcher, store: Store, command: str, destination: Path
    ) -> None:
        fetcher.store = Store("http://127.0.0.1:9", store.root)

        sentence = self.run(fetcher, command, destination)

        assert "cannot reach http://127.0.0.1:9" in sentence
