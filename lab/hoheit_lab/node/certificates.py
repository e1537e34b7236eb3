"""Certificates for the node's programs, signed by the cluster's authority."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALIDITY = timedelta(days=365)
"""A node gets new ones at each start."""


def issue_client(pki: Path, user: str, group: str | None = None) -> tuple[bytes, bytes]:
    """Issues a certificate by which the API server knows a user.

    Args:
        pki: Directory with the authority's key and a certificate that it issued.
        user: Name of the user.
        group: Group that the user belongs to.

    Returns:
        Certificate and key, in PEM.
    """
    return _issue(pki, user, group, ExtendedKeyUsageOID.CLIENT_AUTH)


def issue_server(
    pki: Path, user: str, group: str, *, name: str, address: str
) -> tuple[bytes, bytes]:
    """Issues a certificate by which clients know a server.

    Args:
        pki: Directory with the authority's key and a certificate that it issued.
        user: Name of the server.
        group: Group that it belongs to.
        name: Host name by which it is called.
        address: IP address by which it is called.

    Returns:
        Certificate and key, in PEM.
    """
    called = [x509.DNSName(name), x509.IPAddress(ip_address(address))]
    return _issue(pki, user, group, ExtendedKeyUsageOID.SERVER_AUTH, called)


def _issue(
    pki: Path,
    user: str,
    group: str | None,
    usage: x509.ObjectIdentifier,
    called: Sequence[x509.GeneralName] = (),
) -> tuple[bytes, bytes]:
    # Not the authority's own: kwokctl gives it the serial number 0, which parsers come to refuse.
    issued = x509.load_pem_x509_certificate((pki / "admin.crt").read_bytes())
    signer = serialization.load_pem_private_key((pki / "ca.key").read_bytes(), password=None)
    if not isinstance(signer, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise TypeError(f"{pki / 'ca.key'} is no key that can sign certificates")
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.NameAttribute(NameOID.COMMON_NAME, user)]
    if group:
        names.insert(0, x509.NameAttribute(NameOID.ORGANIZATION_NAME, group))
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(names))
        .issuer_name(issued.issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # clocks jump
        .not_valid_after(now + VALIDITY)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    )
    if called:
        builder = builder.add_extension(x509.SubjectAlternativeName(called), critical=False)
    certificate = builder.sign(signer, hashes.SHA256())
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    )
