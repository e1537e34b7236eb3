"""An S3-compatible object store that exists already."""

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from ._args import Args, InputStr
from .location import DeclaredLocation, Fact, Location, Source, SourceKind
from .network import Peer

_HTTPS_PORT = 443
_HTTP_PORT = 80


class ObjectStore(Args):
    """A bucket of the environment's own, and how pods reach it."""

    endpoint: str = Field(pattern=r"^https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?$")
    """URL of the S3 API."""
    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
    """Bucket name, 3 to 63 characters as S3 accepts them."""
    prefix: str = Field(default="models", pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$")
    """Key prefix under which models lie."""
    region: str = "us-east-1"
    """Region name for request signing; the default is what S3-compatible servers expect."""
    credentials_secret: InputStr | None = None
    """Secret with keys ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``; None where pods have
    an identity of their own."""
    peer: Peer
    """Who answers at the endpoint, for the network rules."""
    allow_plain_http: bool = False
    """Accept an ``http://`` endpoint, inside a cluster that encrypts its pod network."""
    location: DeclaredLocation | None = None
    """Where the store is; unknown where nobody declares it."""
    encryption: str | None = None
    """How data at rest is encrypted, as declared in ``location.declaration``."""

    @model_validator(mode="after")
    def _encrypted_in_transit(self) -> Self:
        if self.endpoint.startswith("http://") and not self.allow_plain_http:
            raise ValueError(
                "endpoint: weights and credentials would travel in clear; use https://, or set "
                "allow_plain_http: true where the pod network itself is encrypted"
            )
        return self

    @property
    def host(self) -> str:
        """Host name of the endpoint."""
        return urlsplit(self.endpoint).hostname or ""

    @property
    def port(self) -> int:
        """TCP port of the endpoint."""
        parts = urlsplit(self.endpoint)
        return parts.port or (_HTTPS_PORT if parts.scheme == "https" else _HTTP_PORT)

    def where(self) -> Location:
        """Return the declared location, or one of unknowns."""
        return self.location.location() if self.location else Location()

    def declared(self, value: str | None) -> Fact:
        """Return ``value`` as a fact of the store's own declaration."""
        if value is None or self.location is None:
            return Fact(value=None, source=Source(kind=SourceKind.UNKNOWN))
        source = Source(kind=SourceKind.DECLARED, **self.location.declaration.model_dump())
        return Fact(value=value, source=source)
