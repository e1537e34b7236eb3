"""One prefix of one bucket of an S3-compatible object store."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import boto3
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,  # noqa: A004 - botocore's own
    NoCredentialsError,
    PartialCredentialsError,
)
from s3transfer.exceptions import RetriesExceededError, S3DownloadFailedError

from weights_fetcher.errors import FetchError

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

_MIB = 1024**2
# Parts are held in memory, ten at most: 160 MiB. Ten thousand of them make a file of 156 GiB.
_TRANSFER = TransferConfig(
    multipart_threshold=16 * _MIB, multipart_chunksize=16 * _MIB, max_concurrency=4
)
_MISSING = ("NoSuchKey", "404", "NotFound")
# Versity's gateway has a code of its own for a key that it does not know.
_REFUSED = (
    *("AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "Forbidden", "403"),
    "XAdminUserNotFound",
)
# MinIO's and Ceph's words for it; HTTP has 507.
_FULL = ("XMinioStorageFull", "XMinioAdminBucketQuotaExceeded", "QuotaExceeded")
_INSUFFICIENT_STORAGE = 507


class Readable(Protocol):
    """What an upload needs of its source."""

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes, none at the end."""
        ...


@dataclass(frozen=True)
class Stored:
    """What the object store says about one object, without reading it."""

    size: int
    metadata: Mapping[str, str]


class Bucket:
    """Reads and writes below one prefix; every failure is a FetchError."""

    def __init__(self, *, name: str, prefix: str, endpoint: str, region: str) -> None:
        self.name = name
        self._prefix = prefix.strip("/")
        self._endpoint = endpoint
        with self._explained("connect to"):
            self._client: Any = boto3.client(
                "s3", endpoint_url=endpoint, region_name=region, config=_config(endpoint)
            )

    def where(self, path: str) -> str:
        """Return how people name an object."""
        return f"s3://{self.name}/{self._key(path)}"

    def head(self, path: str) -> Stored | None:
        """Return what is known of an object, or None where there is none."""
        with self._explained(f"look at {self.where(path)} in"):
            try:
                answer = self._client.head_object(Bucket=self.name, Key=self._key(path))
            except ClientError as error:
                if _code(error) in _MISSING:
                    return None
                raise
            return Stored(answer["ContentLength"], answer["Metadata"])

    def used(self) -> int:
        """Return the bytes of all objects of the bucket, also of those beside the prefix."""
        with self._explained(f"add up what lies in {self.name} at"):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.name)
            return sum(found["Size"] for page in pages for found in page.get("Contents", ()))

    def read(self, path: str) -> bytes | None:
        """Return the content of a small object, or None where there is none."""
        with self._explained(f"read {self.where(path)} from"):
            try:
                answer = self._client.get_object(Bucket=self.name, Key=self._key(path))
            except ClientError as error:
                if _code(error) in _MISSING:
                    return None
                raise
            return answer["Body"].read()

    def write(self, path: str, content: bytes, metadata: Mapping[str, str]) -> None:
        """Write a small object."""
        with self._explained(f"write {self.where(path)} to"):
            self._client.put_object(
                Bucket=self.name, Key=self._key(path), Body=content, Metadata=dict(metadata)
            )

    def upload(self, path: str, source: Readable, metadata: Mapping[str, str]) -> None:
        """Stream an object; it does not come to be when the source raises on the way."""
        with self._explained(f"write {self.where(path)} to"):
            self._drop_unfinished(self._key(path))
            self._client.upload_fileobj(
                source,
                self.name,
                self._key(path),
                ExtraArgs={"Metadata": dict(metadata)},
                Config=_TRANSFER,
            )

    def download(self, path: str, target: IO[bytes]) -> None:
        """Copy an object into an open file, its parts in parallel."""
        with self._explained(f"read {self.where(path)} from"):
            self._client.download_fileobj(self.name, self._key(path), target, Config=_TRANSFER)

    def _drop_unfinished(self, key: str) -> None:
        """Free what a killed run left behind: its parts are invisible, and are paid for."""
        # A store or a key that does not allow to ask is no reason not to upload.
        with contextlib.suppress(ClientError):
            answer = self._client.list_multipart_uploads(Bucket=self.name, Prefix=key)
            for upload in answer.get("Uploads", []):
                if upload["Key"] == key:
                    self._client.abort_multipart_upload(
                        Bucket=self.name, Key=key, UploadId=upload["UploadId"]
                    )

    def _key(self, path: str) -> str:
        return f"{self._prefix}/{path}".lstrip("/")

    @contextlib.contextmanager
    def _explained(self, action: str) -> Generator[None]:
        try:
            yield
        except ClientError as error:
            raise FetchError(self._sentence(_code(error), action, error)) from error
        except (NoCredentialsError, PartialCredentialsError) as error:
            names = "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
            raise FetchError(
                f"there are no credentials for {self._endpoint}: set {names}"
            ) from error
        except ConnectionError as error:
            way_out = "check the endpoint, the egress rule and AWS_CA_BUNDLE"
            raise FetchError(f"cannot reach {self._endpoint} ({error}): {way_out}") from error
        except (BotoCoreError, RetriesExceededError, S3DownloadFailedError, ValueError) as error:
            raise FetchError(f"could not {action} {self._endpoint}: {error}") from error

    def _sentence(self, code: str, action: str, error: ClientError) -> str:
        if code == "NoSuchBucket":
            return f"there is no bucket {self.name} at {self._endpoint}: create it first"
        if code in _MISSING:
            return f"could not {action} {self._endpoint}: there is no such object"
        if code in _FULL or _status(error) == _INSUFFICIENT_STORAGE:
            return (
                f"could not {action} {self._endpoint}: it is full ({code}); give it more room, "
                "or delete what is no longer served"
            )
        if code in _REFUSED:
            return (
                f"{self._endpoint} refused these credentials ({code}) to {action} it: "
                f"check the key, and what it may do in bucket {self.name}"
            )
        return f"could not {action} {self._endpoint}: {error}"


def _config(endpoint: str) -> Config:
    host = urlsplit(endpoint).hostname or ""
    return Config(
        connect_timeout=10,
        read_timeout=60,
        retries={"mode": "standard", "max_attempts": 5},
        # Few stores besides Amazon's have a DNS name for every bucket.
        s3={"addressing_style": "auto" if host.endswith(".amazonaws.com") else "path"},
        # Not every store knows the checksums that newer SDKs add; every file is verified anyway.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
