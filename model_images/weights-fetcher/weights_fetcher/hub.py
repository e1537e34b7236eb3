"""A Hugging Face-compatible hub: what a repository holds at one revision, and its bytes."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import time
from typing import TYPE_CHECKING

import httpx2
from huggingface_hub import HfApi, get_hf_file_metadata, hf_hub_url
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

from weights_fetcher import __version__
from weights_fetcher.errors import FetchError
from weights_fetcher.manifest import check_digest, digest_of
from weights_fetcher.source import SourceFile, VerifiedStream

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

_CHUNK = 1024**2
_TIMEOUT_SECONDS = 60
_PAUSES = (1, 2, 4, 8)
"""Seconds to wait after the first, second, ... failure in a row; then give up."""
_TRANSIENT = (429, 500, 502, 503, 504)
_GIT_OBJECT = re.compile(r"[0-9a-f]{40}")
_NAME = "weights-fetcher"
_PARTIAL_CONTENT = 206


class Hub:
    """One repository at one hub; every failure is a FetchError."""

    def __init__(self, endpoint: str, repository: str) -> None:
        self._endpoint = endpoint.rstrip("/")
        self._repository = repository
        self._token = os.environ.get("HF_TOKEN") or False

    def resolve(self, revision: str) -> tuple[str, list[str]]:
        """Return the commit of a revision, and the paths of all its files."""
        with self._explained(revision):
            api = HfApi(
                endpoint=self._endpoint,
                token=self._token,
                library_name=_NAME,
                library_version=__version__,
            )
            info = api.model_info(self._repository, revision=revision, timeout=_TIMEOUT_SECONDS)
        if info.sha is None:
            raise FetchError(f"{self._endpoint} does not name the commit of revision {revision}")
        return info.sha, [sibling.rfilename for sibling in info.siblings or ()]

    def describe(self, commit: str, paths: Sequence[str]) -> list[SourceFile]:
        """Ask the hub about every file, one small request each."""
        return [self._describe(commit, path) for path in paths]

    def _describe(self, commit: str, path: str) -> SourceFile:
        url = hf_hub_url(self._repository, path, revision=commit, endpoint=self._endpoint)
        with self._explained(commit):
            answer = get_hf_file_metadata(
                url,
                token=self._token,
                endpoint=self._endpoint,
                retry_on_errors=True,
                library_name=_NAME,
                library_version=__version__,
            )
        if answer.size is None or answer.etag is None or answer.commit_hash not in (None, commit):
            raise FetchError(f"{self._endpoint} does not tell size, ETag and commit of {path}")
        return SourceFile(path, answer.size, answer.etag, url)

    def content(self, file: SourceFile) -> bytes:
        """Return the whole of a small file, checked against whatever the hub's ETag is."""
        with self._explained(file.path):
            content = b"".join(self._chunks(file))
        if file.sha256:
            check_digest(file.path, f"sha256:{file.sha256}", digest_of(content))
        elif _GIT_OBJECT.fullmatch(file.etag):
            blob = b"blob %d\0%b" % (len(content), content)
            check_digest(
                file.path, file.etag, hashlib.sha1(blob, usedforsecurity=False).hexdigest()
            )
        return content

    def stream(self, file: SourceFile, sha256: str) -> VerifiedStream:
        """Return a large file as something to read from, which raises before a wrong end."""
        return VerifiedStream(file, sha256, self._explained_chunks(file))

    def _explained_chunks(self, file: SourceFile) -> Iterator[bytes]:
        with self._explained(file.path):
            yield from self._chunks(file)

    def _chunks(self, file: SourceFile) -> Iterator[bytes]:
        """Yield the bytes of a file, and carry on where a broken connection left off."""
        headers = build_hf_headers(
            token=self._token, library_name=_NAME, library_version=__version__
        )
        headers["Accept-Encoding"] = "identity"
        offset, failures = 0, 0
        while offset < file.size:
            if offset:
                headers["Range"] = f"bytes={offset}-"
            try:
                with get_session().stream(
                    "GET", file.url, headers=headers, timeout=_TIMEOUT_SECONDS
                ) as response:
                    if response.status_code in _TRANSIENT and failures < len(_PAUSES):
                        raise httpx2.ReadError(f"HTTP {response.status_code}")
                    hf_raise_for_status(response)
                    if offset and response.status_code != _PARTIAL_CONTENT:
                        raise FetchError(
                            f"{self._endpoint} cannot resume the download of {file.path}"
                        )
                    for chunk in response.iter_bytes(_CHUNK):
                        offset, failures = offset + len(chunk), 0
                        yield chunk
            except httpx2.TransportError:
                if failures == len(_PAUSES):
                    raise
                time.sleep(_PAUSES[failures])
                failures += 1

    @contextlib.contextmanager
    def _explained(self, subject: str) -> Generator[None]:
        try:
            yield
        except GatedRepoError as error:
            raise FetchError(
                f"{self._repository} is gated: accept its licence at {self._endpoint}, "
                "and give the Job an HF_TOKEN of the account that did"
            ) from error
        except RevisionNotFoundError as error:
            raise FetchError(
                f"{self._repository} has no revision {subject} at {self._endpoint}"
            ) from error
        except RepositoryNotFoundError as error:
            raise FetchError(
                f"{self._endpoint} has no model {self._repository}, "
                "or shows it only to an HF_TOKEN that may read it"
            ) from error
        except HfHubHTTPError as error:
            status = error.response.status_code
            reason = "refused the HF_TOKEN" if status in (401, 403) else "failed"
            raise FetchError(f"{self._endpoint} {reason} at {subject} (HTTP {status})") from error
        except HFValidationError as error:
            raise FetchError(
                f"{self._repository!r} is not a repository: expected ORG/NAME"
            ) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, OfflineModeIsEnabled, OSError) as error:
            raise FetchError(
                f"cannot reach the hub {self._endpoint} ({error}): "
                "check HF_ENDPOINT, the egress rule and SSL_CERT_FILE"
            ) from error
