"""Requests to registries: with TLS, with a token where one is asked for, never with more than that.

Own code over the standard library, because of the libraries at hand one parses what it fetched and
so loses the digest, and sends one repository's token to the next, and one reads no credentials.
"""

from __future__ import annotations

import ipaddress
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib import request
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit

from .errors import UsageError
from .registry_credentials import Credentials, auth_file, credentials_for

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from http.client import HTTPMessage
    from typing import IO

    from hoheit import ImageReference

_HOSTS = {"docker.io": "registry-1.docker.io"}
"""Names of registries that are no hosts."""
_SECONDS = 30
_LARGEST = 4 * 1024**2
"""Bytes of a manifest that a registry has to accept (OCI Distribution Specification 1.1)."""
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _TOO_MANY = 401, 403, 404, 429


@dataclass(frozen=True)
class Answer:
    """What a registry sent."""

    body: bytes
    digest: str | None
    """As its header states it."""


class _StaysEncrypted(request.HTTPRedirectHandler):
    """Follows a redirect, but not out of TLS. Credentials are not sent along, see `_request`."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - the signature of urllib
        self,
        req: request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> request.Request | None:
        """Return the next request."""
        if req.full_url.startswith("https:") and not newurl.startswith("https:"):
            raise URLError(f"it redirects out of TLS, to {urlsplit(newurl).hostname}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class Access:
    """The way to registries.

    Args:
        plain_http: Registries (host and port) that may be asked without TLS.
    """

    def __init__(self, plain_http: Collection[str]) -> None:
        self._plain = frozenset(plain_http)
        self._opener = request.build_opener(_StaysEncrypted())

    def get(self, image: ImageReference, path: str, what: str, *, accept: Iterable[str]) -> Answer:
        """Return what lies under a path of an image's repository.

        Args:
            image: Whose repository.
            path: Below the repository, such as ``manifests/v1``.
            what: Begins the sentence of an error.
            accept: Media types to ask for.

        Raises:
            UsageError: with one sentence for each way in which this can fail.
        """
        url = f"{self._origin(image.registry)}/v2/{image.repository}/{path}"
        credentials = credentials_for(image.registry, image.repository)
        try:
            try:
                return self._open(url, accept, None)
            except HTTPError as error:
                if error.code != _UNAUTHORIZED:
                    raise
                challenge = error.headers.get("WWW-Authenticate", "")
            return self._open(url, accept, self._answered(challenge, credentials, what))
        except HTTPError as error:
            raise UsageError(_refusal(error.code, image, what, credentials)) from None
        except (URLError, TimeoutError, ConnectionError) as error:
            reason = getattr(error, "reason", None) or error
            raise UsageError(
                f"{what}: {image.registry} cannot be asked: {reason}; mend the way there "
                "(HTTPS_PROXY, SSL_CERT_FILE), or ask a mirror, which images lock takes from "
                "cluster.image_mirror"
            ) from None

    def _origin(self, registry: str) -> str:
        plain = registry in self._plain or _is_loopback(registry)
        return f"{'http' if plain else 'https'}://{_HOSTS.get(registry, registry)}"

    def _open(self, url: str, accept: Iterable[str], authorization: str | None) -> Answer:
        asked = request.Request(url, headers={"Accept": ", ".join(accept)})  # noqa: S310 - http(s)
        if authorization:
            # Unredirected: the storage that a registry points to must not see it.
            asked.add_unredirected_header("Authorization", authorization)
        with self._opener.open(asked, timeout=_SECONDS) as response:
            body: bytes = response.read(_LARGEST + 1)
            if len(body) > _LARGEST:
                raise URLError(f"it sent more than {_LARGEST} bytes for a manifest")
            return Answer(body, response.headers.get("Docker-Content-Digest"))

    def _answered(self, challenge: str, credentials: Credentials | None, what: str) -> str | None:
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() == "basic":
            return credentials and credentials.basic
        if scheme.lower() != "bearer":
            raise UsageError(f"{what}: the registry asks to log in by '{scheme}', unknown here")
        asked = request.parse_keqv_list(request.parse_http_list(rest))
        realm = asked.get("realm", "")
        where = urlsplit(realm)
        if where.scheme != "https" and not (
            where.scheme == "http" and (where.netloc in self._plain or _is_loopback(where.netloc))
        ):
            raise UsageError(
                f"{what}: the registry hands out tokens at '{realm}', which is not https; a "
                "password is not sent there"
            )
        query = urlencode({key: asked[key] for key in ("service", "scope") if key in asked})
        answer = self._open(
            f"{realm}?{query}", ("application/json",), credentials and credentials.basic
        )
        try:
            token: dict[str, Any] = json.loads(answer.body)
            return f"Bearer {token.get('token') or token['access_token']}"
        except (ValueError, KeyError, AttributeError):
            raise UsageError(f"{what}: what '{realm}' answers is no token") from None


def _refusal(code: int, image: ImageReference, what: str, credentials: Credentials | None) -> str:
    if code in (_UNAUTHORIZED, _FORBIDDEN):
        if credentials is None:
            return (
                f"{what}: {image.registry} wants a login ({code}), and {auth_file()} has none for "
                f"it; run: docker login {image.registry}"
            )
        return (
            f"{what}: {image.registry} refuses user '{credentials.user}' of {credentials.origin} "
            f"({code}); log in anew, or ask for the right to read {image.repository}"
        )
    if code == _NOT_FOUND:
        return (
            f"{what}: {image.registry} has no such image; correct the reference, or copy the image "
            "there first"
        )
    if code == _TOO_MANY:
        return f"{what}: {image.registry} has had enough questions (429); log in, or wait"
    return f"{what}: {image.registry} answers {code}; try again, or ask who runs it"


def _is_loopback(registry: str) -> bool:
    host = urlsplit(f"//{registry}").hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
