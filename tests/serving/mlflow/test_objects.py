"""The bundled S3 server: up without a login, open to nobody without one."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from serving.mlflow.rendered import OBJECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from serving.mlflow.processes import Pod

CLIENT = """
import boto3, sys
client = boto3.client("s3", endpoint_url=sys.argv[1])
if len(sys.argv) > 2:
    client.create_bucket(Bucket=sys.argv[2])
print([one["Name"] for one in client.list_buckets()["Buckets"]])
"""


@pytest.fixture(scope="module")
def store(make: Callable[..., Pod]) -> Iterator[Pod]:
    one = make()
    with one.objects():
        assert buckets(one, one.rendered.passwords["objects"], "mlflow") == "['mlflow']\n"
        yield one


def test_the_kubelet_asks_without_a_login(store: Pod) -> None:
    assert store.ask("/health", port=OBJECTS).status == 200


@pytest.mark.parametrize("path", ["/", "/mlflow", "/mlflow/0/secret"])
def test_nobody_reads_without_a_login(store: Pod, path: str) -> None:
    assert store.ask(path, port=OBJECTS).status == 403


def buckets(store: Pod, secret_key: str, *create: str) -> str:
    credentials = {"AWS_ACCESS_KEY_ID": "mlflow", "AWS_SECRET_ACCESS_KEY": secret_key}
    endpoint = f"http://127.0.0.1:{store.rendered.ports[OBJECTS]}"
    done = subprocess.run(
        [store.python / "python", "-c", CLIENT, endpoint, *create],
        env={**credentials, "AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout or done.stderr.splitlines()[-1]


def test_a_key_that_was_not_generated_here_is_refused(store: Pod) -> None:
    assert buckets(store, store.rendered.passwords["objects"]) == "['mlflow']\n"
    assert "SignatureDoesNotMatch" in buckets(store, "wrongPassword0123456789")


def test_names_of_objects_stay_out_of_the_log(store: Pod) -> None:
    store.ask("/mlflow/0/very-private-name", port=OBJECTS)
    assert "very-private-name" not in store.log("versitygw").read_text()
