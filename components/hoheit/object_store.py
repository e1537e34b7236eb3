"""An S3-compatible object store that exists already."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ._args import Args, LateObjectName
from ._urls import HttpUrl, has_dots, host_of, port_of
from .location import UNKNOWN, DeclaredLocation, Fact, Location, where
from .network import Peer

_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+")
_RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def _is_accepted_by_s3(name: str) -> str:
    """Apply what a pattern does not say of "Bucket naming rules" in Amazon's S3 user guide."""
    if ".." in name:
        raise ValueError("two dots in a row are no bucket name; take letters, digits, hyphens")
    if _ADDRESS.fullmatch(name):
        raise ValueError("a bucket name must not look like an IP address; begin with a letter")
    if name.startswith(_RESERVED_PREFIXES):
        raise ValueError(
            f"S3 keeps names that begin with {', '.join(_RESERVED_PREFIXES)} to itself"
        )
    if name.endswith(_RESERVED_SUFFIXES):
        raise ValueError(f"S3 keeps names that end with {', '.join(_RESERVED_SUFFIXES)} to itself")
    return name


BucketName = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"),
    AfterValidator(_is_accepted_by_s3),
]
"""3 to 63 characters as S3 accepts them: lower-case letters, digits, dots and hyphens."""


class ObjectStore(Args):
    """A bucket of the environment's own, and how pods reach it."""

    endpoint: HttpUrl
    """URL of the S3 API."""
    bucket: BucketName
    """Name of the bucket."""
    prefix: str = Field(default="models", pattern=r"^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$")
    """Key prefix under which models lie."""
    region: str = "us-east-1"
    """Region name for request signing; the default is what S3-compatible servers expect."""
    credentials_secret: LateObjectName | None = None
    """Secret with keys ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``; None where pods have
    an identity of their own."""
    ca_config_map: LateObjectName | None = None
    """ConfigMap whose key ``ca.crt`` holds the certificate authority of the endpoint, where it is
    not a public one."""
    quota_gib: int | None = Field(default=None, gt=0)
    """Room of the whole bucket in GiB, where it is bounded; S3 has no way to ask. The fetch Job
    then adds up what lies there, and refuses a model that does not fit before it copies a byte."""
    peer: Peer
    """Who answers at the endpoint, for the network rules."""
    allow_plain_http: bool = False
    """Accept an ``http://`` endpoint, inside a cluster that encrypts its pod network."""
    location: DeclaredLocation | None = None
    """Where the store is; unknown where nobody declares it."""
    encryption: str | None = None
    """How data at rest is encrypted, as declared in ``location.declaration``."""

    @model_validator(mode="after")
    def _prefix_stays_in_the_bucket(self) -> Self:
        if has_dots(self.prefix):
            raise ValueError("prefix: '.' and '..' are no part of a path here")
        return self

    @model_validator(mode="after")
    def _encryption_is_declared(self) -> Self:
        if self.encryption is not None and self.location is None:
            raise ValueError("encryption: needs location with its declaration, else nobody said so")
        return self

    @model_validator(mode="after")
    def _encrypted_in_transit(self) -> Self:
        if self.endpoint.startswith("http://") and not self.allow_plain_http:
            raise ValueError(
                "endpoint: weights and credentials would travel in clear; use https://, or set "
                "allow_plain_http: true where the pod network itself is encrypted"
            )
        return self

    @property
    def whereabouts(self) -> Location:
        """Where the store is, as far as somebody declared it."""
        return where(self.location)

    @property
    def host(self) -> str:
        """Host name of the endpoint."""
        return host_of(self.endpoint)

    @property
    def port(self) -> int:
        """TCP port of the endpoint."""
        return port_of(self.endpoint)

    @property
    def encryption_at_rest(self) -> Fact:
        """What somebody declared, or unknown."""
        if self.encryption is None or self.location is None:
            return UNKNOWN
        return Fact(value=self.encryption, source=self.location.source())
