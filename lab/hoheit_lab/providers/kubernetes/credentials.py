"""TLS and authentication towards an API server, from a kubeconfig entry."""

import base64
import ssl
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hoheit_lab.providers.errors import ProviderError

from .kubeconfig import Access

Authorize = Callable[[], dict[str, str]]
"""Gives the headers of one request; a token may change while the process lives."""


def tls_context(access: Access) -> ssl.SSLContext:
    """The TLS settings of a cluster and the client certificate of a user."""
    context = ssl.create_default_context()
    authority = _content(access.cluster, "certificate-authority")
    if authority:
        context.load_verify_locations(cadata=authority.decode())
    if access.cluster.get("insecure-skip-tls-verify"):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    certificate = _content(access.user, "client-certificate")
    key = _content(access.user, "client-key")
    if certificate and key:
        _load_certificate(context, certificate, key)
    return context


def _load_certificate(context: ssl.SSLContext, certificate: bytes, key: bytes) -> None:
    # OpenSSL wants a file. It is gone before this returns: the engine ends plugins with SIGKILL,
    # so a file that waits for the end of the process would be left behind, private key and all.
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "client.pem"
        path.touch(mode=0o600)
        path.write_bytes(certificate + b"\n" + key)
        try:
            context.load_cert_chain(path)
        except ssl.SSLError as error:
            raise ProviderError(
                "the kubeconfig's client certificate and key do not belong together"
            ) from error


def authorization(access: Access) -> Authorize:
    """How requests of a user are authorized."""
    user = access.user
    if user.get("exec") or user.get("auth-provider"):
        return _from_plugin(access)
    if user.get("tokenFile"):
        token_file = Path(str(user["tokenFile"]))
        return lambda: {"Authorization": f"Bearer {token_file.read_text().strip()}"}
    headers = _static_headers(user)
    return lambda: headers


def _static_headers(user: dict[str, Any]) -> dict[str, str]:
    if user.get("token"):
        return {"Authorization": f"Bearer {user['token']}"}
    if user.get("username"):
        login = f"{user['username']}:{user.get('password', '')}".encode()
        return {"Authorization": f"Basic {base64.b64encode(login).decode()}"}
    return {}


def _from_plugin(access: Access) -> Authorize:
    """Let the Kubernetes client run the credential plugin, and renew its token."""
    # Imported here: the client takes most of a second to load, and few kubeconfigs need it.
    from kubernetes import client, config  # noqa: PLC0415

    configuration = client.Configuration()
    config.load_kube_config_from_dict(
        {
            "current-context": "chosen",
            "contexts": [{"name": "chosen", "context": {"cluster": "c", "user": "u"}}],
            "clusters": [{"name": "c", "cluster": {"server": access.server}}],
            "users": [{"name": "u", "user": access.user}],
        },
        client_configuration=configuration,
    )

    def headers() -> dict[str, str]:
        token = configuration.get_api_key_with_prefix("BearerToken", alias="authorization")
        if not token:
            raise ProviderError(
                f"the credential plugin of the kubeconfig's user {access.user_name} gave no token"
            )
        return {"Authorization": str(token)}

    return headers


def _content(entry: dict[str, Any], key: str) -> bytes | None:
    if entry.get(f"{key}-data"):
        return base64.b64decode(entry[f"{key}-data"])
    if not entry.get(key):
        return None
    path = Path(str(entry[key]))
    try:
        return path.read_bytes()
    except OSError as error:
        raise ProviderError(f"the kubeconfig's {key} {path}: {error.strerror}") from error
