"""Signs a statement with a key of the organisation, and checks the signature, both offline.

The envelope is DSSE (Dead Simple Signing Envelope) of securesystemslib. No transparency log and
no time stamping service is contacted.
"""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any, cast

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import (
    CryptoSigner,  # pyright: ignore[reportPrivateImportUsage] - its documented place
    SSlibKey,  # pyright: ignore[reportPrivateImportUsage]
)

from .canonical import json_bytes
from .statement import PAYLOAD_TYPE


class KeyFileError(ValueError):
    """A file that holds no key which evidence is signed with."""


def sign(statement: bytes, private_pem: bytes, passphrase: bytes | None = None) -> bytes:
    """Return the signed envelope around a statement.

    An Ed25519 key makes the same signature of the same statement; an ECDSA key a new one each
    time.

    Raises:
        KeyFileError: if the key is none, of another kind, or if the passphrase is wrong.
    """
    try:
        key = load_pem_private_key(private_pem, passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"no private key in PEM, or the passphrase is wrong ({error})") from None
    if not isinstance(key, Ed25519PrivateKey | EllipticCurvePrivateKey):
        raise KeyFileError("the key is neither Ed25519 nor ECDSA; make one of these")
    try:
        signer = CryptoSigner(key)
    except ValueError as error:
        raise KeyFileError(f"the key cannot sign: {error}; use Ed25519, P-256 or P-384") from None
    envelope = Envelope(statement, PAYLOAD_TYPE, {})
    envelope.sign(signer)
    return _written(envelope)


def why_not_signed(envelope: bytes, statement: bytes, public_pem: bytes) -> str:
    """Return what is wrong with a signature, or nothing where it is good.

    Every byte of the envelope counts: one that says the same in other bytes is refused too.

    Raises:
        KeyFileError: if the key is none.
    """
    try:
        public = load_pem_public_key(public_pem)
        key = SSlibKey.from_crypto(cast("Any", public))
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"no public key in PEM that signs ({error})") from None
    try:
        return _why_not(envelope, statement, key)
    except VerificationError:
        return "the key did not make it"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "it is no envelope with one signature"


def _why_not(envelope: bytes, statement: bytes, key: SSlibKey) -> str:
    document: dict[str, Any] = json.loads(envelope)
    (given,) = document["signatures"]
    if document["payload"] != b64encode(statement).decode():
        return "it signs another statement"
    if given["keyid"] != key.keyid:
        return f"it is of the key {given['keyid']}, not of {key.keyid}"
    read = _envelope(document)
    read.verify([key], 1)
    if read.payload_type != PAYLOAD_TYPE or _written(read) != envelope:
        return "it is not written as it was signed"
    return ""


def _envelope(document: dict[str, Any]) -> Envelope:
    return cast("Any", Envelope).from_dict(document)


def _written(envelope: Envelope) -> bytes:
    return json_bytes(cast("Any", envelope).to_dict())
