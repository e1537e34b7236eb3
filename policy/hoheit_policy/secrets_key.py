"""Who holds the key of the secrets in a state: what the state shows, and what is declared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from .values import Gap

if TYPE_CHECKING:
    from .declarations import SecretsProviderDeclaration
    from .view import StateFacts

PASSPHRASE = "passphrase"  # noqa: S105 - a kind, not a password
CLEAR = "b64"
_SERVICE = "service"
_CLOUD = "cloud"
"""What an export calls every key service; the scheme of the URL says which."""
_KEY_SERVICES = ("awskms", "azurekeyvault", "gcpkms", "hashivault")
"""Schemes of ``--secrets-provider`` (Pulumi documentation, secrets)."""
_KINDS = (PASSPHRASE, _SERVICE, _CLOUD, *_KEY_SERVICES)


@dataclass(frozen=True, kw_only=True)
class Key:
    """Who holds a key."""

    kind: str | None
    url: str | None
    provenance: str
    contradiction: str = ""
    """What does not go together."""

    @property
    def why_unknown(self) -> str:
        """What keeps the holder from being known, or nothing."""
        if not self.kind:
            return "nobody declared who holds the key of the secrets in the state"
        if self.kind not in (CLEAR, *_KINDS):
            return f"no such kind of secrets provider is known; kinds: {', '.join(_KINDS)}"
        if self.kind == _SERVICE and not self.url:
            return "declare secrets_provider.url, the address of the service"
        return ""


def key_of(shown: StateFacts, stated: SecretsProviderDeclaration | None) -> Key:
    """Return who holds the key; what the state shows counts more than a declaration."""
    seen = None if isinstance(shown.secrets_kind, Gap) else shown.secrets_kind
    seen_url = None if isinstance(shown.secrets_url, Gap) else shown.secrets_url
    kind, url = (stated.kind, stated.url) if stated else (None, None)
    why = _against_itself(kind, url) or _against_itself(seen, seen_url)
    why = why or _against_state(kind, url, seen, seen_url)
    held = kind if seen is None or (seen == _CLOUD and kind) else seen
    return Key(
        kind=held,
        url=seen_url or url,
        provenance="declared" if seen is None else "state",
        contradiction=why,
    )


def _against_itself(kind: str | None, url: str | None) -> str:
    if not kind or not url:
        return ""
    scheme = urlsplit(url).scheme
    if kind in (PASSPHRASE, CLEAR):
        return f"kind '{kind}' has no url, and one of scheme '{scheme}' is given"
    fits = {_SERVICE: ("http", "https"), _CLOUD: _KEY_SERVICES}.get(kind, (kind,))
    if kind in _KINDS and scheme not in fits:
        return f"kind '{kind}' does not go with a url of scheme '{scheme}'"
    return ""


def _against_state(
    kind: str | None, url: str | None, seen: str | None, seen_url: str | None
) -> str:
    if kind and seen:
        scheme = urlsplit(seen_url).scheme if seen_url else ""
        services = (scheme,) if scheme else _KEY_SERVICES
        if kind not in ((seen, *services) if seen == _CLOUD else (seen,)):
            said = scheme if seen == _CLOUD and scheme else seen
            return f"declared as '{kind}', but the state says '{said}'"
    if url and seen_url and url.rstrip("/") != seen_url.rstrip("/"):
        return "the declared url is not the one of the state"
    return ""
