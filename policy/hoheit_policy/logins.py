"""Logins in URLs, which have no place in what lies in clear in a state."""

import re
from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

_LOGIN = re.compile(r"(?:^|(?<!/)//)[^/?#]*@|[?&]endpoint=[^/?#&]*@")
"""Before the host of a URL, of a host without scheme, or of the endpoint in a query."""


def no_login(url: str) -> str:
    """Return a URL as it is.

    Raises:
        ValueError: if somebody logs in with it, or if it is no URL; without showing it.
    """
    if _LOGIN.search(unquote(url)):
        raise ValueError(
            "holds a login (user:password@), and declarations lie in clear in the state; leave "
            "it out, and give it to the tool that logs in"
        )
    try:
        # The endpoint of an object store is a URL in the query of another.
        for one in (url, *parse_qs(urlsplit(url).query).get("endpoint", [])):
            _ = urlsplit(one if "://" in one else f"//{one}").hostname
    except ValueError:
        raise ValueError("is no URL") from None
    return url


def no_logins(endpoints: Any) -> Any:
    """Return endpoints as they are.

    Raises:
        ValueError: if a key holds a login; it names the entry by its number, not by its key.
    """
    keys = cast("dict[Any, Any]", endpoints) if isinstance(endpoints, dict) else {}
    for number, key in enumerate(keys, start=1):
        if isinstance(key, str) and "@" in unquote(key):
            raise ValueError(
                f"the key of entry {number} holds a login (user:password@), and declarations lie "
                "in clear in the state; write host or host:port"
            )
    return cast("Any", endpoints)


def without_login(url: str) -> str:
    """Return a URL without its login."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
