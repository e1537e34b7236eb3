"""Whether the certificates of a cluster that was there before still do."""

import ipaddress
from pathlib import Path

from cryptography import x509

from .config import CERTIFIED


def is_current(pki: Path) -> bool:
    """Says whether the API server's certificate is good for all addresses by which it is called.

    One that an older version of the lab made may lack the Service `kubernetes`.
    """
    certificate = pki / "admin.crt"
    if not certificate.exists():
        return False
    parsed = x509.load_pem_x509_certificate(certificate.read_bytes())
    names = parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = names.get_values_for_type(x509.IPAddress)
    return all(ipaddress.ip_address(address) in covered for address in CERTIFIED)
